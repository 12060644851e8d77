import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Studies and the options of training that they rest on, with the tiny models.
    @Suite("Studies", .enabled(if: Checkout.isBuilt))
    struct StudyTests {
        private static let golden = Checkout.root.appending(path: "Tests/EngineTests/Golden")

        /// A file of edges beside a configuration with the tiny models.
        private static func sandbox() throws -> Sandbox {
            let sandbox = try Sandbox([
                "models.decoder": golden.appending(path: "tiny-llama.gguf").path(),
                "models.encoder": golden.appending(path: "tiny-bert").path(),
                "method.knownPairs": 1,
                "method.maximumTokens": 4,
            ])
            var edges = ["heart\troot", "lung\troot", "cold\tlung"]
            for number in 0..<24 {
                edges.append("ache \(number)\t\(["heart", "lung", "cold"][number % 3])")
            }
            try Data(edges.joined(separator: "\n").utf8)
                .write(to: sandbox.root.appending(path: "edges.tsv"))
            return sandbox
        }

        private static func train(_ out: String, _ more: [String]) -> [String] {
            [
                "train", "--taxonomy", "edges.tsv", "--out", out, "--candidates", "2", "--batch",
                "2", "--rank", "2", "--alpha", "4", "--tasks", "place", "--threads", "1",
            ] + more
        }

        private static func study(_ name: String, _ more: [String] = []) -> [String] {
            [
                "evaluate", "study", name, "--taxonomy", "edges.tsv", "--out", "out", "--seeds",
                "1,2", "--tokens", "2000", "--limit", "3", "--sets", "2", "--threads", "1",
            ] + more
        }

        private static func rows(_ sandbox: Sandbox, _ out: String) throws -> [JSON] {
            let file = sandbox.root.appending(path: "\(out)/rows.jsonl")
            return try JSON.lines(Data(contentsOf: file))
        }

        @Test("a subtree, a thin or a wrong taxonomy is taught, to a number of tokens, and noted")
        func trainingOptions() async throws {
            let sandbox = try Self.sandbox()
            func train(_ out: String, _ more: String...) async throws -> JSON {
                let ended = try await sandbox.start(Self.train(out, more))
                    .end()
                #expect(ended.status == 0, "\(ended.errors)")
                let card = try JSON(file: sandbox.root.appending(path: "\(out)/taxod-card.json"))
                return try #require(card["stages"].array.first)
            }
            let under = try await train("under", "--under", "lung")
            #expect(under["recipe"]["under"].string == "lung")
            let concepts = Set(try Self.rows(sandbox, "under").flatMap { $0["concepts"].strings })
            let apart = (0..<24).filter { $0 % 3 == 0 }.map { "ache \($0)" } + ["root", "heart"]
            #expect(concepts.contains("cold") && concepts.isDisjoint(with: apart))

            let thin = try await train("thin", "--thin", "0.5")
            #expect(thin["recipe"]["disturbance"]["thin"].double == 0.5)
            let kept = Set(try Self.rows(sandbox, "thin").flatMap { $0["concepts"].strings })
            #expect(kept.count <= 1 + 14, "\(kept.count)")

            let wrong = try await train("wrong", "--wrong", "0.9", "--holdout", "0.2")
            #expect(wrong["recipe"]["disturbance"]["wrong"].double == 0.9)
            let heldOut = wrong["heldOut"].strings
            let shown = Set(try Self.rows(sandbox, "wrong").flatMap { $0["concepts"].strings })
            #expect(!heldOut.isEmpty && shown.isDisjoint(with: heldOut))

            for (out, tokens) in [("few", 100), ("many", 3000)] {
                let stage = try await train(out, "--tokens", "\(tokens)")
                let taught = try #require(stage["figures"]["tokens"].double)
                #expect(taught >= Double(tokens) && taught < Double(tokens) + 100, "\(taught)")
                #expect(stage["figures"]["processorSeconds"].double != nil)
                #expect(stage["recipe"]["validationRows"].double == 0)
            }
            let nowhere = try await sandbox.start(Self.train("no", ["--under", "liver"]))
                .end()
            #expect(nowhere.status == 65 && nowhere.errors.contains("liver"), "\(nowhere.errors)")
            let share = try await sandbox.start(Self.train("no", ["--thin", "2"]))
                .end()
            #expect(share.status == 64 && share.errors.contains("--thin"), "\(share.errors)")
        }

        /// Names and bytes of what is kept, times aside.
        private static func kept(_ sandbox: Sandbox) throws -> [String: Data] {
            let cells = sandbox.root.appending(path: "out/cells")
            // What was being written when the process was killed is none of it.
            let names = try FileManager.default.contentsOfDirectory(atPath: cells.path())
                .filter { $0.hasSuffix(".json") }
            return try Dictionary(
                uniqueKeysWithValues: names.map { name in
                    (name, try Data(contentsOf: cells.appending(path: name)))
                }
            )
        }

        @Test("a study that was killed goes on with what is missing, and comes to the same figures")
        func resumes() async throws {
            let whole = try Self.sandbox()
            let ended = try await whole.start(Self.study("skills", ["--json"]))
                .end()
            #expect(ended.status == 0, "\(ended.errors)")

            let sandbox = try Self.sandbox()
            let environment = try await FaultLibrary.shared.environment(
                .kill,
                at: 5,
                only: ("rename", "cells/"),
                in: "evaluate",
                below: sandbox.root,
                log: sandbox.root.appending(path: "calls")
            )
            let killed = try await sandbox.start(Self.study("skills"), environment: environment)
                .end()
            #expect(killed.status == 137, "\(killed.errors)")
            let before = try Self.kept(sandbox)
            #expect(before.count == 4)
            let again = try await sandbox.start(Self.study("skills", ["--json"]))
                .end()
            #expect(again.status == 0, "\(again.errors)")
            let after = try Self.kept(sandbox)
            #expect(after.count == 16)
            // What was measured is not measured again: even its times are the same.
            for (name, data) in before { #expect(after[name] == data, "\(name)") }

            let (one, other) = try (JSON(data: ended.output), JSON(data: again.output))
            let groups = one["study skills"]
            #expect(groups.keys.count == 5, "\(groups.keys)")
            for group in groups.keys {
                for variant in groups[group].keys {
                    let (figures, same) = (
                        groups[group][variant], other["study skills"][group][variant]
                    )
                    for key in figures.keys where !key.contains("Seconds") {
                        let (figure, again) = (figures[key].double, same[key].double)
                        #expect(figure == again, "\(group), \(variant), \(key)")
                    }
                }
            }
            // Nothing is left to do, so that it is done at once and without a training.
            let third = try await sandbox.start(Self.study("skills")).end()
            #expect(third.status == 0 && third.text.contains("| joint |"), "\(third.errors)")
            #expect(!third.errors.contains("step "), "\(third.errors)")
            // Another budget is another cell.
            let more = try await sandbox.start(Self.study("negatives", ["--tokens", "1500"]))
                .end()
            #expect(more.status == 0 && more.errors.contains("step "), "\(more.errors)")
        }

        @Test("an adapter that saw what is held out is left out by name, the rest is measured")
        func leak() async throws {
            let sandbox = try Self.sandbox()
            let made = try await sandbox.start(Self.train("seen", ["--validation", "0"]))
                .end()
            #expect(made.status == 0, "\(made.errors)")
            let more = ["--adapter", "seen", "--seeds", "1"]
            let ended = try await sandbox.start(Self.study("tuning", more))
                .end()
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.text.contains("left out, seed 1: adapter in force: The adapter"))
            #expect(ended.text.contains("left out, seed 1: adapter in force, then task"))
            #expect(ended.text.contains("| task only |") && ended.text.contains("| untuned |"))
            #expect(!ended.text.contains("| adapter in force |"), "\(ended.text)")
        }
    }
}
