import FoundationEssentials

/// Memory of this process that is resident in RAM, as the kernel counts it.
package struct ResidentMemory: Sendable {
    /// Bytes now, including pages of mapped files.
    package let total: Int
    /// Bytes now that are not backed by a file.
    package let anonymous: Int
    /// The greatest total so far.
    package let peak: Int

    /// Reads `/proc/self/status`; `nil` if there is no such file.
    package static func now() -> ResidentMemory? {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/self/status")) else {
            return nil
        }
        var values: [Substring: Int] = [:]
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
            guard parts.count == 3, parts[2] == "kB", let count = Int(parts[1]) else { continue }
            values[parts[0]] = count * 1024
        }
        guard let total = values["VmRSS"], let anonymous = values["RssAnon"],
            let peak = values["VmHWM"]
        else { return nil }
        return ResidentMemory(total: total, anonymous: anonymous, peak: peak)
    }
}
