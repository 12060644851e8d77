/// The position of one stream in a list of names.
///
///     opening name (separator name)*
///
/// No name is written twice. After a complete name the list may continue or end; if the name is the
/// beginning of a longer one, that name may continue as well.
struct NameCursor {
    /// What may come next.
    enum Options {
        /// Only this token.
        case forced(Int32)
        /// One of these tokens, one per child node; after a complete name also the separator's first
        /// token or the end of the list.
        case choice(children: [(token: Int32, node: Int)], separator: Int32?, mayEnd: Bool)
        /// Nothing: the list is complete, or all names are used.
        case ended
    }

    /// What was chosen.
    enum Choice {
        case forced
        case child(Int)
        case separator
        case end
    }

    /// Indices of the complete names, in the order written.
    private(set) var names: [Int] = []
    private let grammar: NameGrammar
    private var forced: ArraySlice<Int32>
    private var trie: NameTrie
    private var node = 0
    /// For each trie, how many names that end at or below a node are used.
    private var usedFirst: [Int: Int32] = [:]
    private var usedFollowing: [Int: Int32] = [:]

    init(_ grammar: NameGrammar) {
        self.grammar = grammar
        forced = grammar.opening[...]
        trie = grammar.first
    }

    var options: Options {
        if let token = forced.first { return .forced(token) }
        guard names.count < grammar.maximumNames else { return .ended }
        let children = trie.children[node].compactMap { child -> (token: Int32, node: Int)? in
            let child = Int(child)
            return left(child) > 0 ? (trie.tokens[child], child) : nil
        }
        guard isComplete else {
            return children.isEmpty
                ? .ended
                : .choice(
                    children: children,
                    separator: nil,
                    mayEnd: false
                )
        }
        let mayContinue = names.count + 1 < grammar.maximumNames && left(0) > 1
        if children.isEmpty && !mayContinue { return .ended }
        return .choice(
            children: children,
            separator: mayContinue ? grammar.separator.first : nil,
            mayEnd: true
        )
    }

    /// Moves on by `choice`, one of those that ``options`` offered.
    mutating func take(_ choice: Choice) {
        switch choice {
        case .forced:
            forced = forced.dropFirst()
        case .child(let child):
            node = child
        case .separator:
            complete()
            forced = grammar.separator.dropFirst()
            trie = grammar.following
            node = 0
        case .end:
            complete()
        }
    }

    /// Completes the name that ends here unless it is the beginning of a longer one; called when the
    /// token limit ends the list.
    mutating func finish() {
        if trie.children[node].isEmpty { complete() }
    }

    private var isComplete: Bool {
        trie.names[node] >= 0 && forced.isEmpty
            && !names.contains(Int(trie.names[node]))
    }

    private var used: [Int: Int32] { trie === grammar.first ? usedFirst : usedFollowing }

    private func left(_ node: Int) -> Int32 { trie.leaves[node] - (used[node] ?? 0) }

    private mutating func complete() {
        guard isComplete else { return }
        let name = Int(trie.names[node])
        names.append(name)
        Self.count(name, in: grammar.first, &usedFirst)
        if grammar.following !== grammar.first {
            Self.count(name, in: grammar.following, &usedFollowing)
        }
        node = 0
    }

    private static func count(_ name: Int, in trie: NameTrie, _ used: inout [Int: Int32]) {
        guard let end = trie.ends[name] else { return }
        var node = Int(end)
        while node != 0 {
            used[node, default: 0] += 1
            node = Int(trie.parents[node])
        }
        used[0, default: 0] += 1
    }
}
