import Jobs

enum ListReader {
    static func read(
        _ bytes: [UInt8],
        fileName: String,
        sha256: String,
        limits: ReadLimits
    ) throws(SubmissionError) -> ListFile {
        throw SubmissionError(.unknownFormat, "not read")
    }
}
