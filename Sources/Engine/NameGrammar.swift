import Inference
import Synchronization
import Tokenizers

/// The token sequences that a ``NameList`` allows.
///
/// Byte-level tokenizers merge a space with the word after it, so a space at the end of the prefix or
/// separator is tokenised with the name, as it would be in running text.
final class NameGrammar: Sendable {
    /// Tokens before the first name.
    let opening: [Int32]
    /// The names as they are tokenised after the opening.
    let first: NameTrie
    /// Tokens between two names; never empty.
    let separator: [Int32]
    /// The names as they are tokenised after a separator.
    let following: NameTrie
    let maximumNames: Int

    init(_ list: NameList, _ tokenizer: any Tokenizer) {
        let (opening, lead) = Self.split(list.prefix)
        let (separator, space) = Self.split(list.separator)
        self.opening = tokenizer.encode(opening)
        // A separator that is only a space is tokenised on its own.
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

/// The grammars of recently used lists; to make one, every name must be tokenised.
final class NameGrammarCache: Sendable {
    private static let limit = 4

    private let tokenizer: any Tokenizer
    /// Most recently used last.
    ///
    /// The lists are retained, so that no new list can get the identity of one of them.
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
        // Outside the lock: two calls may do the same work, but no other call waits for it.
        let made = NameGrammar(list, tokenizer)
        grammars.withLock { grammars in
            grammars.append((list, made))
            if grammars.count > Self.limit { grammars.removeFirst() }
        }
        return made
    }
}
