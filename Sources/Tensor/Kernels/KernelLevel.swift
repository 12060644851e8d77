import CKernels
import Glibc

/// The instruction set that the kernels of this module use.
///
/// Within a level, results are equal bit for bit, whatever the batch. Results of two levels agree
/// within the tolerances stated in the tests. Every operation takes a level, so that one process can
/// compare levels; only tests and benchmarks choose another than ``current``.
package enum KernelLevel: String, CaseIterable, Comparable, Sendable {
    /// Plain C; slow, and the reference for the other levels.
    case portable
    /// AVX2, FMA and F16C.
    case avx2
    /// AVX-512 with BF16 and VNNI.
    case avx512

    /// The environment variable that forces a level.
    package static let environmentVariable = "TAXOD_KERNELS"

    /// The levels that this processor supports, slowest first.
    package static let supported = allCases.filter { $0.isSupported }

    /// The level in use: the one that the environment variable names, or else the fastest.
    ///
    /// Commands call ``selected(by:)`` first and report its error. Without that, a variable that names
    /// no usable level ends the process here.
    package static let current: KernelLevel = {
        do {
            return try selected(by: getenv(environmentVariable).map { String(cString: $0) })
        } catch {
            fatalError("\(error)")
        }
    }()

    package static func < (one: KernelLevel, other: KernelLevel) -> Bool {
        one.index < other.index
    }

    /// Whether this processor has the instructions.
    package var isSupported: Bool { ck_kernels_for(index) != nil }

    /// Returns the level of this name, or the fastest one for `nil` or an empty name.
    ///
    /// - Throws: ``KernelLevelError`` when there is no such level or the processor does not support it.
    package static func selected(by name: String?) throws(KernelLevelError) -> KernelLevel {
        guard let name, !name.isEmpty else {
            return supported.last ?? .portable
        }
        guard let level = KernelLevel(rawValue: name), level.isSupported else {
            throw KernelLevelError(name: name)
        }
        return level
    }

    /// The C table of this level.
    var kernels: ck_kernels {
        guard let table = ck_kernels_for(index) else {
            preconditionFailure("this processor has no \(rawValue) kernels")
        }
        return table.pointee
    }

    private var index: Int32 {
        switch self {
        case .portable: Int32(CK_LEVEL_PORTABLE)
        case .avx2: Int32(CK_LEVEL_AVX2)
        case .avx512: Int32(CK_LEVEL_AVX512)
        }
    }
}

/// A requested kernel level that is not available.
package struct KernelLevelError: Error, Hashable, CustomStringConvertible {
    package let name: String

    package var description: String {
        let usable = KernelLevel.supported.map(\.rawValue).joined(separator: ", ")
        let reason =
            KernelLevel(rawValue: name) == nil
            ? "is not a kernel level" : "is a kernel level that this processor does not support"
        return "\(KernelLevel.environmentVariable)=\(name) \(reason); available here: \(usable)"
    }
}
