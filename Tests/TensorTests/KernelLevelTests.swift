import Tensor
import Testing

@Suite("Kernel levels")
struct KernelLevelTests {
    @Test("the portable level is always available, and the fastest one is the default")
    func best() throws {
        #expect(KernelLevel.supported.contains(.portable))
        #expect(try KernelLevel.selected(by: nil) == KernelLevel.supported.max())
        #expect(try KernelLevel.selected(by: "") == KernelLevel.supported.max())
    }

    @Test("a level is chosen by its name", arguments: KernelLevel.supported)
    func named(_ level: KernelLevel) throws {
        #expect(try KernelLevel.selected(by: level.rawValue) == level)
    }

    @Test("an unknown name is refused with the available levels")
    func unknown() throws {
        let error = #expect(throws: KernelLevelError.self) {
            try KernelLevel.selected(by: "sse9")
        }
        let message = try #require(error).description
        #expect(message.contains("TAXOD_KERNELS=sse9") && message.contains("portable"))
    }

    @Test("peak rates are positive and finite", arguments: KernelLevel.supported)
    func peaks(_ level: KernelLevel) {
        let peak = PeakMeter.measure(level: level, duration: .milliseconds(1))
        for rate in [peak.float32, peak.bfloat16, peak.int8] {
            #expect(rate > 0 && rate.isFinite)
        }
    }
}
