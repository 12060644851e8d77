package import Contract
import Foundation

/// A query as the daemon sends it, in which key and task may be missing.
package enum QueryLine {
    /// Reads a query.
    ///
    /// A missing key becomes `line N`. A missing task is inferred from the content: `seeds` are
    /// expanded, a `tree` is grown, a `term` is placed.
    ///
    /// - Returns: The query, or the answer that says what is wrong with the line.
    package static func parse(_ line: [UInt8], number: Int) -> Result<Query, Refused> {
        var key = "line \(number)"
        func refused(_ code: SubmissionError.Code, _ message: String) -> Result<Query, Refused> {
            let error = SubmissionError(
                code,
                at: .init(file: "standard input", line: number),
                message
            )
            return .failure(Refused(answer: .failing(key: key, task: .place, query: "", error)))
        }
        var object: [String: Any]
        do {
            let value = try JSONSerialization.jsonObject(with: Data(line))
            guard let dictionary = value as? [String: Any] else {
                return refused(.unknownListShape, "found no JSON object, expected a query")
            }
            object = dictionary
        } catch {
            return refused(.malformedJSON, "the line is no JSON: \(error.jsonDetail)")
        }
        if let given = object["key"] as? String { key = given } else { object["key"] = key }
        if object["task"] == nil {
            switch true {
            case object["seeds"] != nil: object["task"] = "expand"
            case object["tree"] != nil: object["task"] = "grow"
            case object["term"] != nil: object["task"] = "place"
            default:
                return refused(.unknownTask, "the query has neither task nor seeds, term or tree")
            }
        }
        do {
            let data = try JSONSerialization.data(withJSONObject: object)
            return .success(try JSONDecoder().decode(Query.self, from: data))
        } catch let error as DecodingError {
            if let task = object["task"], Query.Task(rawValue: "\(task)") == nil {
                let known = Query.Task.allCases.map(\.rawValue).joined(separator: ", ")
                return refused(.unknownTask, "found the task “\(task)”, expected one of \(known)")
            }
            return refused(.unknownListShape, "the query does not fit: \(error.jsonDetail)")
        } catch {
            return refused(.unknownListShape, "the query does not fit: \(error.jsonDetail)")
        }
    }

    /// The key that a line gives its query; `nil` if it gives none.
    static func key(of line: [UInt8]) -> String? {
        let value = try? JSONSerialization.jsonObject(with: Data(line))
        return (value as? [String: Any])?["key"] as? String
    }

    /// Whether an object has keys that no query has.
    ///
    /// A line that is no object has none.
    static func hasForeignKeys(_ line: [UInt8]) -> Bool {
        let value = try? JSONSerialization.jsonObject(with: Data(line))
        guard let object = value as? [String: Any] else { return false }
        return object.keys.contains { Query.CodingKeys(stringValue: $0) == nil }
    }

    /// The answer to a line that is not a query.
    package struct Refused: Error {
        package let answer: Answer
    }
}

extension Error {
    /// The JSON parser's message, on one line.
    fileprivate var jsonDetail: String {
        if let error = self as? DecodingError {
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .keyNotFound(_, let context), .dataCorrupted(let context):
                let path = context.codingPath.map(\.stringValue).joined(separator: ".")
                return path.isEmpty
                    ? context.debugDescription : "“\(path)”: \(context.debugDescription)"
            @unknown default: break
            }
        }
        return (self as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
            ?? localizedDescription
    }
}
