/// What a change set as a whole says of itself.
package struct ChangeSetHead: Sendable {
    /// Version of taxod.
    package let version: String
    /// The jobs by their full IDs, and when their files were received, in the order of the set.
    package let jobs: [(id: String, date: String)]
    /// Prefixes of all identifiers in mappings.
    let prefixes: Set<String>

    package init(
        version: String,
        jobs: [(id: String, date: String)],
        indices: [NewTermIndex]
    ) {
        self.version = version
        self.jobs = jobs
        prefixes = indices.reduce(into: []) { $0.formUnion($1.mappedPrefixes) }
    }
}

/// Writes a change set in one format: the head, each change in order, and the tail.
///
/// The same changes give the same bytes. What waits for the tail is bounded by the number of
/// concepts of the vocabulary that are named, and by the edges to new terms.
package struct ChangeWriter: Sendable {
    private var writer: any FormatWriter

    package init(_ format: ChangeFormat, _ head: ChangeSetHead) {
        writer =
            switch format {
            case .robot: RobotWriter()
            case .robotBulk: RobotBulkWriter()
            case .obo: OBOWriter()
            case .kgcl: KGCLWriter(head)
            case .sssom: SSSOMWriter(head)
            }
    }

    /// The text before the first change.
    package var head: String { writer.head }

    /// The text of a change; empty if the format has nothing to say about it.
    package mutating func text(of change: Change) -> String {
        let text = writer.text(of: change)
        if !text.isEmpty, let term = change.term, let taken = term.taken {
            let why = "another term of the file has this identifier; a provisional one is written"
            writer.leftOut.add(.identifier, taken.text, of: term, why)
        }
        return text
    }

    /// The text after the last change.
    package mutating func tail() -> String { writer.tail() }

    /// What was left out since this was last asked.
    package mutating func leftOut() -> [LeftOut] { writer.leftOut.take() }
}

/// A writer of one format.
protocol FormatWriter: Sendable {
    var head: String { get }
    var leftOut: LeftOutList { get set }
    mutating func text(of change: Change) -> String
    mutating func tail() -> String
}

extension FormatWriter {
    mutating func tail() -> String { "" }
}

extension ChangeFormat {
    /// The columns of a format that is a table; empty for the others.
    package var columns: [TabSeparated.Column] {
        switch self {
        case .robot: RobotWriter.columns.map(\.plain)
        case .robotBulk: RobotBulkWriter.columns.map(\.plain)
        case .sssom: SSSOMWriter.columns
        case .obo, .kgcl: []
        }
    }
}
