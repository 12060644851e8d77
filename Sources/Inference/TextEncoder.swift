/// A model that turns texts into vectors whose cosine measures how similar their meanings are.
package protocol TextEncoder: Sendable {
    /// The model that encodes, for provenance.
    var identity: ModelIdentity { get }
    /// Length of a vector.
    var dimension: Int { get }

    /// Encodes texts into unit vectors.
    ///
    /// A text's vector depends neither on its place nor on the texts beside it.
    ///
    /// - Parameters:
    ///   - texts: T texts; those longer than the model's limit are truncated.
    ///   - progress: Called from time to time with the number of texts done.
    /// - Returns: `[T, dimension]`, row-major; each row has length 1.
    /// - Throws: Errors of the implementation.
    func encode(_ texts: [String], progress: (Int) -> Void) throws -> [Float]
}

extension TextEncoder {
    package func encode(_ texts: [String]) throws -> [Float] {
        try encode(texts) { _ in }
    }
}
