package import Taxonomy

/// The lexical tables for set expansion and construction; the same for every view.
package struct SiblingTables: Sendable {
    package let index: SiblingIndex
    package let neighbours: NeighbourTable
    package let embeddings: EmbeddingTable

    package init(_ taxonomy: Taxonomy, _ embeddings: EmbeddingTable) {
        index = SiblingIndex(taxonomy)
        neighbours = NeighbourTable(taxonomy, embeddings)
        self.embeddings = embeddings
    }
}
