import Synchronization

/// Counts the tokens that language models read and generate for a piece of work.
///
/// All tokens of prompts, scored continuations and generated texts count, whether or not a cache
/// saves their computation, so the same work always gives the same count.
package final class TokenMeter: Sendable {
    @TaskLocal private static var current: TokenMeter?

    private let count = Atomic<Int>(0)

    private init() {}

    /// Runs `body` and counts the tokens of the language models called on this thread.
    package static func measuring<Value>(
        _ body: () throws -> Value
    ) rethrows -> (value: Value, tokens: Int) {
        let meter = TokenMeter()
        let value = try $current.withValue(meter, operation: body)
        return (value, meter.count.load(ordering: .relaxed))
    }

    /// Adds tokens to the current measurement, if any; called by a ``LanguageModel``.
    package static func add(_ tokens: Int) {
        current?.count.add(tokens, ordering: .relaxed)
    }
}
