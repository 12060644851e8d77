import Daemon
import Testing

@Suite struct BellTests {
    private let bell = Bell()
    private let long: Duration = .seconds(3600)

    @Test("a ring between looking and waiting is not lost")
    func ringBefore() async {
        let rings = await bell.rings
        await bell.ring()
        await bell.wait(since: rings, atMost: long)
        #expect(await bell.waiters == 0)
    }

    @Test("a ring wakes all who wait, and their timers go")
    func ringWakes() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await bell.wait(since: 0, atMost: long)
                }
            }
            while await bell.waiters < 100 { await Task.yield() }
            await bell.ring()
            await group.waitForAll()
        }
        #expect(await bell.waiters == 0)
    }

    @Test("a wait ends after its limit, and when its task is cancelled")
    func limits() async {
        await bell.wait(since: 0, atMost: .milliseconds(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bell.wait(since: 0, atMost: long) }
            while await bell.waiters < 1 { await Task.yield() }
            group.cancelAll()
            await group.waitForAll()
        }
        #expect(await bell.waiters == 0)
    }

    @Test("a rest is not cut short by rings, but by the end")
    func rest() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bell.rest(for: long) }
            for _ in 0..<3 {
                while await bell.waiters < 1 { await Task.yield() }
                await bell.ring()
            }
            await bell.stop()
            await group.waitForAll()
        }
        #expect(await bell.isStopping)
        await bell.stopping()
    }
}
