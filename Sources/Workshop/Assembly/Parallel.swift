import Foundation

/// A value that is computed on another thread.
package final class Parallel<Value: Sendable>: Sendable {
    private let done = DispatchGroup()
    private let result = Locked<Result<Value, any Error>?>(nil)

    package init(_ body: @escaping @Sendable () throws -> Value) {
        DispatchQueue.global(qos: .userInitiated).async(group: done) { [result] in
            let value = Result { try body() }
            result.withLock { $0 = value }
        }
    }

    /// Waits for the value.
    package func value() throws -> Value {
        done.wait()
        guard let result = result.withLock({ $0 }) else {
            preconditionFailure("the group ended before its work")
        }
        return try result.get()
    }
}
