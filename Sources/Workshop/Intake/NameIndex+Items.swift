package import Contract
package import TaxoInstruct
package import TaxonomyFormats

extension NameIndex {
    /// What a name of a list is in the vocabulary.
    package func match(_ item: ListFile.Item) -> TermMatch {
        match(item.name, identifier: item.identifier).match
    }
}
