/// A model that turns texts into vectors whose cosine tells how near their meanings are.
package protocol TextEncoder: Sendable {
    /// What answers, for provenance.
    var identity: ModelIdentity { get }
    /// Length of a vector.
    var dimension: Int { get }

    /// Encodes texts into unit vectors.
    ///
    /// A text's vector depends neither on its place nor on the texts beside it.
    ///
    /// - Parameters:
    ///   - texts: T texts; longer ones than the model takes are cut at their end.
    ///   - progress: Called now and then with the number of texts done.
    /// - Returns: `[T, dimension]`, row-major; each row has length 1.
    /// - Throws: What the implementation meets; a remote one may lose its connection.
    func encode(_ texts: [String], progress: (Int) -> Void) throws -> [Float]
}

extension TextEncoder {
    package func encode(_ texts: [String]) throws -> [Float] {
        try encode(texts) { _ in }
    }
}
