/// Tells Turtle and N-Triples from other text by their first statement.
enum RDFText {
    /// Whether the text begins as Turtle or N-Triples does, behind comments, or is named so.
    static func isTurtle(_ head: FileHead) -> Bool {
        guard let first = head.text.first, !head.isBinary else { return false }
        // Named so, it is meant so: the parser says best what is wrong.
        if ["ttl", "turtle", "nt"].contains(head.ending), !"{[".contains(first) { return true }
        var rest = head.text[...]
        while true {
            rest = rest.drop(while: \.isWhitespace)
            guard rest.first == "#" else { break }
            rest = rest.drop { !$0.isNewline }
        }
        // A directive, or a subject and a property that are addresses; letters are small.
        let opening =
            #/
            @prefix\s+[^\s<>:]*:\s*<[^<>\s]*>\s*\.
            | @base\s+<[^<>\s]*>\s*\.
            | prefix\s+[^\s<>:]*:\s*<[^<>\s]*>
            | base\s+<[^<>\s]*>
            | (?:<[^<>\s]+>|_:[^\s<>]+)\s+(?:<[^<>\s]+>|a)\s+(?:[<"\[(]|_:)
            /#
        return rest.prefixMatch(of: opening) != nil
    }
}
