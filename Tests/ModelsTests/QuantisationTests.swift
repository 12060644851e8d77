import Foundation
import Models
import Testing

@Suite("Quantised weights")
struct QuantisationTests {
    struct Golden: Decodable {
        struct Tensor: Decodable {
            let type: String
            let name: String
            let columns: Int
            let rows: Int
            let weights: Data

            var values: [Float] {
                weights.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            }
        }

        let tensors: [Tensor]

        static func load() throws -> [Tensor] {
            let url = ReaderFixtures.golden.appending(path: "quantised.json")
            return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).tensors
        }
    }

    @Test("of every type are converted as by the reference library, bit for bit")
    func dequantised() throws {
        let file = try GGUFFile(path: ReaderFixtures.smallGGUF)
        let golden = try Golden.load()
        #expect(Set(golden.map(\.type)) == Set(GGUFTensorType.allCases.map(\.name)))
        for expected in golden {
            let tensor = try file.tensor(expected.name)
            #expect(tensor.type.name == expected.type)
            #expect((tensor.columns, tensor.rows) == (expected.columns, expected.rows))
            #expect(tensor.dequantised() == expected.values, "\(expected.type)")
        }
    }

    @Test("with groups are exactly scale · code + offset")
    func groups() throws {
        let file = try GGUFFile(path: ReaderFixtures.smallGGUF)
        var seen: Set<String> = []
        for expected in try Golden.load() {
            let tensor = try file.tensor(expected.name)
            guard let bits = tensor.groupBits else { continue }
            seen.insert(expected.type)
            for row in 0..<tensor.rows {
                let (codes, scales, offsets) = groups(of: tensor, row)
                let limit = 1 << bits
                #expect(codes.allSatisfy { $0 < limit }, "\(expected.type)")
                let values = codes.indices.map { index in
                    scales[index / 32] * Float(codes[index]) + offsets[index / 32]
                }
                let start = row * tensor.columns
                #expect(values == Array(expected.values[start..<start + tensor.columns]))
            }
        }
        #expect(seen == ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K"])
    }

    @Test("have 4-bit codes where the file does, and no codes without groups of 32")
    func groupBits() {
        #expect(GGUFTensorType.q4_1.groupBits == 4 && GGUFTensorType.q4_K.groupBits == 4)
        #expect(GGUFTensorType.q8_0.groupBits == 8 && GGUFTensorType.q5_K.groupBits == 8)
        #expect(GGUFTensorType.q6_K.groupBits == nil && GGUFTensorType.float32.groupBits == nil)
    }

    private func groups(
        of tensor: GGUFTensor,
        _ row: Int
    ) -> (codes: [UInt8], scales: [Float], offsets: [Float]) {
        var codes = [UInt8](repeating: 0xFF, count: tensor.columns)
        var scales = [Float](repeating: .nan, count: tensor.columns / 32)
        var offsets = scales
        codes.withUnsafeMutableBufferPointer { codes in
            scales.withUnsafeMutableBufferPointer { scales in
                offsets.withUnsafeMutableBufferPointer { offsets in
                    tensor.groups(row: row, codes: codes, scales: scales, offsets: offsets)
                }
            }
        }
        return (codes, scales, offsets)
    }
}
