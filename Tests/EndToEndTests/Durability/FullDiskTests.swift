import Foundation
import Testing

extension EndToEnd {
    /// Real file systems, small enough to fill, in a mount namespace of their own.
    @Suite(
        "A full and a read-only file system",
        .enabled(if: Checkout.isBuilt && Namespace.mayMount, "mounting is not permitted here")
    )
    struct FullDiskTests {
        /// Where the small file system is, and what is wrong with it for a while.
        enum Place: String, CaseIterable, Sendable {
            case outbox, state, inbox
        }

        @Test(
            "a full disk keeps the input, says so, and the work goes on by itself once there is room",
            arguments: [Place.outbox, .state]
        )
        func full(place: Place) async throws {
            try await outlive(
                place,
                begin: "dd if=/dev/zero of=\"$place/ballast\" bs=4096 2>/dev/null; true",
                end: "rm \"$place/ballast\"",
                says: place == .state ? "full" : "No space left on device"
            )
        }

        @Test("a file system that becomes read-only keeps the input, and the work goes on after it")
        func readOnly() async throws {
            try await outlive(
                .outbox,
                begin: "mount -o remount,ro none \"$place\"",
                end: "mount -o remount,rw none \"$place\"",
                says: "Read-only file system"
            )
        }

        @Test("a folder that is read-only at the start is a fault of the configuration: status 78")
        func readOnlyAtStart() async throws {
            for place in Place.allCases {
                let scenario = try SpoolScenario()
                let end = try await run(
                    scenario,
                    place,
                    """
                    mount -o remount,ro none "$place"
                    exec "$taxod" run --once --config "$root/taxod.json"
                    """
                )
                #expect(end.status == 78, "\(place): \(end.errors)")
                #expect(end.errors.contains("Read-only file system"), "\(end.errors)")
                #expect(end.errors.contains(place.rawValue), "\(end.errors)")
            }
        }

        /// Runs a daemon that meets a fault between its start and the end of the work.
        private func outlive(
            _ place: Place,
            begin: String,
            end mend: String,
            says: String
        ) async throws {
            let scenario = try SpoolScenario()
            let script = """
                "$taxod" run --config "$root/taxod.json" 2>"$root/log" &
                daemon=$!
                await 'grep -q "ready" "$root/log"'
                \(begin)
                mv "$root"/held/* "$root/inbox/"
                await 'grep -q "the disk fails" "$root/log"'
                grep -q "\(says)" "$root/log" || { cat "$root/log"; exit 1; }
                ls "$root"/outbox/2* >/dev/null 2>&1 && { echo "published too early"; exit 1; }
                \(mend)
                await '[ "$(ls "$root"/inbox/_done "$root"/inbox/_duplicate | grep -c "txt$")" = 2 ]'
                await '[ "$(ls "$root"/inbox/_quarantine | wc -l)" = 1 ]'
                await '[ -z "$(ls "$root/inbox/_claimed")" ]'
                kill -TERM $daemon
                wait $daemon || { echo "status $?"; cat "$root/log"; exit 1; }
                cp -a "$place" "$root/copy"
                """
            let end = try await run(scenario, place, script, holding: true)
            #expect(end.status == 0, "\(end.text) \(end.errors)")
            guard end.status == 0 else { return }
            // The namespace took its file system along; what lay there is looked at in a copy.
            let folder = scenario.root.appending(path: place.rawValue)
            try FileManager.default.removeItem(at: folder)
            try FileManager.default.moveItem(
                at: scenario.root.appending(path: "copy"),
                to: folder
            )
            #expect(try await scenario.complaints() == [])
        }

        /// Runs a shell script in a namespace where `place` is a file system of 3 MB.
        private func run(
            _ scenario: SpoolScenario,
            _ place: Place,
            _ script: String,
            holding: Bool = false
        ) async throws -> Checkout.Ended {
            let opening = """
                place="$root/\(place.rawValue)"
                mkdir -p "$root/held" "$place"
                mv "$root"/inbox/* "$root/held/"
                mount -t tmpfs -o size=3m none "$place" || exit 77
                \(holding ? "" : "mv \"$root\"/held/* \"$root/inbox/\"")

                """
            return try await scenario.shell(opening + script, through: ["unshare", "-Urm"])
        }
    }
}

enum Namespace {
    /// Whether this user may mount a file system in a namespace of its own.
    static let mayMount: Bool = {
        let probe = "mount -t tmpfs -o size=64k none /mnt"
        let end = try? Checkout.run("/usr/bin/env", ["unshare", "-Urm", "/bin/sh", "-c", probe])
        return end?.status == 0
    }()
}
