import Contract
import Testing

@Suite("Submission errors")
struct SubmissionErrorTests {
    @Test("every code has a remedy of its own words")
    func remedies() {
        let codes = SubmissionError.Code.allCases
        for code in codes { #expect(code.remedy.hasSuffix("."), "\(code.rawValue)") }
        #expect(Set(codes.map(\.remedy)).count == codes.count)
    }
}
