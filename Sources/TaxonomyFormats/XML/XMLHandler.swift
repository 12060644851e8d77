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

/// A handler for which another parser reads the bytes once this one found them harmless.
protocol XMLByteHandler: XMLHandler {
    /// Takes the next bytes of the file; the first ones are those before the root element.
    func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(SubmissionError)
}

/// The root element of a file.
struct XMLRoot {
    let name: String
    /// The namespace; `nil` without one.
    let namespace: String?
    let line: Int
}

/// The attributes of an element that begins; valid only during the call.
struct XMLAttributes {
    /// Five pointers per attribute: local name, prefix, URI, value, end of value (libxml2 SAX2).
    let pointers: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    let count: Int

    /// The length of all values.
    var bytes: Int {
        guard let pointers else { return 0 }
        return (0..<count).reduce(0) { sum, index in
            let attribute = pointers + 5 * index
            guard let start = attribute[3], let end = attribute[4] else { return sum }
            return sum + (end - start)
        }
    }

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
