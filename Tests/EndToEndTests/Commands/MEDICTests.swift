import Foundation
import Testing

extension EndToEnd {
    @Suite("MEDIC", .enabled(if: Checkout.hasModels && Checkout.hasMEDIC, "no shared data"))
    struct MEDICTests {
        private static let root = "MESH:D002318"

        @Test("the paper's seed sets come back with cardiovascular siblings, typos and all")
        func seedSets() async throws {
            let sandbox = try Sandbox()
            let data = Checkout.shared.appending(path: "data")
            let source = data.appending(path: "medic/CTD_diseases.xml.gz")
            try sandbox.drop(try Data(contentsOf: source), as: "CTD_diseases.xml.gz")
            let sets = try Data(contentsOf: data.appending(path: "paper/cvd-seed-sets.jsonl"))
            for (index, set) in sets.split(separator: 0x0A).enumerated() {
                try sandbox.drop(Data(set), as: "cvd-\(index + 1).json")
            }
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 0, "\(end.errors)")

            let medic = try Rows(gzip: source)
            #expect(medic.names.count == 11_865)
            var firsts = 0
            var below = 0
            for index in 1...3 {
                let result = try #require(try sandbox.results(of: "cvd-\(index).json").first)
                let answer = try #require(result.answers.first)
                let asked = try JSON(data: Data(sets.split(separator: 0x0A)[index - 1]))
                let given = asked["input"].strings
                let matches = answer["matches"].array
                let seeds = matches.filter { given.contains($0["given"].string ?? "") }
                #expect(seeds.count == given.count)
                for match in matches {
                    let kind = match["kind"].string ?? ""
                    let sure = match["confidence"].double ?? -1
                    #expect(["identifier", "name", "synonym", "nearest", "unknown"].contains(kind))
                    #expect(kind == "nearest" ? sure > 0 && sure < 1 : sure == 1 || sure == 0)
                }
                let known = Set(seeds.compactMap { $0["identifier"].string })
                let first = answer["proposals"].array.prefix(20)
                    .compactMap { $0["identifier"].string }
                #expect(first.count == 20)
                #expect(Set(first).count == 20)
                firsts += first.count
                below += first.filter { medic.ancestors(of: $0).contains(Self.root) }.count
                for identifier in first {
                    #expect(!known.contains(identifier), "\(identifier) is a seed")
                    let above = medic.ancestors(of: identifier)
                    #expect(above.isDisjoint(with: known), "\(identifier) is below a seed")
                }
                let aboveSeeds = known.reduce(into: Set()) { $0.formUnion(medic.ancestors(of: $1)) }
                #expect(aboveSeeds.isDisjoint(with: first), "an ancestor of a seed")
                let words = given.reduce(into: Set()) { $0.formUnion(Self.words($1)) }
                let fresh = first.filter {
                    Self.words(medic.names[$0] ?? "").isDisjoint(with: words)
                }
                #expect(fresh.count >= 5, "set \(index): \(fresh.count) share no word with a seed")
            }
            #expect(
                Double(below) >= 0.9 * Double(firsts),
                "\(below) of \(firsts) below \(Self.root)"
            )
        }

        /// Words of a name that carry meaning, in lower case.
        private static func words(_ name: String) -> Set<String> {
            let small: Set<String> = [
                "of", "the", "and", "with", "in", "to", "or", "by", "due", "a",
            ]
            return Set(
                name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
            ).subtracting(small)
        }

        /// MEDIC, read line by line without any of our readers.
        private struct Rows {
            var names: [String: String] = [:]
            private var parents: [String: [String]] = [:]

            init(gzip file: URL) throws {
                let unpacked = try Checkout.run("/usr/bin/env", ["gzip", "-dc", file.path()])
                var name = ""
                var identifier = ""
                for line in unpacked.text.split(separator: "\n") {
                    if let text = Self.content("DiseaseName", of: line) { name = text }
                    if let text = Self.content("DiseaseID", of: line) {
                        identifier = text
                        names[identifier] = name
                    }
                    if let text = Self.content("ParentIDs", of: line) {
                        parents[identifier] = text.split(separator: "|").map(String.init)
                    }
                }
            }

            private static func content(_ tag: String, of line: Substring) -> String? {
                guard let start = line.range(of: "<\(tag)>"), let end = line.range(of: "</\(tag)>")
                else { return nil }
                return String(line[start.upperBound..<end.lowerBound])
            }

            func ancestors(of identifier: String) -> Set<String> {
                var found: Set<String> = []
                var rest = parents[identifier] ?? []
                while let next = rest.popLast() {
                    if found.insert(next).inserted { rest += parents[next] ?? [] }
                }
                return found
            }
        }
    }
}
