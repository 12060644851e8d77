import Foundation
import Models
import Testing

@Suite("GGUF files")
struct GGUFFileTests {
    @Test("give their metadata by type")
    func metadata() throws {
        let metadata = try GGUFFile(path: ReaderFixtures.smallGGUF).metadata
        #expect(try metadata.string("general.architecture") == "llama")
        #expect(try metadata.integer("test.uint8") == 200)
        #expect(try metadata.integer("test.int8") == -100)
        #expect(try metadata.integer("test.uint16") == 60_000)
        #expect(try metadata.integer("test.int16") == -30_000)
        #expect(try metadata.integer("test.uint32") == 4_000_000_000)
        #expect(try metadata.integer("test.int32") == -2_000_000_000)
        #expect(try metadata.integer("test.int64") == -(1 << 62))
        #expect(try metadata.number("test.float32") == 0.5)
        #expect(try metadata.number("test.float64") == 0.1)
        #expect(try metadata.number("test.uint8") == 200)
        #expect(try metadata.boolIfPresent("test.bool") == true)
        #expect(try metadata.string("test.string") == "naïve 中")
        #expect(try metadata.strings("test.strings") == ["a", "", "Ġb"])
        #expect(try metadata.integers("test.integers") == [1, -2, 3])
        #expect(try metadata.numbers("test.floats") == [0.25, -0.5])
        #expect(try metadata.integerIfPresent("test.absent") == nil)
    }

    @Test("name a key that is absent or has the wrong type")
    func metadataFaults() throws {
        let metadata = try GGUFFile(path: ReaderFixtures.smallGGUF).metadata
        let absent = #expect(throws: ModelFileError.self) { try metadata.integer("test.absent") }
        #expect(absent?.code == .incomplete && absent?.place == "key test.absent")
        let wrong = #expect(throws: ModelFileError.self) { try metadata.string("test.uint8") }
        #expect(wrong?.code == .malformed && wrong?.expected == "a string")
        // Larger than any `Int`.
        #expect(throws: ModelFileError.self) { try metadata.integer("test.uint64") }
        #expect(throws: ModelFileError.self) { try metadata.integer("test.strings") }
        #expect(throws: ModelFileError.self) { try metadata.strings("test.integers") }
        #expect(throws: ModelFileError.self) { try metadata.integers("test.floats") }
        #expect(throws: ModelFileError.self) { try metadata.boolIfPresent("test.uint8") }
    }

    @Test("name a tensor that is absent")
    func absentTensor() throws {
        let file = try GGUFFile(path: ReaderFixtures.smallGGUF)
        #expect(!file.contains(tensor: "output.weight"))
        let error = #expect(throws: ModelFileError.self) { try file.tensor("output.weight") }
        #expect(error?.place == "tensor output.weight" && error?.code == .incomplete)
    }

    @Test("in another format are refused with what was found")
    func noGGUF() throws {
        func code(_ bytes: [UInt8]) -> ModelFileError.Code? {
            let error = #expect(throws: ModelFileError.self) {
                try ReaderFixtures.opening(bytes) { try GGUFFile(path: $0) }
            }
            return error?.code
        }
        #expect(code(Array("<html>not found</html>".utf8)) == .malformed)
        #expect(code([]) == .unreadable)
        #expect(code(Array("GGUF".utf8)) == .truncated)
        #expect(code(Array("GGUF".utf8) + [1, 0, 0, 0]) == .unsupported)
        #expect(code(Array("GGUF".utf8) + [0, 0, 0, 3]) == .unsupported)
        #expect(throws: ModelFileError.self) { try GGUFFile(path: "/absent/model.gguf") }
        #expect(throws: ModelFileError.self) { try GGUFFile(path: "/dev/zero") }
        #expect(throws: ModelFileError.self) { try GGUFFile(path: "/") }
    }

    @Test("truncated anywhere are refused")
    func truncated() throws {
        let whole = try Data(contentsOf: URL(filePath: ReaderFixtures.smallGGUF))
        // The last tensor ends before the padding of the file does.
        let file = try GGUFFile(path: ReaderFixtures.smallGGUF)
        let end = file.tensors.map { $0.fileOffset + $0.rows * $0.rowBytes }.max() ?? 0
        #expect(end > 4_000 && end <= whole.count)
        try ReaderFixtures.withFolder { folder in
            let path = folder + "/file"
            for length in 0..<end {
                try ReaderFixtures.write(whole.prefix(length), to: path)
                #expect(throws: ModelFileError.self, "\(length) bytes") {
                    try GGUFFile(path: path)
                }
            }
        }
    }

    @Test("with hostile numbers are refused or read, never beyond their end")
    func mutated() throws {
        let whole = [UInt8](try Data(contentsOf: URL(filePath: ReaderFixtures.smallGGUF)))
        let start =
            try GGUFFile(path: ReaderFixtures.smallGGUF).tensors.map(\.fileOffset).min() ?? 0
        let hostile: [UInt64] = [
            0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, 1 << 61, 1 << 62,
            .max >> 1, 1 << 63, .max - 31, .max,
        ]
        var numbers = SeededNumbers(seed: 1)
        var refused = 0
        try ReaderFixtures.withFolder { folder in
            let path = folder + "/file"
            for round in 0..<4_000 {
                var bytes = whole
                for _ in 0...(round % 3) {
                    let place = Int.random(in: 4..<start, using: &numbers)
                    if round % 2 == 0 {
                        bytes[place] = UInt8.random(in: 0...255, using: &numbers)
                    } else {
                        let value = hostile.randomElement(using: &numbers) ?? 0
                        withUnsafeBytes(of: value.littleEndian) { value in
                            for (index, byte) in value.enumerated() where place + index < start {
                                bytes[place + index] = byte
                            }
                        }
                    }
                }
                try ReaderFixtures.write(bytes, to: path)
                do {
                    try readEverything(GGUFFile(path: path))
                } catch is ModelFileError {
                    refused += 1
                }
            }
        }
        // Most bytes are names and padding, where a change has no effect.
        #expect(refused > 1_000 && refused < 4_000, "\(refused) refused")
    }

    @Test("with an unsupported type are refused with its name and the supported ones")
    func unsupportedType() throws {
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: ReaderFixtures.smallGGUF)))
        let name = Array("blk.0.q4_0.weight".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
        // After the name: number of dimensions, two lengths, the type.
        bytes[place + name.count + 4 + 16] = 10
        let error = #expect(throws: ModelFileError.self) {
            try ReaderFixtures.opening(bytes) { try GGUFFile(path: $0) }
        }
        #expect(error?.code == .unsupported && error?.found == "Q2_K")
        #expect(error?.place?.hasSuffix("tensor blk.0.q4_0.weight") == true)
    }

    private func readEverything(_ file: GGUFFile) throws {
        for tensor in file.tensors { _ = tensor.dequantised() }
        for key in file.metadata.keys {
            _ = try? file.metadata.integer(key)
            _ = try? file.metadata.number(key)
            _ = try? file.metadata.boolIfPresent(key)
            _ = try? file.metadata.string(key)
            _ = try? file.metadata.strings(key)
            _ = try? file.metadata.integers(key)
            _ = try? file.metadata.numbers(key)
        }
    }
}
