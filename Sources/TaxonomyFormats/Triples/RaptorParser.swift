import CRaptor2
import Contract

/// Receives what raptor finds in a file.
protocol RaptorDelegate: AnyObject {
    /// A statement; valid only during the call.
    func take(_ statement: raptor_statement, line: Int)
    /// A prefix that the file declares for the beginning of addresses.
    func declare(prefix: String, for space: String)
    /// A fault that raptor tells, and the line that it tells.
    func report(_ message: String, line: Int, isFatal: Bool)
}

/// Drives one of raptor's parsers over bytes that are given piece by piece.
///
/// The parser opens no file and no connection, and loads no external entity.
final class RaptorParser {
    enum Syntax: String {
        case xml = "rdfxml"
        case turtle
    }

    /// What relative addresses in a file without a base are relative to.
    static let base = "http://file.invalid/"

    private let world: RaptorWorld
    private let syntax: Syntax
    private unowned let delegate: any RaptorDelegate
    private var parser: OpaquePointer
    private var locator: UnsafeMutablePointer<raptor_locator>?
    private var baseAddress: OpaquePointer?

    /// - Parameters:
    ///   - world: The instance to use, until ``end()``.
    ///   - syntax: The language of the bytes.
    ///   - delegate: Who receives what is found.
    /// - Throws: `storageUnavailable` when there is no memory.
    init(
        _ world: RaptorWorld,
        syntax: Syntax,
        delegate: any RaptorDelegate
    ) throws(SubmissionError) {
        guard let parser = raptor_new_parser(world.pointer, syntax.rawValue),
            let base = raptor_new_uri(world.pointer, Self.base)
        else { throw Self.outOfMemory }
        self.world = world
        self.syntax = syntax
        self.delegate = delegate
        self.parser = parser
        baseAddress = base
        // Names of blank nodes that no file is likely to use itself.
        var prefix = Array("taxodBlank".utf8CString)
        raptor_world_set_generate_bnodeid_parameters(world.pointer, &prefix, 1)
        listen()
    }

    private static let outOfMemory = SubmissionError(
        .storageUnavailable,
        "no memory to parse the file"
    )

    /// Frees the parser; nothing may be parsed afterwards.
    func end() {
        raptor_world_set_log_handler(world.pointer, nil, nil)
        raptor_free_parser(parser)
        raptor_free_uri(baseAddress)
        baseAddress = nil
    }

    /// Begins a document, or the next piece of one that can be read alone.
    func start() throws(SubmissionError) {
        guard raptor_parser_parse_start(parser, baseAddress) == 0 else { throw Self.outOfMemory }
    }

    /// Parses bytes; faults are reported to the delegate.
    ///
    /// - Returns: Whether the parser could go on.
    @discardableResult
    func parse(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> Bool {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return raptor_parser_parse_chunk(parser, start, bytes.count, isLast ? 1 : 0) == 0
    }

    /// Replaces the parser by a new one, after a fault that an old one does not forget.
    func renew() throws(SubmissionError) {
        guard let fresh = raptor_new_parser(world.pointer, syntax.rawValue) else {
            throw Self.outOfMemory
        }
        raptor_free_parser(parser)
        parser = fresh
        listen()
    }

    /// Makes an address, relative to the present base, the base of what follows.
    func setBase(_ address: String) {
        guard let base = raptor_new_uri_relative_to_base(world.pointer, baseAddress, address)
        else { return }
        raptor_free_uri(baseAddress)
        baseAddress = base
    }

    private func listen() {
        let user = Unmanaged.passUnretained(self).toOpaque()
        for option in [
            RAPTOR_OPTION_NO_NET, RAPTOR_OPTION_NO_FILE, RAPTOR_OPTION_LOAD_EXTERNAL_ENTITIES,
            // It would remember every identifier of the file.
            RAPTOR_OPTION_CHECK_RDF_ID,
        ] {
            let isOn = option == RAPTOR_OPTION_NO_NET || option == RAPTOR_OPTION_NO_FILE
            raptor_parser_set_option(parser, option, nil, isOn ? 1 : 0)
        }
        locator = raptor_parser_get_locator(parser)
        raptor_parser_set_statement_handler(parser, user) { user, statement in
            guard let user, let statement else { return }
            let parser = Unmanaged<RaptorParser>.fromOpaque(user).takeUnretainedValue()
            let line = parser.locator.map { Int($0.pointee.line) } ?? 0
            parser.delegate.take(statement.pointee, line: line)
        }
        raptor_parser_set_namespace_handler(parser, user) { user, namespace in
            guard let user, let namespace else { return }
            let parser = Unmanaged<RaptorParser>.fromOpaque(user).takeUnretainedValue()
            guard let address = raptor_namespace_get_uri(namespace),
                let text = raptor_uri_as_string(address)
            else { return }
            let prefix = raptor_namespace_get_prefix(namespace).map { String(cString: $0) }
            parser.delegate.declare(prefix: prefix ?? "", for: String(cString: text))
        }
        raptor_world_set_log_handler(world.pointer, user) { user, message in
            guard let user, let message = message?.pointee else { return }
            guard message.level == RAPTOR_LOG_LEVEL_ERROR || message.level == RAPTOR_LOG_LEVEL_FATAL
            else { return }
            let parser = Unmanaged<RaptorParser>.fromOpaque(user).takeUnretainedValue()
            parser.delegate.report(
                message.text.map { String(cString: $0) } ?? "the statement is not understood",
                line: message.locator.map { Int($0.pointee.line) } ?? 0,
                isFatal: message.level == RAPTOR_LOG_LEVEL_FATAL
            )
        }
    }
}
