import Foundation
import Testing

/// The floors of the package: a target sees only floors below its own, and few touch C.
@Suite("Architecture")
struct ArchitectureTests {
    private static let floors: [String: Int] = [
        "CLibXML2": 0, "CZlib": 0, "CLibArchive": 0, "CKernels": 0, "CPOSIX": 0, "CHTTP": 0,
        "CRaptor2": 0,
        "Contract": 1, "Files": 1, "Taxonomy": 1, "Inference": 1, "Tensor": 1, "Tokenizers": 1,
        "Jobs": 2, "ChangeSets": 2, "TaxonomyFormats": 2, "TaxoInstruct": 2, "Models": 2,
        "Ledger": 3, "Spool": 3, "Engine": 3, "RemoteEngine": 3, "Training": 3, "Settings": 3,
        "Daemon": 4, "Evaluation": 4,
        "Workshop": 5,
        "taxod": 6,
    ]

    /// Who may see which C target.
    private static let seesC: [String: Set<String>] = [
        "Tensor": ["CKernels"],
        "TaxonomyFormats": ["CLibXML2", "CZlib", "CLibArchive", "CRaptor2"],
        "Files": ["CPOSIX"],
        "Spool": ["CPOSIX"],
        "RemoteEngine": ["CHTTP"],
        "taxod": ["CPOSIX"],
    ]

    @Test("a target imports only from floors below its own, and C is touched by few")
    func floors() throws {
        let targets = try Self.targets()
        for target in targets where target.type != "test" {
            let floor = try #require(
                Self.floors[target.name],
                "\(target.name) has no floor; give it one here and in the design"
            )
            for dependency in target.dependencies {
                let below = try #require(Self.floors[dependency])
                #expect(below < floor, "\(target.name) (\(floor)) sees \(dependency) (\(below))")
                if below == 0 {
                    #expect(
                        Self.seesC[target.name]?.contains(dependency) == true,
                        "\(target.name) may not touch \(dependency)"
                    )
                }
            }
        }
        #expect(Set(Self.floors.keys) == Set(targets.filter { $0.type != "test" }.map(\.name)))
    }

    /// The folders of a target from the ground up; `.` holds the files beside them.
    private static let folders: [String: [String]] = [
        "Daemon": [
            "Waiting", "Children", "Settings", "Reporting", "Shared", "Recovery", "Lanes",
            ".",
        ],
        "Spool": [".", "Inbox", "Outbox"],
        "Evaluation": [
            "Measures", "Names", "Parents", "Benchmarks", "Siblings", "Trees", "Subjects",
            "Studies",
        ],
        "Models": [
            "Files", "Blocks", "GGUF", "Safetensors", "Layers", "Decoder", "Encoder", "Adapter",
        ],
        "TaxoInstruct": [
            "Learning", "Matching", "Vocabulary", "Asking", "Batch", "Parents", "Siblings",
            "Trees", "Fitting", ".", "Tasks", "Teaching",
        ],
        "TaxonomyFormats": [
            "Bytes", "Tables", "XML", "Lists", "Workbooks", "Vocabularies", "Ontologies",
            "Triples", "Store", ".",
        ],
        "Tensor": ["Kernels", "Storage", "Operations"],
        "Training": ["Recipe", "Examples", "Factors", "Passes", "Loop"],
        "Workshop": [".", "Assembly", "Intake", "Tuning", "Studies", "Worker"],
        "taxod": ["Process", "Commands", "Upkeep", "Evaluate", "."],
    ]

    @Test("in a target, types of a folder are used only by that folder and those above it")
    func folderFloors() throws {
        for target in try Self.targets()
        where target.type != "test" && Self.floors[target.name] != 0 {
            let files = try SourceFile.all(in: "Sources/\(target.name)")
            let order = Self.folders[target.name] ?? ["."]
            #expect(
                Set(files.map(\.folder)) == Set(order),
                "give each folder of \(target.name) its place in `folders`"
            )
            var homes: [String: SourceFile] = [:]
            for file in files { for name in file.declared { homes[name] = file } }
            for file in files {
                let floor = order.firstIndex(of: file.folder) ?? 0
                for name in file.used {
                    guard let home = homes[name], home.folder != file.folder,
                        let below = order.firstIndex(of: home.folder), below > floor
                    else { continue }
                    Issue.record(
                        """
                        \(target.name)/\(file.folder)/\(file.name) uses \(name) of \(home.folder), \
                        which stands above it
                        """
                    )
                }
            }
        }
    }

    @Test("files, folders and functions stay as small as the rules say")
    func sizes() throws {
        for top in ["Sources", "Tests"] {
            let files = try SourceFile.all(in: top)
            for file in files {
                #expect(file.lines.count <= 400, "\(file.folder)/\(file.name): split it")
                for function in file.functions where function.length > 60 {
                    #expect(
                        function.givesReason,
                        """
                        \(file.folder)/\(file.name):\(function.line) has a function of \
                        \(function.length) lines: split it, or say why above it, in a line that \
                        begins “// Long:”
                        """
                    )
                }
            }
            for (folder, files) in Dictionary(grouping: files, by: \.folder) {
                #expect(files.count <= 16, "\(top)/\(folder) has \(files.count) files")
            }
        }
    }

    @Test("a source file imports only modules that its target declares")
    func imports() throws {
        for target in try Self.targets() {
            guard target.type != "test", Self.floors[target.name] != 0 else { continue }
            let folder = Checkout.root.appending(path: "Sources/\(target.name)")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                    let words = line.split(separator: " ")
                    guard let at = words.firstIndex(of: "import"), at <= 1, words.count > at + 1
                    else { continue }
                    let module = String(words[at + 1])
                    if Self.floors[module] != nil {
                        #expect(
                            target.dependencies.contains(module),
                            "\(file.lastPathComponent) imports \(module)"
                        )
                    }
                }
            }
        }
    }

    private struct Target {
        let name: String
        let type: String
        /// Targets of this package only.
        let dependencies: [String]
    }

    private static func targets() throws -> [Target] {
        let scratch = FileManager.default.temporaryDirectory
            .appending(path: "taxod-dump-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let dump = try Checkout.run(
            "/usr/bin/env",
            ["swift", "package", "--scratch-path", scratch.path(), "dump-package"]
        )
        let package = try #require(
            JSONSerialization.jsonObject(with: dump.output) as? [String: Any],
            "\(dump.errors)"
        )
        let targets = try #require(package["targets"] as? [[String: Any]])
        // Fixtures stands among the tests.
        return try targets.filter { $0["path"] as? String != "Tests/Fixtures" }.map { target in
            let dependencies = target["dependencies"] as? [[String: Any]] ?? []
            return Target(
                name: try #require(target["name"] as? String),
                type: try #require(target["type"] as? String),
                dependencies: dependencies.compactMap {
                    ($0["byName"] as? [Any])?.first as? String
                }
            )
        }
    }
}
