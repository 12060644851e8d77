import Daemon
import Testing

@Suite struct ChangeSignalTests {
    private let changes = ChangeSignal()
    private let long: Duration = .seconds(3600)

    @Test("a change between looking and waiting is not lost")
    func changeBefore() async {
        let seen = await changes.count
        await changes.notify()
        await changes.wait(since: seen, atMost: long)
        #expect(await changes.waiters == 0)
    }

    @Test("a change wakes all who wait, and their timers go")
    func changeWakes() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await changes.wait(since: 0, atMost: long)
                }
            }
            while await changes.waiters < 100 { await Task.yield() }
            await changes.notify()
            await group.waitForAll()
        }
        #expect(await changes.waiters == 0)
    }

    @Test("a wait ends after its limit, and when its task is cancelled")
    func limits() async {
        await changes.wait(since: 0, atMost: .milliseconds(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await changes.wait(since: 0, atMost: long) }
            while await changes.waiters < 1 { await Task.yield() }
            group.cancelAll()
            await group.waitForAll()
        }
        #expect(await changes.waiters == 0)
    }

    @Test("a pause is not cut short by changes, but by the end")
    func pause() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await changes.pause(for: long) }
            for _ in 0..<3 {
                while await changes.waiters < 1 { await Task.yield() }
                await changes.notify()
            }
            await changes.stop()
            await group.waitForAll()
        }
        #expect(await changes.isStopping)
        await changes.waitUntilStopping()
    }
}
