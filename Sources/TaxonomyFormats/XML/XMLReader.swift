import CLibXML2
import Contract
import Glibc

/// Receives the selected elements of an XML file as ``XMLReader`` parses it.
protocol XMLHandler: AnyObject {
    /// The elements to report.
    var paths: XMLPaths { get }
    /// Called when a selected element begins.
    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError)
    /// Called when a selected element ends; `text` is empty unless the place is captured.
    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError)
}

/// The attributes of an element that begins; valid only during the call.
struct XMLAttributes {
    /// Five pointers per attribute: local name, prefix, URI, value, end of value (libxml2 SAX2).
    fileprivate let pointers: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    fileprivate let count: Int

    /// The bytes of the attribute with this name, without making a string of them.
    func bytes(of name: StaticString) -> UnsafeBufferPointer<UInt8>? {
        guard let pointers else { return nil }
        for index in 0..<count {
            let attribute = pointers + 5 * index
            guard let key = attribute[0], let start = attribute[3], let end = attribute[4],
                strcmp(key, name.utf8Start) == 0
            else { continue }
            return UnsafeBufferPointer(start: start, count: end - start)
        }
        return nil
    }

    /// The value of the attribute with this name.
    func value(of name: String) -> String? {
        guard let pointers else { return nil }
        for index in 0..<count {
            let attribute = pointers + 5 * index
            guard let key = attribute[0], let start = attribute[3], let end = attribute[4],
                String(cString: key) == name
            else { continue }
            return String(
                decoding: UnsafeBufferPointer(start: start, count: end - start),
                as: UTF8.self
            )
        }
        return nil
    }
}

/// Drives libxml2's push parser over a ``ByteStream`` in constant memory.
///
/// A DOCTYPE is allowed but never loaded. Any entity declaration is refused, so that nothing can
/// expand or read another file. Depth and text length are limited. Element names are recognised by
/// their address, so that an element on none of the handler's paths costs a pointer comparison and
/// no string.
final class XMLReader {
    private let name: String
    private let limits: ReadLimits
    private let handlerForRoot: (String, Int) throws(SubmissionError) -> any XMLHandler

    private var context: xmlParserCtxtPtr?
    private var handler: (any XMLHandler)?
    private var places: [XMLPaths.Place] = []
    private var text: [UInt8] = []
    private var isCapturing = false
    private var fault: SubmissionError?
    /// Tags by the address of the element's name; libxml2 keeps one copy of each name per parse.
    private var tagCache = [(address: UnsafePointer<xmlChar>?, tag: XMLPaths.Tag)](
        repeating: (nil, XMLPaths.unknownTag),
        count: 256
    )

    /// - Parameters:
    ///   - name: The file's name, for messages.
    ///   - limits: Limits on depth and text length.
    ///   - handlerForRoot: Chooses the handler from the root element's name and line, or throws to
    ///     refuse the file.
    init(
        name: String,
        limits: ReadLimits,
        handlerForRoot: @escaping (String, Int) throws(SubmissionError) -> any XMLHandler
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
        xmlParseChunk(
            context,
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            CInt(bytes.count),
            isLast ? 1 : 0
        )
        if let fault { throw fault }
        guard context.pointee.wellFormed != 0 else { throw malformed(context) }
    }

    // MARK: Events

    fileprivate func begin(_ element: UnsafePointer<xmlChar>, attributes: XMLAttributes) {
        guard fault == nil else { return }
        guard places.count < limits.depth else {
            stop(.nestingTooDeep, "elements nest more than \(limits.depth) deep")
            return
        }
        do throws(SubmissionError) {
            if handler == nil {
                handler = try handlerForRoot(String(cString: element), line)
            }
            guard let handler else { return }
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

    fileprivate func end() {
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
        guard isCapturing, fault == nil, places.last != XMLPaths.elsewhere else { return }
        guard text.count + bytes.count <= limits.textBytes else {
            stop(.textTooLong, "a text is longer than \(limits.textBytes) bytes")
            return
        }
        text.append(contentsOf: bytes)
    }

    fileprivate func entity(_ entity: UnsafePointer<xmlChar>?, isDeclaration: Bool) {
        let entityName = entity.map { String(cString: $0).prefix(80) } ?? ""
        if isDeclaration {
            stop(.entityDeclaration, "the file declares the entity “\(entityName)”")
        } else {
            stop(.malformedXML, "the entity “&\(entityName);” is not defined in the file")
        }
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
        callbacks.startElementNs = { user, element, _, _, _, _, count, _, attributes in
            guard let element, let reader = XMLReader.reader(user) else { return }
            reader.begin(
                element,
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
        callbacks.entityDecl = { user, name, _, _, _, _ in
            XMLReader.reader(user)?.entity(name, isDeclaration: true)
        }
        callbacks.unparsedEntityDecl = { user, name, _, _, _ in
            XMLReader.reader(user)?.entity(name, isDeclaration: true)
        }
        callbacks.reference = { user, name in
            XMLReader.reader(user)?.entity(name, isDeclaration: false)
        }
        // Without this callback libxml2 prints to standard error; `malformed` reads the error
        // itself.
        callbacks.serror = { _, _ in }
        return callbacks
    }

    private static func reader(_ user: UnsafeMutableRawPointer?) -> XMLReader? {
        user.map { Unmanaged<XMLReader>.fromOpaque($0).takeUnretainedValue() }
    }
}
