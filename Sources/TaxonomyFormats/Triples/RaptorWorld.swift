import CRaptor2
import Contract
import Synchronization

/// One instance of the RDF library raptor, with the addresses of the properties that are read.
///
/// raptor keeps one copy of each address, so a property is recognised by its place in memory. An
/// instance serves one parse at a time and is kept for the next: raptor's own way of ending one
/// also ends libxml2, which other parses in this process may be using.
final class RaptorWorld {
    /// The instances that serve no parse.
    private static let idle = Mutex<[Unclaimed]>([])

    /// A world that nobody uses.
    ///
    /// It may go to another thread, because the pool gives it to one only.
    private struct Unclaimed: @unchecked Sendable {
        let world: RaptorWorld
    }

    let pointer: OpaquePointer
    /// What a known address means.
    let terms: [OpaquePointer: RDFTerm]

    /// An instance that nobody else uses, until it is released.
    ///
    /// - Throws: `storageUnavailable` if there is no memory for one.
    static func claim(for fileName: String) throws(SubmissionError) -> RaptorWorld {
        guard raptor_load() == 0 else {
            throw SubmissionError(
                .storageUnavailable,
                at: .init(file: fileName),
                "the library libraptor2.so.0, which reads RDF, cannot be loaded",
                remedy: "Install it (Debian: libraptor2-0); the file is read then."
            )
        }
        let kept = idle.withLock { $0.popLast() }
        guard let world = kept?.world ?? RaptorWorld() else {
            throw SubmissionError(
                .storageUnavailable,
                at: .init(file: fileName),
                "no memory to parse the file"
            )
        }
        return world
    }

    /// Gives the instance to whoever reads the next file.
    func release() {
        let free = Unclaimed(world: self)
        Self.idle.withLock { $0.append(free) }
    }

    private init?() {
        guard let world = raptor_new_world_internal(UInt32(RAPTOR_VERSION)) else { return nil }
        // raptor would take libxml2's faults from everybody, and start libcurl.
        raptor_world_set_flag(world, RAPTOR_WORLD_FLAG_LIBXML_GENERIC_ERROR_SAVE, 0)
        raptor_world_set_flag(world, RAPTOR_WORLD_FLAG_LIBXML_STRUCTURED_ERROR_SAVE, 0)
        raptor_world_set_flag(world, RAPTOR_WORLD_FLAG_WWW_SKIP_INIT_FINISH, 1)
        guard raptor_world_open(world) == 0 else { return nil }
        pointer = world
        var terms: [OpaquePointer: RDFTerm] = [:]
        for term in RDFTerm.allCases {
            // Held for ever, so that the address stays where it is.
            guard let address = raptor_new_uri(world, term.address) else { return nil }
            terms[address] = term
        }
        self.terms = terms
    }
}
