import Tensor

/// Examples packed one after another as the rows of one forward pass.
///
/// The rows of an example are its prompt and then a branch for each continuation, without the
/// continuation's last token. Branches do not attend to each other. Scored rows are those whose
/// logits a loss needs.
struct PackedRows: Sendable {
    /// A token of a continuation whose likelihood a row gives.
    struct Target: Sendable {
        let continuation: Int
        let token: Int32
    }

    /// Indices of the examples in the caller's list.
    let members: [Int]
    private(set) var tokens: [Int32] = []
    private(set) var positions: [Int32] = []
    private(set) var spans: [AttentionSpan] = []
    private(set) var trees: [AttentionTree] = []
    /// For each tree, the continuation that each branch belongs to.
    private(set) var branchContinuations: [[Int]] = []
    /// The scored rows, ascending.
    private(set) var asked: [Int] = []
    /// The targets of each scored row.
    private(set) var targets: [[Target]] = []
    /// For each member, its range of `asked`.
    private(set) var ranges: [Range<Int>] = []

    var count: Int { tokens.count }

    init(_ examples: [TokenisedExample], members: [Int]) {
        self.members = members
        for member in members { append(examples[member]) }
    }

    private mutating func append(_ example: TokenisedExample) {
        let first = count
        let firstAsked = asked.count
        let prompt = example.prompt
        for (index, token) in prompt.enumerated() {
            append(token, position: index, AttentionSpan(own: Int32(first)..<Int32(count + 1)))
        }
        let prefix = first..<count
        asked.append(count - 1)
        targets.append(
            example.continuations.enumerated().map { Target(continuation: $0, token: $1[0]) }
        )
        var branches: [Range<Int>] = []
        var owners: [Int] = []
        for (number, continuation) in example.continuations.enumerated()
        where continuation.count > 1 {
            let start = count
            for (index, token) in continuation.dropLast().enumerated() {
                asked.append(count)
                targets.append([Target(continuation: number, token: continuation[index + 1])])
                let span = AttentionSpan(
                    prefix: Int32(prefix.lowerBound)..<Int32(prefix.upperBound),
                    own: Int32(start)..<Int32(count + 1)
                )
                append(token, position: prompt.count + index, span)
            }
            branches.append(start..<count)
            owners.append(number)
        }
        trees.append(AttentionTree(prefix: prefix, branches: branches))
        branchContinuations.append(owners)
        ranges.append(firstAsked..<asked.count)
    }

    private mutating func append(_ token: Int32, position: Int, _ span: AttentionSpan) {
        tokens.append(token)
        positions.append(Int32(position))
        spans.append(span)
    }
}

/// The rows of a forward pass that take part in the backward pass, moved together.
struct ReturningRows: Sendable {
    /// Their numbers in the forward pass, ascending.
    private(set) var kept: [Int] = []
    /// The positions of the kept rows.
    private(set) var positions: [Int32] = []
    /// Numbered by the kept rows.
    private(set) var trees: [AttentionTree] = []

    var count: Int { kept.count }

    /// - Parameters:
    ///   - rows: All rows of the forward pass.
    ///   - isKept: For each member, which of its continuations to keep; a member without any is left
    ///     out entirely.
    init(_ rows: PackedRows, keeping isKept: [[Bool]]) {
        for (member, tree) in rows.trees.enumerated() where isKept[member].contains(true) {
            let prefix = append(tree.prefix, of: rows)
            let branches = zip(tree.branches, rows.branchContinuations[member])
                .filter { isKept[member][$0.1] }
                .map { append($0.0, of: rows) }
            trees.append(AttentionTree(prefix: prefix, branches: branches))
        }
    }

    private mutating func append(_ run: Range<Int>, of rows: PackedRows) -> Range<Int> {
        let first = count
        kept.append(contentsOf: run)
        positions.append(contentsOf: rows.positions[run])
        return first..<count
    }
}
