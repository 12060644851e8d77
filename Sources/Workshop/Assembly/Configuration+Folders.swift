package import Files
package import Settings
package import TaxonomyFormats

extension Configuration {
    /// What lies where in the state folder.
    package var stateFolder: StateFolder { StateFolder(state) }

    /// The loaded vocabularies.
    package var store: TaxonomyStore { TaxonomyStore(root: stateFolder.taxonomies.description) }
}
