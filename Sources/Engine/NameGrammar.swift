import Inference
import Synchronization
import Tokenizers

/// A ``NameList`` in tokens: what may be written, token by token.
///
/// Byte-level tokenizers join a space with the word behind it, so the space at the end of the
/// prefix or of the separator belongs to the names, as it would in running text.
final class NameGrammar: Sendable {
    /// Written before the first name.
    let opening: [Int32]
    /// Names as they stand after the opening.
    let first: NameTrie
    /// Written after a name that another one follows; never empty.
    let separator: [Int32]
    /// Names as they stand after a separator.
    let following: NameTrie
    let maximumNames: Int

    init(_ list: NameList, _ tokenizer: any Tokenizer) {
        let (opening, lead) = Self.split(list.prefix)
        let (separator, space) = Self.split(list.separator)
        self.opening = tokenizer.encode(opening)
        // A separator of nothing but a space is a token of its own.
        let isSpace = separator.isEmpty
        self.separator = tokenizer.encode(isSpace ? list.separator : separator)
        let join = isSpace ? "" : space
        first = Self.trie(list.names, after: lead, tokenizer)
        following = join == lead ? first : Self.trie(list.names, after: join, tokenizer)
        maximumNames = list.maximumNames
    }

    private static func trie(
        _ names: [String],
        after lead: String,
        _ tokenizer: any Tokenizer
    ) -> NameTrie {
        NameTrie(names.map { $0.isEmpty ? [] : tokenizer.encode(lead + $0) })
    }

    private static func split(_ text: String) -> (head: String, lead: String) {
        text.hasSuffix(" ") ? (String(text.dropLast()), " ") : (text, "")
    }
}

/// Grammars of the lists in use: making one means encoding every name.
final class NameGrammarCache: Sendable {
    private static let limit = 4

    private let tokenizer: any Tokenizer
    /// Most recently used last.
    ///
    /// The lists are kept, so that no other list can get the identity of one of them.
    private let grammars = Mutex<[(list: NameList, grammar: NameGrammar)]>([])

    init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

    func grammar(of list: NameList) -> NameGrammar {
        let found = grammars.withLock { grammars -> NameGrammar? in
            guard let index = grammars.firstIndex(where: { $0.list === list }) else { return nil }
            let entry = grammars.remove(at: index)
            grammars.append(entry)
            return entry.grammar
        }
        if let found { return found }
        // Outside the lock: two calls may do the work twice, but nobody waits for it.
        let made = NameGrammar(list, tokenizer)
        grammars.withLock { grammars in
            grammars.append((list, made))
            if grammars.count > Self.limit { grammars.removeFirst() }
        }
        return made
    }
}
