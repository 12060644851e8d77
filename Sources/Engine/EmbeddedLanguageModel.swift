package import Inference
package import Models
package import Tensor
package import Tokenizers

/// The language model that runs inside this process.
///
/// Weights are shared and read-only. Calls may come from several threads at once; each uses its own
/// ``PromptCache``. A long call throws `CancellationError` when its task is cancelled. An answer does
/// not depend on earlier or concurrent calls, bit for bit.
package final class EmbeddedLanguageModel: LanguageModel {
    /// Cache slots for the branches of one pass; branches that do not fit wait for the next pass.
    static let branchSlots = 1024
    /// Rows of logits computed at once: with a vocabulary of 49,152 they are 6 MB, which stay in the
    /// processor's cache.
    static let logitRows = 32

    package let identity: ModelIdentity
    package let tokenizer: any Tokenizer
    package let model: DecoderModel
    let level: KernelLevel
    let promptCaches: PromptCachePool
    let grammars: NameGrammarCache
    /// Tokens that end a text.
    let endTokens: [Int32]

    /// - Parameters:
    ///   - model: The decoder.
    ///   - tokenizer: The tokenizer of the same file; its tokens are below the decoder's vocabulary.
    ///   - identity: The model's identity, for provenance.
    ///   - level: The kernels to use.
    ///   - cacheBytes: Memory for the keys and values of recent prompts.
    package init(
        _ model: DecoderModel,
        tokenizer: any Tokenizer,
        identity: ModelIdentity,
        level: KernelLevel = .current,
        cacheBytes: Int = 128 << 20
    ) {
        precondition(
            tokenizer.vocabularySize <= model.configuration.vocabulary,
            "tokenizer of \(tokenizer.vocabularySize), model of \(model.configuration.vocabulary)"
        )
        self.model = model
        self.tokenizer = tokenizer
        self.identity = identity
        self.level = level
        promptCaches = PromptCachePool(model, level: level, byteLimit: cacheBytes)
        grammars = NameGrammarCache(tokenizer)
        // Chat models end a turn with one token and a document with another.
        let named = ["<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|end_of_text|>"].compactMap {
            let tokens = tokenizer.encode($0, parsingSpecial: true)
            return tokens.count == 1 ? tokens[0] : nil
        }
        endTokens = Set(named + [tokenizer.endToken].compactMap(\.self)).sorted()
    }

    /// The tokens of a prompt; at least one.
    func promptTokens(_ prompt: String) -> [Int32] { tokenizer.promptTokens(prompt) }

    func requireFits(_ tokens: Int) throws {
        guard tokens <= model.contextTokens else {
            throw InferenceError.contextExceeded(tokens: tokens, limit: model.contextTokens)
        }
    }

    /// Adds the part of `prompt` up to `end` that the cache does not hold yet.
    ///
    /// If logits of the last token are needed, that token is computed again in any case.
    func appendPrompt(
        _ prompt: [Int32],
        upTo end: Int,
        outputs: DecoderBatch.Outputs,
        to batch: inout DecoderBatch,
        _ promptCache: PromptCache
    ) {
        let needed = outputs == .none ? end : end - 1
        let seen = min(promptCache.shared(with: prompt), needed)
        batch.append(prompt[seen..<end], ownStart: 0, seen: seen, outputs: outputs)
        // The caller sets the tokens after the pass; until then the slots are not filled.
        promptCache.tokens = []
    }

    /// Calls `body` with the logits of each output row of the last pass, in order.
    func forEachOutput(_ count: Int, _ promptCache: PromptCache, _ body: (Int, LogitRow) -> Void) {
        for start in stride(from: 0, to: count, by: Self.logitRows) {
            let range = start..<min(start + Self.logitRows, count)
            let logits = model.logits(of: range, promptCache.workspace)
            for (row, logits) in zip(range, LogitRow.rows(of: logits, level: level)) {
                body(row, logits)
            }
        }
    }
}
