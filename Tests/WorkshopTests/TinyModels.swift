import Fixtures
import Foundation
import Models
import Settings
import Workshop

/// A configuration of the tiny models beside the engine's tests, with a state folder of its own.
struct TinyModels {
    let space: Workspace
    var configuration: Configuration
    var setup: EngineSetup { EngineSetup(configuration) }

    private static let golden = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "EngineTests/Golden")

    /// - Parameter file: What the configuration file holds.
    /// - Throws: What the file system does.
    init(_ file: String = "{}") throws {
        space = try Workspace()
        let path = try space.write(file, as: "taxod.json")
        configuration = try ConfigurationReader.read(file: path, options: [:]).values
        configuration.state = "\(space.path)/state"
        configuration.models.decoder = Self.golden.appending(path: "tiny-llama.gguf").path
        configuration.models.encoder = Self.golden.appending(path: "tiny-bert").path
        configuration.models.catalogue = "\(space.path)/models.json"
        configuration.worker.threads = 1
        configuration.method.knownPairs = 1
        configuration.method.maximumTokens = 4
    }

    /// Loads a root “Diseases” with so many children, each called “Disease” and a number.
    func loadDiseases(_ count: Int = 12) throws {
        let path = try space.write(Fixture.flat(count), as: "diseases.xml")
        _ = try Loader(configuration) { _ in }
            .load(Loader.Request(path: path, fileName: "diseases.xml"))
    }

    /// A file of edges: 24 leaves under three concepts.
    func edges() throws -> String {
        var edges = ["heart\troot", "lung\troot", "cold\tlung"]
        for number in 0..<24 {
            edges.append("ache \(number)\t\(["heart", "lung", "cold"][number % 3])")
        }
        return try space.write(edges.joined(separator: "\n"), as: "edges.tsv")
    }
}
