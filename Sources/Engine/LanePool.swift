import Models
import Synchronization
import Tensor

/// The memory of one engine call: scratch, and a cache that remembers the last prompt.
///
/// `@unchecked Sendable`: a lane is in the hands of one call at a time. ``LanePool`` gives each
/// resting lane out once, under its lock, and gets it back when the call has ended.
final class Lane: @unchecked Sendable {
    let workspace: DecoderWorkspace
    fileprivate(set) var cache: DecoderCache
    /// What slots 0… of the cache hold; set by the call once it is true.
    var tokens: [Int32] = []
    fileprivate var lastUse: UInt64 = 0

    fileprivate init(workspace: DecoderWorkspace, cache: DecoderCache) {
        self.workspace = workspace
        self.cache = cache
    }

    /// Tokens at the start of `prompt` whose keys and values are here already.
    func shared(with prompt: [Int32]) -> Int {
        zip(tokens, prompt).prefix { $0 == $1 }.count
    }
}

/// Lanes for concurrent calls, and with them the keys and values of recent prompts.
///
/// A call gets the resting lane that shares the longest prefix with its prompt, or else the one
/// that rested longest. The lanes that rest are bounded in bytes, so the pool is a small
/// least-recently-used cache of prompts.
final class LanePool: Sendable {
    /// Lanes that rest at most: two for each of two workers.
    private static let restingLanes = 4
    /// A prefix shorter than this is recomputed rather than let it cost another lane's prompt.
    private static let worthwhilePrefix = 16

    private struct State {
        var resting: [Lane] = []
        var uses: UInt64 = 0
    }

    private let model: DecoderModel
    private let level: KernelLevel
    private let byteLimit: Int
    private let state = Mutex(State())

    /// The caches of resting lanes take `byteLimit` bytes at most, unless one alone takes more.
    init(_ model: DecoderModel, level: KernelLevel, byteLimit: Int) {
        self.model = model
        self.level = level
        self.byteLimit = byteLimit
    }

    /// Runs `body` with a lane of at least `slots` slots, one that has part of `prompt` if possible.
    func withLane<Result>(
        for prompt: [Int32],
        slots: Int,
        _ body: (Lane) throws -> Result
    ) rethrows -> Result {
        let lane = take(for: prompt, slots: slots)
        defer { giveBack(lane) }
        return try body(lane)
    }

    private func take(for prompt: [Int32], slots: Int) -> Lane {
        let rested = state.withLock { state -> Lane? in
            let shares = state.resting.map { $0.shared(with: prompt) }
            let best = shares.indices.max { shares[$0] < shares[$1] }
            if let best, shares[best] >= Self.worthwhilePrefix,
                2 * shares[best] >= state.resting[best].tokens.count
                    || isFull(state.resting)
            {
                return state.resting.remove(at: best)
            }
            guard isFull(state.resting) else { return nil }
            let oldest = state.resting.indices.min {
                state.resting[$0].lastUse < state.resting[$1].lastUse
            }
            return oldest.map { state.resting.remove(at: $0) }
        }
        // Room to grow, so that prompts of similar length do not each allocate anew.
        let roomy = max((slots + slots / 4 + 255) / 256 * 256, 512)
        guard let lane = rested else {
            return Lane(
                workspace: DecoderWorkspace(level: level),
                cache: DecoderCache(slots: roomy, model.configuration)
            )
        }
        if lane.cache.slots < slots {
            lane.tokens = []
            lane.cache = DecoderCache(slots: roomy, model.configuration)
        }
        return lane
    }

    private func giveBack(_ lane: Lane) {
        state.withLock { state in
            state.uses += 1
            lane.lastUse = state.uses
            state.resting.append(lane)
            while state.resting.count > 1,
                state.resting.count > Self.restingLanes || bytes(state.resting) > byteLimit
            {
                guard
                    let oldest = state.resting.indices.min(by: {
                        state.resting[$0].lastUse < state.resting[$1].lastUse
                    })
                else { return }
                state.resting.remove(at: oldest)
            }
        }
    }

    /// Whether one more lane like the last would be one too many.
    private func isFull(_ lanes: [Lane]) -> Bool {
        guard let last = lanes.last else { return false }
        return lanes.count >= Self.restingLanes || bytes(lanes) + last.cache.byteCount > byteLimit
    }

    private func bytes(_ lanes: [Lane]) -> Int { lanes.reduce(0) { $0 + $1.cache.byteCount } }
}
