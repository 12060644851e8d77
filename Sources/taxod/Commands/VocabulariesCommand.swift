import ArgumentParser
import Contract
import Foundation
import Spool
import TaxonomyFormats
import Workshop

/// `taxod vocabularies`: lists the loaded versions and the current one of each vocabulary.
struct VocabulariesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vocabularies",
        abstract: "List the loaded vocabularies, or roll back to an earlier version.",
        usage: "taxod vocabularies [--use <version>] [<options>]",
        discussion: """
            Of each vocabulary the version loaded or chosen last answers what names no version. \
            Jobs under way end on the version that they began with. After a roll back, what was \
            answered on that version before is a duplicate and not asked again.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(help: ArgumentHelp("Make this version the current one.", valueName: "version"))
    var use: String?

    func run() throws {
        let configuration = try options.read().values
        let store = configuration.store
        if let use { try choose(use, in: store, state: configuration.state) }
        try list(store, configured: configuration.vocabulary)
    }

    private func choose(_ version: String, in store: TaxonomyStore, state: String) throws {
        let word = version.lowercased()
        let found = try store.loaded().filter { $0.version.hasPrefix(word) }
        guard let info = found.first, found.count == 1, word.count >= 8 else {
            throw CommandError.refused(
                "\(found.count) loaded versions begin with “\(version)”; give at least eight "
                    + "digits of one that `taxod vocabularies` lists."
            )
        }
        let chosen = try store.makeCurrent(info, at: Date())
        try Request.leave(in: state) { folder in
            try folder.add(
                UseRequest(
                    vocabulary: LoadOutcome.Vocabulary(
                        name: chosen.name,
                        version: chosen.version,
                        kind: chosen.kind.rawValue,
                        concepts: chosen.counts.concepts,
                        edges: chosen.counts.edges
                    )
                )
            )
        }
    }

    private func list(_ store: TaxonomyStore, configured: String?) throws {
        var seen: Set<String> = []
        let loaded = try store.loaded()
        for info in loaded {
            let isCurrent = seen.insert(info.name.lowercased()).inserted
            print(
                """
                \(info.version.prefix(12))  \(isCurrent ? "current" : "former ")  \
                \(info.name.padded(to: 12))\(info.loadedAt)  \(info.counts.concepts) concepts, \
                \(info.counts.edges) edges  (\(info.sourceFile))
                """
            )
        }
        if loaded.isEmpty { print("none is loaded") }
        if let configured { print("lists that name none ask “\(configured)”") }
    }
}
