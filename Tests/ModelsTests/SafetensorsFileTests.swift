import Foundation
import Models
import Testing

@Suite("Safetensors files")
struct SafetensorsFileTests {
    /// A file with the given header, followed by `data`.
    private func file(_ header: String, data: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
            + data
    }

    private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
        try ReaderFixtures.opening(bytes) { try SafetensorsFile(path: $0) }
    }

    private static let header = """
        {"__metadata__":{"format":"pt"},\
        "a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},\
        "b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},\
        "c":{"dtype":"BF16","shape":[],"data_offsets":[12,14]},\
        "d":{"dtype":"I64","shape":[1],"data_offsets":[14,22]},\
        "e":{"dtype":"F32","shape":[0,3],"data_offsets":[22,22]}}
        """
    private static let data: [UInt8] =
        [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0] // 1, -2
        + [0, 0x38, 0xFF, 0x7B] // 0.5, 65504
        + [0x40, 0x40] // 3
        + Array(repeating: 0, count: 8)

    @Test("give their tensors as Float")
    func good() throws {
        let file = try open(file(Self.header, data: Self.data))
        #expect(file.names == ["a", "b", "c", "e"])
        #expect(try file.tensor("a", shape: [2, 1]).values() == [1, -2])
        #expect(try file.tensor("b").values() == [0.5, 65_504])
        #expect(try file.tensor("c").values() == [3])
        #expect(try file.tensor("e").values() == [])
        var part: [Float] = [0]
        try part.withUnsafeMutableBufferPointer {
            try file.tensor("a").copy(elements: 1..<2, into: $0)
        }
        #expect(part == [-2])
    }

    @Test("name a tensor that is absent or has the wrong shape or type")
    func faults() throws {
        let file = try open(file(Self.header, data: Self.data))
        func code(_ body: () throws -> Void) -> ModelFileError.Code? {
            #expect(throws: ModelFileError.self, performing: body)?.code
        }
        #expect(code { _ = try file.tensor("z") } == .incomplete)
        #expect(code { _ = try file.tensor("a", shape: [1, 2]) } == .malformed)
        #expect(code { _ = try file.tensor("d") } == .unsupported)
    }

    @Test(
        "that are inconsistent are refused",
        arguments: [
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
            #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4096,4100]}}"#,
            #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775804,9223372036854775807]}}"#,
            #"{"a":{"dtype":"F32","shape":[1]}}"#, #"{"a":1}"#, "[]", "{", "",
        ]
    )
    func contradictions(_ header: String) throws {
        #expect(throws: ModelFileError.self) {
            try open(file(header, data: Array(repeating: 0, count: 64)))
        }
    }

    @Test("truncated anywhere are refused")
    func truncated() throws {
        // Tensor d does not hold weights and e is empty, so nothing after c is needed.
        let header = Self.header.replacing("[22,22]", with: "[14,14]")
        let whole = file(header, data: Array(Self.data.prefix(14)))
        _ = try open(whole)
        for length in 0..<whole.count {
            #expect(throws: ModelFileError.self, "\(length)") {
                try open(Array(whole.prefix(length)))
            }
        }
    }

    @Test("with changed bytes are refused or read, never beyond their end")
    func mutated() throws {
        let whole = file(Self.header, data: Self.data)
        var numbers = SeededNumbers(seed: 2)
        let digits = Array("0123456789-[]{},\":eF".utf8)
        for round in 0..<2_000 {
            var bytes = whole
            for _ in 0...(round % 3) {
                let place = Int.random(in: 0..<whole.count - Self.data.count, using: &numbers)
                bytes[place] =
                    round % 2 == 0
                    ? UInt8.random(in: 0...255, using: &numbers)
                    : digits.randomElement(using: &numbers) ?? 0
            }
            do {
                let file = try open(bytes)
                for name in file.names { _ = try file.tensor(name).values() }
            } catch is ModelFileError {
                continue
            }
        }
    }
}
