import Glibc
import Inference
import Tokenizers

/// One continuation while it is being generated.
struct WritingStream {
    /// The settings that all streams of a call share.
    struct Rules {
        let tokenizer: any Tokenizer
        let temperature: Double
        let maximumTokens: Int
        let stops: [[UInt8]]
        /// Tokens that end a text.
        let endTokens: [Int32]
        /// Tokens that end a list of names: ``endTokens`` and the first tokens of the stop strings.
        let listEnds: [Int32]
        /// The names that may be written; `nil` for free text.
        let grammar: NameGrammar?
    }

    /// The index of the prompt that this continues.
    let prompt: Int
    /// The token that the next pass computes; `nil` once the text has ended.
    private(set) var next: Int32?
    private(set) var isDone = false
    private var bytes: [UInt8] = []
    private var written = 0
    private var logLikelihood = 0.0
    private var isComplete = false
    private var random: SplitMix64
    private var cursor: NameCursor?
    /// The state of the text when the last name was complete.
    private var kept = (bytes: 0, tokens: 0, logLikelihood: 0.0)

    init(prompt: Int, seed: UInt64, _ rules: Rules) {
        self.prompt = prompt
        random = SplitMix64(seed: seed, stream: prompt)
        cursor = rules.grammar.map(NameCursor.init)
        isDone = rules.maximumTokens <= 0
    }

    /// Chooses the next token by `logits`; `greatest` is the token with the highest logit.
    mutating func write(_ logits: LogitRow, greatest: Int32, _ rules: Rules) {
        next = nil
        if var cursor {
            writeName(logits, &cursor, rules)
            self.cursor = cursor
        } else {
            writeFreely(logits, greatest, rules)
        }
        if written >= rules.maximumTokens, !isDone {
            isDone = true
            cursor?.finish()
        }
        if isDone { next = nil }
    }

    func generation() -> Generation {
        guard let cursor else {
            return Generation(
                text: String(decoding: bytes, as: UTF8.self),
                logLikelihood: logLikelihood,
                tokens: written,
                isComplete: isComplete
            )
        }
        // A list that hit the token limit ends with its last complete name.
        let isCut = !isComplete && cursor.names.count == keptNames
        return Generation(
            text: String(decoding: bytes.prefix(isCut ? kept.bytes : bytes.count), as: UTF8.self),
            names: cursor.names,
            logLikelihood: isCut ? kept.logLikelihood : logLikelihood,
            tokens: isCut ? kept.tokens : written,
            isComplete: isComplete
        )
    }

    private var keptNames = 0

    private mutating func writeFreely(_ logits: LogitRow, _ greatest: Int32, _ rules: Rules) {
        let token =
            rules.temperature > 0
            ? logits.draw(
                temperature: rules.temperature,
                uniform: random.uniform(),
                greatest: greatest
            ) : greatest
        guard !rules.endTokens.contains(token) else { return end() }
        let before = bytes.count
        append(token, logits, rules)
        guard let stop = firstStop(in: rules.stops, addedAt: before) else { return }
        bytes.removeLast(bytes.count - stop)
        if stop <= before {
            // No byte of this token is in the text.
            written -= 1
            logLikelihood -= logits.logProbability(of: token)
        }
        end()
    }

    private mutating func writeName(
        _ logits: LogitRow,
        _ cursor: inout NameCursor,
        _ rules: Rules
    ) {
        switch cursor.options {
        case .ended:
            cursor.take(.end)
            end()
        case .forced(let token):
            cursor.take(.forced)
            append(token, logits, rules)
        case .choice(let children, let separator, let mayEnd):
            var choices = children.map {
                (token: $0.token, choice: NameCursor.Choice.child($0.node))
            }
            if let separator { choices.append((separator, .separator)) }
            if mayEnd { choices += rules.listEnds.map { ($0, .end) } }
            let chosen = choices[choose(choices.map { logits.logit(of: $0.token) }, rules)]
            if case .separator = chosen.choice {
                kept = (bytes.count, written, logLikelihood)
                keptNames = cursor.names.count + 1
            }
            cursor.take(chosen.choice)
            if case .end = chosen.choice {
                end()
            } else {
                append(chosen.token, logits, rules)
            }
        }
        // If nothing can follow a complete name, the list ends without another pass.
        if !isDone, case .ended = cursor.options {
            cursor.take(.end)
            end()
        }
    }

    /// An index into `logits`: that of the highest, or one sampled at the temperature.
    private mutating func choose(_ logits: [Float], _ rules: Rules) -> Int {
        let greatest = logits.indices.max { logits[$0] < logits[$1] } ?? 0
        guard rules.temperature > 0 else { return greatest }
        let weights = logits.map {
            exp(Double($0 - logits[greatest]) / rules.temperature)
        }
        var remaining = random.uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            remaining -= weight
            if remaining < 0 { return index }
        }
        return greatest
    }

    private mutating func append(_ token: Int32, _ logits: LogitRow, _ rules: Rules) {
        bytes += rules.tokenizer.bytes(of: token)
        written += 1
        logLikelihood += logits.logProbability(of: token)
        next = token
    }

    private mutating func end() {
        isDone = true
        isComplete = true
    }

    /// Where the first stop string that ends after `start` begins.
    private func firstStop(in stops: [[UInt8]], addedAt start: Int) -> Int? {
        stops.compactMap { stop -> Int? in
            guard !stop.isEmpty, bytes.count >= stop.count else { return nil }
            let from = max(0, start - stop.count + 1)
            return (from..<max(from, bytes.count - stop.count + 1)).first {
                bytes[$0..<$0 + stop.count].elementsEqual(stop)
            }
        }.min()
    }
}
