import Testing
import Workshop

@Suite("Plans of studies")
struct StudyPlanTests {
    private func plan(_ name: StudyPlan.Name) -> StudyPlan {
        StudyPlan.named(name, other: "other.tsv", larger: "larger.gguf")
    }

    @Test("every variant has a name of its own", arguments: StudyPlan.Name.allCases)
    func names(study: StudyPlan.Name) {
        let names = plan(study).variants.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("what variants are compared with is a variant", arguments: StudyPlan.Name.allCases)
    func bases(study: StudyPlan.Name) {
        let plan = plan(study)
        let names = Set(plan.variants.map(\.name)).union([""])
        #expect(names.contains(plan.bases.placement))
        #expect(names.contains(plan.bases.sets))
        // With some numbers of seeds only three orders are measured, and compared with nothing.
        guard study != .orders else { return }
        for variant in plan.variants { #expect(names.contains(variant.base ?? "")) }
    }

    @Test("two lessons have two titles, so that their adapters lie in two folders")
    func titles() {
        let lessons = StudyPlan.Name.allCases.flatMap { plan($0).variants }
            .compactMap { variant -> StudyPlan.Lesson? in
                if case .trained(let lesson) = variant.adapter { lesson } else { nil }
            }
        #expect(Set(lessons.map(\.title)).count == Set(lessons).count)
    }
}
