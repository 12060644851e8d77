/// A part of a change set that a format cannot carry, and why.
package struct LeftOut: Hashable, Sendable {
    package enum What: String, Hashable, Sendable {
        case term, identifier, parent, child, name, synonym, definition, reference, mapping
    }

    package let format: ChangeFormat
    package let job: String
    package let key: String
    /// The new term's.
    package let identifier: String
    package let name: String
    package let what: What
    /// What is left out, as the answer has it.
    package let value: String
    package let why: String

    package static let columns: [TabSeparated.Column] = [
        .init("format"), .init("job"), .init("key"), .init("identifier"), .init("name"),
        .init("what"), .init("value"), .init("why"),
    ]

    /// The row of a table with ``columns``, with its line feed.
    package var row: String {
        TabSeparated.row([
            format.rawValue, job, key, identifier, name, what.rawValue, value, why,
        ])
    }
}

/// What a writer has left out since it was last asked.
struct LeftOutList: Sendable {
    let format: ChangeFormat
    private(set) var entries: [LeftOut] = []

    init(_ format: ChangeFormat) {
        self.format = format
    }

    mutating func add(
        _ what: LeftOut.What,
        _ value: String,
        of term: Change.NewTerm,
        _ why: String
    ) {
        entries.append(
            LeftOut(
                format: format,
                job: term.stamp.job,
                key: term.key,
                identifier: term.identifier.text,
                name: term.name,
                what: what,
                value: value,
                why: why
            )
        )
    }

    mutating func add(mapping: Change.Mapping, _ value: String, _ why: String) {
        entries.append(
            LeftOut(
                format: format,
                job: mapping.stamp.job,
                key: mapping.key,
                identifier: mapping.subject.text,
                name: mapping.name,
                what: .mapping,
                value: value,
                why: why
            )
        )
    }

    /// Notes that a carriage return or NUL in a text is not written as it is.
    mutating func noteAltered(_ what: LeftOut.What, _ text: String, of term: Change.NewTerm) {
        if text.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\0" }) {
            add(what, text, of: term, "a carriage return is written as a line feed, NUL as a space")
        }
    }

    mutating func take() -> [LeftOut] {
        defer { entries = [] }
        return entries
    }
}

extension Change.NewTerm {
    /// Why a format that needs prefixes cannot carry the term; only one that the vocabulary has
    /// already may lack a prefix.
    var prefixFault: String? {
        identifier.kind == .bare ? "its identifier has no prefix" : nil
    }
}

extension Change.Parent {
    /// Why no format can carry the parent; `nil` if there is no reason.
    var fault: String? {
        if let entry, !entry.isNew {
            return "it is a term of the same file that is not among the new terms"
        }
        return concept.fault
    }
}

extension Change.Concept {
    /// Why no format can carry the concept; `nil` if there is no reason.
    var fault: String? {
        identifier == nil
            ? "its identifier holds spaces or marks that formats use for themselves" : nil
    }

    /// Why a format that needs prefixes cannot carry the concept.
    var prefixFault: String? {
        fault ?? (identifier?.kind == .bare ? "its identifier has no prefix" : nil)
    }

    /// Why a template for ROBOT cannot carry the concept as a parent.
    ///
    /// ROBOT reads parents as expressions in Manchester syntax, in which `#` begins a remark and `=`
    /// stands by itself.
    var expressionFault: String? {
        prefixFault
            ?? (identifier?.text.utf8.contains { $0 == 0x23 || $0 == 0x3D } == true
                ? "ROBOT reads # and = in a parent as signs of its own" : nil)
    }
}
