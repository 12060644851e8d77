import Models
import Tensor
import Testing

/// Runs that must give the same bits, at every path and kernel level.
@Suite("Decoder runs that are equal bit for bit")
struct DecoderEqualityTests {
    static let prompt: [Int32] = (0..<45).map { ($0 * 37 + 11) % 256 }
    static let branches: [[Int32]] = [
        [5], [17, 200, 3], (0..<19).map { $0 * 13 % 256 }, [90, 91, 92, 93, 94], [7, 7],
    ]

    /// Logits of prompt + branch, row by row, each in its own pass.
    static func oneByOne(_ run: DecoderRun, _ tokens: [Int32]) -> [[Float]] {
        tokens.indices.map { index in
            var batch = DecoderBatch()
            batch.append(tokens[index...index], ownStart: 0, seen: index, outputs: .last)
            return run.logits(batch)[0]
        }
    }

    @Test(
        "packed branches, one pass each, and one token at a time",
        arguments: EngineFixtures.tinyFiles,
        EngineFixtures.settings
    )
    func branches(_ file: String, _ setting: (path: WeightPath, level: KernelLevel)) throws {
        let run = try DecoderRun(
            "\(GoldenFiles.folder)/\(file)",
            setting.path,
            level: setting.level
        )
        try expectEqualBranches(run, Self.prompt, Self.branches)
    }

    @Test(
        "the same on the default model",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        arguments: [WeightPath.int8, .bfloat16]
    )
    func defaultModel(_ path: WeightPath) throws {
        let run = try DecoderRun(#require(DefaultModels.decoder), path)
        try expectEqualBranches(run, Self.prompt, Self.branches)
    }

    @Test("a long prompt in parts gives the logits of the whole prompt")
    func resumed() throws {
        let run = try DecoderRun("\(GoldenFiles.folder)/tiny-llama.gguf", .int8)
        let prompt = (0..<250).map { Int32($0 * 29 % 256) }
        let whole = run.logits(prompt)
        for cut in [1, 15, 16, 17, 64, 249] {
            var first = DecoderBatch()
            first.append(prompt[..<cut], ownStart: 0, seen: 0, outputs: .none)
            #expect(run.logits(first).isEmpty)
            var second = DecoderBatch()
            second.append(prompt[cut...], ownStart: 0, seen: cut, outputs: .all)
            #expect(run.logits(second) == Array(whole[cut...]))
        }
    }

    @Test(
        "a row does not depend on its place in the chunks of a pass",
        arguments: KernelLevel.supported
    )
    func manyRows(_ level: KernelLevel) throws {
        let run = try DecoderRun(
            "\(GoldenFiles.folder)/tiny-llama.gguf",
            .int8,
            level: level,
            slots: 1024
        )
        let alone = run.logits(Self.prompt)
        var batch = DecoderBatch()
        for copy in 0..<17 {
            batch.append(Self.prompt[...], ownStart: copy * 45, seen: 0, outputs: .all)
        }
        let rows = run.logits(batch)
        for copy in 0..<17 {
            #expect(Array(rows[copy * 45..<copy * 45 + 45]) == alone)
        }
    }

    private func expectEqualBranches(
        _ run: DecoderRun,
        _ prompt: [Int32],
        _ branches: [[Int32]]
    ) throws {
        var packed = DecoderBatch()
        packed.append(prompt[...], ownStart: 0, seen: 0, outputs: .all)
        var start = prompt.count
        for branch in branches {
            packed.append(
                branch[...],
                after: 0..<Int32(prompt.count),
                ownStart: start,
                seen: 0,
                outputs: .all
            )
            start += branch.count
        }
        let rows = run.logits(packed)
        let promptRows = Array(rows[..<prompt.count])
        try #require(rows.count == start && rows.joined().allSatisfy(\.isFinite))
        var next = prompt.count
        for (index, branch) in branches.enumerated() {
            let branchRows = Array(rows[next..<next + branch.count])
            next += branch.count
            #expect(run.logits(prompt + branch) == promptRows + branchRows)
            // One token at a time is slow, and the shortest branches are enough.
            guard index < 2 else { continue }
            #expect(Self.oneByOne(run, prompt + branch) == promptRows + branchRows)
        }
    }
}
