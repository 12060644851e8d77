/// A format in which change sets are written.
package enum ChangeFormat: String, Hashable, Sendable, CaseIterable {
    /// A template that `robot template` turns into OWL.
    case robot
    /// The same in the columns of Mondo's sheet for bulk requests.
    case robotBulk = "robot-bulk"
    /// A fragment in OBO 1.4.
    case obo
    /// Commands in the KGCL dialect that `runoak apply` reads.
    case kgcl
    /// Mappings for duplicates and abstentions; new terms do not stand in it.
    case sssom

    /// The name of the file in a result.
    package var fileName: String {
        switch self {
        case .robot: "changes.robot.tsv"
        case .robotBulk: "changes.robot-bulk.tsv"
        case .obo: "changes.obo"
        case .kgcl: "changes.kgcl"
        case .sssom: "changes.sssom.tsv"
        }
    }

    /// The formats with these names, each once, in the order in which they are written; names that
    /// are none come apart.
    package static func named(_ names: [String]) -> (formats: [ChangeFormat], unknown: [String]) {
        let wanted = Set(names.map { $0.lowercased() })
        let formats = allCases.filter { wanted.contains($0.rawValue) }
        let known = Set(allCases.map(\.rawValue))
        return (formats, names.filter { !known.contains($0.lowercased()) })
    }
}
