import Models
import Synchronization
import Tensor

/// The memory of one engine call: scratch, and the keys and values of the last prompt.
///
/// `@unchecked Sendable`: one call at a time has it. ``PromptCachePool`` hands each idle one out
/// once, under its lock, and gets it back when the call has ended.
final class PromptCache: @unchecked Sendable {
    let workspace: DecoderWorkspace
    fileprivate(set) var keyValues: DecoderCache
    /// The tokens whose keys and values fill the slots from 0 on; set by the call once it is true.
    var tokens: [Int32] = []
    fileprivate var lastUse: UInt64 = 0

    fileprivate init(workspace: DecoderWorkspace, keyValues: DecoderCache) {
        self.workspace = workspace
        self.keyValues = keyValues
    }

    /// Tokens at the start of `prompt` whose keys and values are here already.
    func shared(with prompt: [Int32]) -> Int {
        zip(tokens, prompt).prefix { $0 == $1 }.count
    }
}

/// Prompt caches for concurrent calls.
///
/// A call gets the idle cache that shares the longest prefix with its prompt, or else the one that
/// has been idle longest. The idle caches are bounded in bytes, so the pool keeps the keys and
/// values of the most recently used prompts.
final class PromptCachePool: Sendable {
    /// Idle caches at most: two for each of two workers.
    private static let idleLimit = 4
    /// A shared prefix shorter than this is computed again; to reuse it would overwrite a prompt
    /// that another call may ask for.
    private static let worthwhilePrefix = 16

    private struct State {
        var idle: [PromptCache] = []
        var uses: UInt64 = 0
    }

    private let model: DecoderModel
    private let level: KernelLevel
    private let byteLimit: Int
    private let state = Mutex(State())

    /// The idle caches take `byteLimit` bytes at most, unless one alone takes more.
    init(_ model: DecoderModel, level: KernelLevel, byteLimit: Int) {
        self.model = model
        self.level = level
        self.byteLimit = byteLimit
    }

    /// Runs `body` with a cache of at least `slots` slots, one that has part of `prompt` if there is
    /// one.
    func withCache<Result>(
        for prompt: [Int32],
        slots: Int,
        _ body: (PromptCache) throws -> Result
    ) rethrows -> Result {
        let promptCache = take(for: prompt, slots: slots)
        defer { release(promptCache) }
        return try body(promptCache)
    }

    private func take(for prompt: [Int32], slots: Int) -> PromptCache {
        let found = state.withLock { state -> PromptCache? in
            let shares = state.idle.map { $0.shared(with: prompt) }
            let best = shares.indices.max { shares[$0] < shares[$1] }
            // While there is room for another cache, one is reused only if half of its prompt or
            // more is shared: the rest of its keys and values would be lost.
            if let best, shares[best] >= Self.worthwhilePrefix,
                2 * shares[best] >= state.idle[best].tokens.count || isFull(state.idle)
            {
                return state.idle.remove(at: best)
            }
            guard isFull(state.idle) else { return nil }
            return longestIdle(state.idle).map { state.idle.remove(at: $0) }
        }
        // A quarter more, in steps of 256 slots, so that prompts of similar length do not each
        // allocate anew.
        let roomy = max((slots + slots / 4 + 255) / 256 * 256, 512)
        guard let promptCache = found else {
            return PromptCache(
                workspace: DecoderWorkspace(level: level),
                keyValues: DecoderCache(slots: roomy, model.configuration)
            )
        }
        if promptCache.keyValues.slots < slots {
            promptCache.tokens = []
            promptCache.keyValues = DecoderCache(slots: roomy, model.configuration)
        }
        return promptCache
    }

    private func release(_ promptCache: PromptCache) {
        state.withLock { state in
            state.uses += 1
            promptCache.lastUse = state.uses
            state.idle.append(promptCache)
            while state.idle.count > 1,
                state.idle.count > Self.idleLimit || bytes(state.idle) > byteLimit
            {
                guard let oldest = longestIdle(state.idle) else { return }
                state.idle.remove(at: oldest)
            }
        }
    }

    private func longestIdle(_ idle: [PromptCache]) -> Int? {
        idle.indices.min { idle[$0].lastUse < idle[$1].lastUse }
    }

    /// Whether one more cache like the last would be one too many.
    private func isFull(_ idle: [PromptCache]) -> Bool {
        guard let last = idle.last else { return false }
        return idle.count >= Self.idleLimit || bytes(idle) + last.keyValues.byteCount > byteLimit
    }

    private func bytes(_ idle: [PromptCache]) -> Int {
        idle.reduce(0) { $0 + $1.keyValues.byteCount }
    }
}
