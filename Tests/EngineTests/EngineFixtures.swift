import Engine
import Inference
import Models
import Tensor

/// The engine on the tiny models beside the tests.
enum EngineFixtures {
    static let tinyFiles = ["tiny-llama.gguf", "tiny-llama-k.gguf", "tiny-qwen2.gguf"]

    static func tiny(
        _ file: String = "tiny-llama.gguf",
        _ path: WeightPath = .float32,
        level: KernelLevel = .current
    ) throws -> EmbeddedLanguageModel {
        try EngineLoader(level: level, path: path)
            .languageModel(.init(path: "\(GoldenFiles.folder)/\(file)"))
    }

    /// Every path at every level that this processor supports.
    static let settings: [(WeightPath, KernelLevel)] = WeightPath.allCases.flatMap { path in
        KernelLevel.supported.map { (path, $0) }
    }
}
