/// What is kept of a file.
extension TripleCollector {
    /// A node of the file, by its place in ``nodes``.
    typealias Node = Int32

    /// A text that belongs to a node.
    struct Value {
        let property: RDFTerm
        /// The place of the language in ``languages``; 0 without one.
        let language: UInt16
        let text: String
    }

    /// A reference from one node to another.
    struct Link {
        let property: RDFTerm
        let target: Node
    }

    struct Marks: OptionSet {
        let rawValue: UInt8
        static let owlClass = Marks(rawValue: 1)
        static let concept = Marks(rawValue: 2)
        static let relation = Marks(rawValue: 4)
        static let other = Marks(rawValue: 8)
        static let obsolete = Marks(rawValue: 16)
        static let root = Marks(rawValue: 32)
    }

    /// All that the file says about a node, as far as it is read.
    struct Draft {
        /// -1 until it is known that the node is of interest.
        var node: Node = -1
        var line: Int
        var marks: Marks = []
        var values: [Value] = []
        var links: [Link] = []
    }

    /// A fault that the parser told.
    struct Report {
        var line: Int
        /// How the statement begins; empty if that is not known.
        var opening = ""
        let message: String
    }
}
