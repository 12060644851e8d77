package import Contract
import FoundationEssentials
import Glibc
package import TaxonomyFormats

/// A folder for the files of one test, removed with it.
package final class Workspace {
    package let path: String

    package init() throws {
        let folder = FileManager.default.temporaryDirectory.path
        var template = Array("\(folder)/taxod-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    package func write(_ bytes: [UInt8], as name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    package func write(_ text: String, as name: String) throws -> String {
        try write(Array(text.utf8), as: name)
    }

    /// Writes and reads a vocabulary.
    package func vocabulary(_ text: String, as name: String = "v.xml") throws -> VocabularyFile {
        guard case .vocabulary(let file) = try Submission.read(write(text, as: name)) else {
            throw CocoaError(.fileReadUnknown)
        }
        return file
    }

    /// Writes and reads a list.
    package func list(_ text: String, as name: String) throws -> ListFile {
        guard case .list(let list) = try Submission.read(write(text, as: name)) else {
            throw CocoaError(.fileReadUnknown)
        }
        return list
    }

    /// The fault of reading these bytes.
    package func fault(
        _ bytes: [UInt8],
        as name: String,
        limits: ReadLimits = .standard
    ) -> SubmissionError? {
        do {
            _ = try Submission.read(write(bytes, as: name), limits: limits)
            return nil
        } catch {
            return error as? SubmissionError
        }
    }

    package func fault(
        _ text: String,
        as name: String,
        limits: ReadLimits = .standard
    ) -> SubmissionError? {
        fault(Array(text.utf8), as: name, limits: limits)
    }
}

/// Real files for tests that want them; the tests say that they were skipped where it is absent.
package enum SharedData {
    /// `TAXOD_SHARED/data`, or `data` in the folder `shared` beside the package.
    package static let path: String? = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let beside = "/\(root)/../shared/data"
        let given = ProcessInfo.processInfo.environment["TAXOD_SHARED"].map { "\($0)/data" }
        return [given, beside].compactMap { $0 }
            .first { FileManager.default.fileExists(atPath: $0) }
    }()

    package static func vocabulary(_ name: String) throws -> VocabularyFile {
        guard case .vocabulary(let file) = try Submission.read("\(path ?? "")/\(name)") else {
            throw CocoaError(.fileReadUnknown)
        }
        return file
    }

    package static func list(_ name: String) throws -> ListFile {
        guard case .list(let list) = try Submission.read("\(path ?? "")/\(name)") else {
            throw CocoaError(.fileReadUnknown)
        }
        return list
    }
}

/// Vocabulary files as text.
package enum Fixture {
    package static func medic(_ rows: [String]) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <RowSet>
        \(rows.joined(separator: "\n"))
        </RowSet>
        """
    }

    package static func row(_ identifier: String, _ name: String, parents: String = "") -> String {
        let parents = parents.isEmpty ? "" : "<ParentIDs>\(parents)</ParentIDs>"
        return """
            <Row><DiseaseName>\(name)</DiseaseName><DiseaseID>\(identifier)</DiseaseID>\(parents)</Row>
            """
    }

    /// A root “Diseases”, R, and children called “Disease 1”, N1, and so on.
    package static func flat(_ count: Int) -> String {
        let children = (1...count).map { row("N\($0)", "Disease \($0)", parents: "R") }
        return medic([row("R", "Diseases")] + children)
    }

    package static func descriptor(_ identifier: String, _ name: String, trees: [String]) -> String
    {
        """
        <DescriptorRecord DescriptorClass = "1">
        <DescriptorUI>\(identifier)</DescriptorUI>
        <DescriptorName><String>\(name)</String></DescriptorName>
        <TreeNumberList>\(trees.map { "<TreeNumber>\($0)</TreeNumber>" }.joined())</TreeNumberList>
        </DescriptorRecord>
        """
    }

    package static func mesh(_ records: [String]) -> String {
        """
        <?xml version="1.0"?>
        <!DOCTYPE DescriptorRecordSet SYSTEM "desc2014.dtd">
        <DescriptorRecordSet LanguageCode = "eng">
        \(records.joined(separator: "\n"))
        </DescriptorRecordSet>
        """
    }
}
