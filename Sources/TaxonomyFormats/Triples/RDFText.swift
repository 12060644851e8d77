/// Tells Turtle and N-Triples from other text by their first statement.
enum RDFText {
    /// Whether the text begins as Turtle or N-Triples does, behind comments, or is named so.
    static func isTurtle(_ head: FileHead) -> Bool {
        // Named so, it is meant so: the parser says best what is wrong.
        let isNamedSo = ["ttl", "turtle", "nt"].contains(head.ending)
        if isNamedSo, let first = head.text.first, !"{[".contains(first) { return true }
        if head.isBinary { return false }
        var rest = head.text[...]
        while true {
            rest = rest.drop(while: \.isWhitespace)
            guard rest.first == "#" else { break }
            rest = rest.drop { !$0.isNewline }
        }
        // A directive, or a subject and a property that are whole addresses, because elements of XML
        // stand in the same brackets; letters are small.
        let opening =
            #/
            @prefix\s+[^\s<>:]*:\s*<[^<>\s]*>\s*\.
            | @base\s+<[^<>\s]*>\s*\.
            | prefix\s+[^\s<>:]*:\s*<[^<>\s]*>
            | base\s+<[^<>\s]*>
            | (?:<(?:[a-z][a-z0-9+.\-]*://|urn:)[^<>\s]+>|_:[^\s<>]+)
              \s+(?:<(?:[a-z][a-z0-9+.\-]*://|urn:)[^<>\s]+>|a)\s+(?:[<"\[(]|_:)
            /#
        return rest.prefixMatch(of: opening) != nil
    }
}
