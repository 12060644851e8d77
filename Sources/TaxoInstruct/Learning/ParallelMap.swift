import Dispatch
import Synchronization

/// Computes values on all cores.
///
/// - Parameters:
///   - count: Number of values to compute.
///   - progress: Called with the number of values done and the total; from several threads.
///   - value: Computes the value at a position; called from several threads.
/// - Returns: The values in order of position.
/// - Throws: The error of the first position that threw, once all positions have been tried.
package func parallelMap<Value: Sendable, Failure: Error>(
    _ count: Int,
    progress: @Sendable (Int, Int) -> Void = { _, _ in },
    _ value: @Sendable (Int) throws(Failure) -> Value
) throws(Failure) -> [Value] {
    let results = Mutex([Int: Result<Value, Failure>]())
    DispatchQueue.concurrentPerform(iterations: count) { position in
        let result: Result<Value, Failure>
        do throws(Failure) {
            result = .success(try value(position))
        } catch {
            result = .failure(error)
        }
        let done = results.withLock { results in
            results[position] = result
            return results.count
        }
        progress(done, count)
    }
    let all = results.withLock(\.self)
    var values: [Value] = []
    values.reserveCapacity(count)
    for position in 0..<count {
        if let result = all[position] { values.append(try result.get()) }
    }
    return values
}
