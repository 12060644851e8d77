package import Inference

/// An encoder without weights: letters' groups of three, hashed into 128 places.
package struct HashingEncoder: TextEncoder {
    package init() {}

    package var identity: ModelIdentity {
        ModelIdentity(name: "hashing", sha256: "e", path: "test")
    }
    package var dimension: Int { 128 }

    package func encode(_ texts: [String], progress: (Int) -> Void) throws -> [Float] {
        texts.flatMap { text -> [Float] in
            var vector = [Float](repeating: 0, count: dimension)
            let bytes = Array(" \(text.lowercased()) ".utf8)
            for start in 0..<max(bytes.count - 2, 1) {
                var hash: UInt32 = 2_166_136_261
                for byte in bytes[start..<min(start + 3, bytes.count)] {
                    hash = (hash ^ UInt32(byte)) &* 16_777_619
                }
                vector[Int(hash % UInt32(dimension))] += 1
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
    }
}
