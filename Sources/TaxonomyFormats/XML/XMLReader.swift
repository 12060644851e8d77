import CLibXML2
import Contract
import Glibc

/// Drives libxml2's push parser over a ``ByteStream`` in constant memory.
///
/// A DOCTYPE is allowed but never loaded. An entity declaration is refused, so that nothing can
/// expand or read another file; files of RDF alone may declare short ones without references.
/// Depth and text length are limited. Element names are recognised by their address, so that an
/// element on none of the handler's paths costs a pointer comparison and no string.
final class XMLReader {
    private let name: String
    private let limits: ReadLimits
    private let handlerForRoot: (XMLRoot) throws(SubmissionError) -> any XMLHandler

    private var context: xmlParserCtxtPtr?
    private var handler: (any XMLHandler)?
    private var places: [XMLPaths.Place] = []
    private var text: [UInt8] = []
    private var isCapturing = false
    private var fault: SubmissionError?
    private let entities = XMLEntities()
    /// The bytes before the root element, in case that the handler wants them.
    private var prolog: [UInt8]? = []
    private var byteHandler: (any XMLByteHandler)?
    private var bulk = XMLBulk()
    /// Tags by the address of the element's name; libxml2 keeps one copy of each name per parse.
    private var tagCache = [(address: UnsafePointer<xmlChar>?, tag: XMLPaths.Tag)](
        repeating: (nil, XMLPaths.unknownTag),
        count: 256
    )

    /// - Parameters:
    ///   - name: The file's name, for messages.
    ///   - limits: Limits on depth and text length.
    ///   - handlerForRoot: Chooses the handler from the root element, or throws to refuse the
    ///     file.
    init(
        name: String,
        limits: ReadLimits,
        handlerForRoot: @escaping (XMLRoot) throws(SubmissionError) -> any XMLHandler
    ) {
        self.name = name
        self.limits = limits
        self.handlerForRoot = handlerForRoot
    }

    /// Parses all of `source`.
    ///
    /// - Parameters:
    ///   - source: The bytes after `head`.
    ///   - head: The first bytes, already read from `source`.
    ///   - progress: Called with the fraction of bytes read, 0 to 1, about every 4 MiB of text.
    /// - Throws: What the handler throws, or a fault in the XML with its line and column.
    func parse(
        _ source: any ByteStream,
        head: [UInt8],
        progress: (Double) -> Void
    ) throws(SubmissionError) {
        var callbacks = Self.callbacks()
        let user = Unmanaged.passUnretained(self).toOpaque()
        // libxml2 detects the encoding from the first four bytes.
        let start = head.prefix(4).map { CChar(bitPattern: $0) }
        prolog = Array(head.prefix(4))
        guard
            let context = xmlCreatePushParserCtxt(&callbacks, user, start, CInt(start.count), nil)
        else {
            throw SubmissionError(
                .storageUnavailable,
                at: .init(file: name),
                "no memory to parse the file"
            )
        }
        self.context = context
        defer {
            self.context = nil
            xmlFreeParserCtxt(context)
        }
        xmlCtxtUseOptions(context, CInt(XML_PARSE_NONET.rawValue))
        // Not by the option for it, by which libxml2 tells the text of an entity twice.
        context.pointee.replaceEntities = 1
        try push(Array(head.dropFirst(4)))

        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { chunk.deallocate() }
        var sinceProgress = 0
        while true {
            let count = try source.read(into: chunk)
            guard count > 0 else { break }
            try push(UnsafeRawBufferPointer(rebasing: chunk[..<count]), isLast: false)
            sinceProgress += count
            if sinceProgress >= 4 << 20 {
                sinceProgress = 0
                progress(source.share)
            }
        }
        try push(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
    }

    private func push(_ bytes: [UInt8]) throws(SubmissionError) {
        guard !bytes.isEmpty else { return }
        var result: Result<Void, SubmissionError> = .success(())
        bytes.withUnsafeBytes { raw in
            do throws(SubmissionError) {
                try push(raw, isLast: false)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    private func push(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(SubmissionError) {
        guard let context else { return }
        prolog?.append(contentsOf: bytes)
        bulk.bytesRead += bytes.count
        xmlParseChunk(
            context,
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            CInt(bytes.count),
            isLast ? 1 : 0
        )
        if let fault { throw fault }
        guard context.pointee.wellFormed != 0 else { throw malformed(context) }
        guard let byteHandler else {
            if handler != nil { prolog = nil }
            return try checkProlog()
        }
        guard context.pointee.nsWellFormed != 0 else { throw malformed(context) }
        guard let first = prolog else { return try byteHandler.take(bytes, isLast: isLast) }
        prolog = nil
        var thrown: SubmissionError?
        first.withUnsafeBytes { raw in
            do throws(SubmissionError) {
                try byteHandler.take(raw, isLast: isLast)
            } catch {
                thrown = error
            }
        }
        if let thrown { throw thrown }
    }

    private func checkProlog() throws(SubmissionError) {
        guard let prolog, prolog.count > limits.textBytes * 4 else { return }
        throw SubmissionError(
            .textTooLong,
            at: .init(file: name, line: 1),
            "found no element in the first \(prolog.count) bytes"
        )
    }

    // MARK: Events

    fileprivate func begin(
        _ element: UnsafePointer<xmlChar>,
        namespace: UnsafePointer<xmlChar>?,
        attributes: XMLAttributes
    ) {
        guard fault == nil else { return }
        guard places.count < limits.depth else {
            stop(.nestingTooDeep, "elements nest more than \(limits.depth) deep")
            return
        }
        do throws(SubmissionError) {
            if handler == nil {
                try chooseHandler(element, namespace)
            }
            guard let handler else { return }
            if byteHandler != nil { checkBulk(bulk.begin(attributes, depth: places.count, limits)) }
            let parent = places.last ?? XMLPaths.document
            let place = handler.paths.place(of: tag(of: element, handler), in: parent)
            places.append(place)
            guard place != XMLPaths.elsewhere, place != parent else { return }
            isCapturing = handler.paths.captures(place)
            text.removeAll(keepingCapacity: true)
            try handler.begin(place, attributes: attributes, line: line)
        } catch {
            stop(error)
        }
    }

    private func chooseHandler(
        _ element: UnsafePointer<xmlChar>,
        _ namespace: UnsafePointer<xmlChar>?
    ) throws(SubmissionError) {
        let root = XMLRoot(
            name: String(cString: element),
            namespace: namespace.map { String(cString: $0) },
            line: line
        )
        handler = try handlerForRoot(root)
        byteHandler = handler as? any XMLByteHandler
        if byteHandler == nil, let first = entities.first { throw declared(first) }
    }

    private func declared(_ entity: XMLEntities.Declared) -> SubmissionError {
        SubmissionError(
            .entityDeclaration,
            at: .init(file: name, line: entity.line, column: entity.column),
            "the file declares the entity “\(Text.cut(entity.name))”"
        )
    }

    private func checkBulk(_ fault: XMLBulk.Fault?) {
        switch fault {
        case nil: break
        case .text: stop(.textTooLong, "a text is longer than \(limits.textBytes) bytes")
        case .attributes:
            stop(.textTooLong, "an element has more attributes than any vocabulary needs")
        case .expanded:
            stop(.entityDeclaration, "its entities make the file more than ten times as long")
        }
    }

    fileprivate func end() {
        if byteHandler != nil { bulk.end(depth: places.count) }
        guard fault == nil, let place = places.popLast(), let handler else { return }
        guard place != XMLPaths.elsewhere, place != places.last else { return }
        var thrown: SubmissionError?
        text.withUnsafeBufferPointer { bytes in
            do throws(SubmissionError) {
                try handler.end(place, text: bytes)
            } catch {
                thrown = error
            }
        }
        isCapturing = false
        text.removeAll(keepingCapacity: true)
        if let thrown { stop(thrown) }
    }

    fileprivate func characters(_ bytes: UnsafeBufferPointer<xmlChar>) {
        if byteHandler != nil, fault == nil {
            checkBulk(bulk.add(bytes.count, limits))
        }
        guard isCapturing, fault == nil, places.last != XMLPaths.elsewhere else { return }
        guard text.count + bytes.count <= limits.textBytes else {
            stop(.textTooLong, "a text is longer than \(limits.textBytes) bytes")
            return
        }
        text.append(contentsOf: bytes)
    }

    /// Takes the declaration of an entity; one that could expand or load anything is refused.
    fileprivate func declare(_ entity: UnsafePointer<xmlChar>?, content: UnsafePointer<xmlChar>?) {
        let declared = XMLEntities.Declared(
            name: entity.map { String(cString: $0) } ?? "",
            line: line,
            column: context?.pointee.input.map { Int($0.pointee.col) }
        )
        if !entities.declare(declared, content: content) { stop(self.declared(declared)) }
    }

    fileprivate func entity(named name: UnsafePointer<xmlChar>?) -> xmlEntityPtr? {
        entities.entity(named: name)
    }

    fileprivate func undefined(_ entity: UnsafePointer<xmlChar>?) {
        let entityName = entity.map { Text.cut(String(cString: $0)) } ?? ""
        stop(.malformedXML, "the entity “&\(entityName);” is not defined in the file")
    }

    private func tag(
        of element: UnsafePointer<xmlChar>,
        _ handler: any XMLHandler
    ) -> XMLPaths.Tag {
        let slot = Int(truncatingIfNeeded: UInt(bitPattern: element) >> 3) & 0xFF
        let cached = tagCache[slot]
        if cached.address == element { return cached.tag }
        let tag = handler.paths.tag(named: String(cString: element))
        tagCache[slot] = (element, tag)
        return tag
    }

    // MARK: Faults

    private var line: Int { Int(context?.pointee.input?.pointee.line ?? 0) }

    private func stop(_ code: SubmissionError.Code, _ message: String) {
        let column = context?.pointee.input.map { Int($0.pointee.col) }
        stop(SubmissionError(code, at: .init(file: name, line: line, column: column), message))
    }

    private func stop(_ error: SubmissionError) {
        guard fault == nil else { return }
        fault = error
        xmlStopParser(context)
    }

    private func malformed(_ context: xmlParserCtxtPtr) -> SubmissionError {
        guard let error = xmlCtxtGetLastError(context)?.pointee else {
            return SubmissionError(.malformedXML, at: .init(file: name), "the XML is malformed")
        }
        let place = SubmissionError.Location(
            file: name,
            line: max(1, Int(error.line)),
            column: max(1, Int(error.int2))
        )
        // libxml2 reports a truncated file as “extra content”, which would mislead the reader.
        if error.code == Int32(XML_ERR_DOCUMENT_END.rawValue), !places.isEmpty {
            return SubmissionError(
                .malformedXML,
                at: place,
                "the file ends inside \(places.count) elements that are not closed",
                remedy: "Copy the file again; it was cut off."
            )
        }
        let words = error.message.map { String(cString: $0) } ?? "the XML is malformed"
        let message = words.split(whereSeparator: \.isNewline).joined(separator: " ")
        let code: SubmissionError.Code =
            switch xmlParserErrors(rawValue: UInt32(max(0, error.code))) {
            case XML_ERR_INVALID_ENCODING, XML_ERR_UNKNOWN_ENCODING, XML_ERR_UNSUPPORTED_ENCODING,
                XML_ERR_ENCODING_NAME, XML_I18N_CONV_FAILED:
                .wrongEncoding
            case XML_ERR_INVALID_CHAR where message.contains("encoding"):
                .wrongEncoding
            default:
                .malformedXML
            }
        return SubmissionError(
            code,
            at: place,
            code == .wrongEncoding
                ? "the bytes are not what the file declares: \(message)" : message
        )
    }

    private static func callbacks() -> xmlSAXHandler {
        var callbacks = xmlSAXHandler()
        callbacks.initialized = UInt32(XML_SAX2_MAGIC)
        callbacks.startElementNs = { user, element, _, namespace, _, _, count, _, attributes in
            guard let element, let reader = XMLReader.reader(user) else { return }
            reader.begin(
                element,
                namespace: namespace,
                attributes: XMLAttributes(pointers: attributes, count: Int(count))
            )
        }
        callbacks.endElementNs = { user, _, _, _ in XMLReader.reader(user)?.end() }
        let characters: charactersSAXFunc = { user, bytes, count in
            XMLReader.reader(user)?.characters(.init(start: bytes, count: Int(count)))
        }
        callbacks.characters = characters
        callbacks.ignorableWhitespace = characters
        callbacks.cdataBlock = characters
        callbacks.entityDecl = { user, name, kind, _, _, content in
            // Only an entity within the file and outside of DTDs is one of a kind of text.
            let isText = kind == CInt(XML_INTERNAL_GENERAL_ENTITY.rawValue)
            XMLReader.reader(user)?.declare(name, content: isText ? content.map { .init($0) } : nil)
        }
        callbacks.unparsedEntityDecl = { user, name, _, _, _ in
            XMLReader.reader(user)?.declare(name, content: nil)
        }
        callbacks.getEntity = { user, name in XMLReader.reader(user)?.entity(named: name) }
        callbacks.reference = { user, name in XMLReader.reader(user)?.undefined(name) }
        // Without this callback libxml2 prints to standard error; `malformed` reads the error
        // itself.
        callbacks.serror = { _, _ in }
        return callbacks
    }

    private static func reader(_ user: UnsafeMutableRawPointer?) -> XMLReader? {
        user.map { Unmanaged<XMLReader>.fromOpaque($0).takeUnretainedValue() }
    }
}
