/// A model that maps texts to vectors whose cosine measures similarity of meaning.
package protocol TextEncoder: Sendable {
    /// The identity of the encoder, for provenance.
    var identity: ModelIdentity { get }
    /// Length of a vector.
    var dimension: Int { get }

    /// Encodes texts into unit vectors.
    ///
    /// A text's vector does not depend on its position or on the other texts.
    ///
    /// - Parameters:
    ///   - texts: T texts; those longer than the model's limit are truncated.
    ///   - progress: Called at intervals with the number of texts done.
    /// - Returns: `[T, dimension]`, row-major; each row has length 1.
    /// - Throws: Errors of the implementation.
    func encode(_ texts: [String], progress: (Int) -> Void) throws -> [Float]
}

extension TextEncoder {
    package func encode(_ texts: [String]) throws -> [Float] {
        try encode(texts) { _ in }
    }
}
