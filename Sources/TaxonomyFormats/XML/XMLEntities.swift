import CLibXML2

/// The entities that a file of RDF declares, such as `owl` for the beginning of an address.
///
/// Only short texts without references and markup are taken, so that none can expand to much, hold
/// elements, or make another file be read.
final class XMLEntities {
    /// A declaration, for messages.
    struct Declared {
        let name: String
        let line: Int
        let column: Int?
    }

    private static let longest = 1_000
    private static let most = 1_000

    /// The first one that was declared.
    private(set) var first: Declared?
    private var count = 0
    private var document: xmlDocPtr?

    deinit { if let document { xmlFreeDoc(document) } }

    /// Takes an entity.
    ///
    /// - Returns: Whether it is harmless.
    func declare(_ entity: Declared, content: UnsafePointer<xmlChar>?) -> Bool {
        count += 1
        guard let content, count <= Self.most else { return false }
        let length = Int(xmlStrlen(content))
        let text = UnsafeBufferPointer(start: content, count: length)
        let marks: [UInt8] = [UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: "%")]
        guard length <= Self.longest, !text.contains(where: marks.contains) else { return false }
        if document == nil {
            document = xmlNewDoc("1.0")
            xmlCreateIntSubset(document, "entities", nil, nil)
        }
        if first == nil { first = entity }
        // The first of several declarations counts; a further one gives no entity.
        _ = xmlAddDocEntity(
            document,
            entity.name,
            CInt(XML_INTERNAL_GENERAL_ENTITY.rawValue),
            nil,
            nil,
            content
        )
        return true
    }

    func entity(named name: UnsafePointer<xmlChar>?) -> xmlEntityPtr? {
        document == nil ? nil : xmlGetDocEntity(document, name)
    }
}
