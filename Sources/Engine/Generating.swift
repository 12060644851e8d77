package import Inference
import Models
import Tensor

extension EmbeddedLanguageModel {
    package func generate(
        after prompts: [String],
        _ options: GenerationOptions
    ) throws -> [Generation] {
        try generate(after: prompts.map(promptTokens), options)
    }

    /// Generates one continuation for each prompt given as tokens.
    ///
    /// The prefix that all prompts share is computed once. Then every pass computes the next token of
    /// each unfinished stream. Prompts whose streams do not fit into the cache together are processed
    /// in several batches; the texts do not depend on that.
    ///
    /// - Parameters:
    ///   - prompts: P prompts of at least one token each.
    ///   - options: The options for all prompts.
    ///   - endTokens: Tokens that end a text; the model's by default.
    /// - Returns: P generations, in their order.
    /// - Throws: `InferenceError.contextExceeded`, `CancellationError`.
    package func generate(
        after prompts: [[Int32]],
        _ options: GenerationOptions,
        endTokens: [Int32]? = nil
    ) throws -> [Generation] {
        guard let longest = prompts.map(\.count).max() else { return [] }
        precondition(!prompts.contains([]), "a prompt without tokens")
        try requireFits(longest + 1)
        let rules = rules(
            options,
            endTokens: endTokens ?? self.endTokens,
            room: model.contextTokens - longest
        )
        let shared = Self.sharedPrefix(prompts)
        var generations: [Generation] = []
        var rest = Array(prompts.indices)[...]
        while !rest.isEmpty {
            let group = Self.firstGroup(rest, prompts, shared, rules.maximumTokens)
            rest = rest.dropFirst(group.count)
            generations += try write(
                group.map { WritingStream(prompt: $0, seed: options.seed, rules) },
                after: prompts,
                shared,
                rules
            )
        }
        TokenMeter.add(
            prompts.reduce(0) { $0 + $1.count } + generations.reduce(0) { $0 + $1.tokens }
        )
        return generations
    }

    private func rules(
        _ options: GenerationOptions,
        endTokens: [Int32],
        room: Int
    ) -> WritingStream.Rules {
        let stopTokens = options.stops.flatMap { stop in
            [stop, stop + stop].compactMap { tokenizer.encode($0).first }
        }
        return WritingStream.Rules(
            tokenizer: tokenizer,
            temperature: options.temperature,
            maximumTokens: min(options.maximumTokens, room),
            stops: options.stops.map { Array($0.utf8) },
            endTokens: endTokens,
            listEnds: Set(endTokens + stopTokens).sorted(),
            grammar: options.names.map(grammars.grammar(of:))
        )
    }

    /// The length of the prefix that all prompts share; each keeps at least one token of its own.
    private static func sharedPrefix(_ prompts: [[Int32]]) -> Int {
        let first = prompts[0]
        return prompts.reduce(first.count - 1) { shared, prompt in
            min(shared, prompt.count - 1, zip(first, prompt).prefix { $0 == $1 }.count)
        }
    }

    /// As many of the prompts as the branch slots hold, but at least one.
    private static func firstGroup(
        _ rest: ArraySlice<Int>,
        _ prompts: [[Int32]],
        _ shared: Int,
        _ maximumTokens: Int
    ) -> ArraySlice<Int> {
        var slots = 0
        let end = rest.firstIndex {
            slots += prompts[$0].count - shared + maximumTokens
            return slots > 4 * branchSlots && $0 > rest.startIndex
        }
        return rest[..<(end ?? rest.endIndex)]
    }

    private func write(
        _ streams: [WritingStream],
        after prompts: [[Int32]],
        _ shared: Int,
        _ rules: WritingStream.Rules
    ) throws -> [Generation] {
        var streams = streams
        let lead = prompts[streams[0].prompt]
        var starts: [Int] = []
        var end = shared
        for stream in streams {
            starts.append(end)
            end += prompts[stream.prompt].count - shared + max(rules.maximumTokens, 0)
        }
        let prefix = 0..<Int32(shared)
        return try promptCaches.withCache(for: lead, slots: end) { promptCache in
            var batch = DecoderBatch()
            appendPrompt(lead, upTo: shared, outputs: .none, to: &batch, promptCache)
            var active = streams.indices.filter { !streams[$0].isDone }
            for index in active {
                batch.append(
                    prompts[streams[index].prompt][shared...],
                    after: prefix,
                    ownStart: starts[index],
                    seen: 0,
                    outputs: .last
                )
            }
            var seen = streams.map { prompts[$0.prompt].count - shared }
            while !active.isEmpty {
                try Task.checkCancellation()
                model.forward(batch, cache: promptCache.keyValues, workspace: promptCache.workspace)
                // The first stream's own slots follow the shared ones.
                promptCache.tokens = lead
                advance(&streams, active, rules, promptCache)
                active.removeAll { streams[$0].isDone }
                batch = DecoderBatch()
                for index in active {
                    guard let token = streams[index].next else { continue }
                    batch.append(
                        [token],
                        after: prefix,
                        ownStart: starts[index],
                        seen: seen[index],
                        outputs: .last
                    )
                    seen[index] += 1
                }
            }
            return streams.map { $0.generation() }
        }
    }

    /// Chooses the next token of each active stream.
    private func advance(
        _ streams: inout [WritingStream],
        _ active: [Int],
        _ rules: WritingStream.Rules,
        _ promptCache: PromptCache
    ) {
        for start in stride(from: 0, to: active.count, by: Self.logitRows) {
            let range = start..<min(start + Self.logitRows, active.count)
            let logits = model.logits(of: range, promptCache.workspace)
            let greatest = Softmax.greatest(in: logits)
            for (offset, row) in LogitRow.rows(of: logits, level: level).enumerated() {
                streams[active[start + offset]].write(row, greatest: greatest[offset], rules)
            }
        }
    }
}
