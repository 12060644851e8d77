/// Measures what another parser will have to hold of a file.
///
/// A text counts until an element begins or ends, but what RDF calls a literal of XML counts with
/// all elements inside.
struct XMLBulk {
    enum Fault {
        case text
        case attributes
        case expanded
    }

    private static let mostAttributes = 2_000
    /// A file may always have so many bytes of text, however short it is.
    private static let freeBytes = 64 << 20
    private static let expansion = 10

    var bytesRead = 0
    private var text = 0
    private var total = 0
    /// The depth of the element that is a literal of XML.
    private var literalDepth: Int?

    mutating func begin(_ attributes: XMLAttributes, depth: Int, _ limits: ReadLimits) -> Fault? {
        if literalDepth == nil { text = 0 }
        guard attributes.count <= Self.mostAttributes else { return .attributes }
        let bytes = attributes.bytes
        text += bytes
        total += bytes
        if literalDepth == nil, let type = attributes.bytes(of: "parseType"),
            !type.elementsEqual("Resource".utf8), !type.elementsEqual("Collection".utf8)
        {
            literalDepth = depth
        }
        return fault(limits)
    }

    mutating func end(depth: Int) {
        if let literalDepth, depth > literalDepth + 1 { return }
        literalDepth = nil
        text = 0
    }

    mutating func add(_ bytes: Int, _ limits: ReadLimits) -> Fault? {
        text += bytes
        total += bytes
        return fault(limits)
    }

    private func fault(_ limits: ReadLimits) -> Fault? {
        if text > limits.textBytes { return .text }
        return total > Self.freeBytes && total > bytesRead * Self.expansion ? .expanded : nil
    }
}
