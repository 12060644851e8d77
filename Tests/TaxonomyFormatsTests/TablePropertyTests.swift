import Contract
import Fixtures
import Foundation
import TaxonomyFormats
import Testing

/// Random tables as ten programs write them; `make fuzz` sets `TAXOD_FUZZ_COUNT` for more.
@Suite("Random tables")
struct TablePropertyTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["TAXOD_FUZZ_COUNT"].flatMap(Int.init) ?? 2_000
    private static let seed = environment["TAXOD_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_261_201

    @Test("99 of 100 tables are read cell by cell; of the others something is told")
    func cells() throws {
        var wrong = 0
        var untold: [String] = []
        for round in 0..<Self.count {
            let made = GeneratedTable(seed: Self.seed &+ UInt64(round))
            let bytes = Array(made.text.utf8)
            let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            let table = try SeparatedText(fileName: "t.\(made.ending)")
                .table(bytes[start...], named: made.ending)
            let read = (table?.rows ?? []).map { row in
                var cells = row.cells
                while cells.last?.isEmpty == true { cells.removeLast() }
                return cells
            }
            if read.filter({ !$0.isEmpty }) == made.expected { continue }
            wrong += 1
            if table?.notes.isEmpty != false {
                untold.append("round \(round), \(made.program): \(made.text.prefix(300))")
            }
        }
        #expect(wrong * 100 <= Self.count, "\(wrong) of \(Self.count) were read wrongly")
        #expect(untold.isEmpty, "\(untold.count), first: \(untold.first ?? "")")
    }

    @Test("every row becomes a term, or a note tells why not")
    func rows() throws {
        let space = try Workspace()
        var lost: [String] = []
        for round in 0..<Self.count {
            let made = GeneratedTable(seed: Self.seed &+ 7_000_000 &+ UInt64(round))
            guard
                case .list(let list) = try? Submission.read(
                    space.write(made.text, as: "t.\(made.ending)")
                )
            else { continue }
            var found: Set<String> = []
            var faults = 0
            for entry in list.entries {
                switch entry.content {
                case .names(let items), .seeds(let items, _), .terms(let items), .audit(let items):
                    for item in items { found.insert(Self.plain(item.name)) }
                case .tree(let edges):
                    for edge in edges { found.insert(Self.plain(edge.child)) }
                case .fault: faults += 1
                }
            }
            let missing = made.names.filter { !found.contains(Self.plain($0)) }
            let isTold = made.nameless == 0 || list.notes.contains { $0.contains("no name") }
            if missing.count > faults || !isTold {
                lost.append(
                    """
                    round \(round), \(made.program), \(missing.first ?? "nameless"), \(list.notes): \
                    \(made.text.prefix(300))
                    """
                )
            }
        }
        #expect(lost.isEmpty, "\(lost.count), first: \(lost.prefix(3))")
    }

    private static func plain(_ name: String) -> String {
        name.split { $0 == " " || $0.isNewline }.joined(separator: " ")
    }
}
