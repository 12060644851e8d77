import Synchronization

/// Counts the tokens that language models read and write for a piece of work.
///
/// Tokens count where they are asked for: those of every prompt, rated continuation and written text,
/// whether or not a cache spares their computation. So the same work gives the same count.
package final class TokenMeter: Sendable {
    @TaskLocal private static var current: TokenMeter?

    private let count = Atomic<Int>(0)

    private init() {}

    /// Runs `body` and counts what language models that it calls are asked for, on this thread.
    package static func measuring<Value>(
        _ body: () throws -> Value
    ) rethrows -> (value: Value, tokens: Int) {
        let meter = TokenMeter()
        let value = try $current.withValue(meter, operation: body)
        return (value, meter.count.load(ordering: .relaxed))
    }

    /// Notes tokens read or written; for a ``LanguageModel``.
    package static func add(_ tokens: Int) {
        current?.count.add(tokens, ordering: .relaxed)
    }
}
