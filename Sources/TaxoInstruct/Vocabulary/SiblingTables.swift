import Taxonomy

/// What set expansion looks up in a vocabulary, whatever the view.
package struct SiblingTables: Sendable {
    let index: SiblingIndex
    let neighbours: NeighbourTable
    let embeddings: EmbeddingTable

    init(_ taxonomy: Taxonomy, _ embeddings: EmbeddingTable) {
        index = SiblingIndex(taxonomy)
        neighbours = NeighbourTable(taxonomy, embeddings)
        self.embeddings = embeddings
    }
}
