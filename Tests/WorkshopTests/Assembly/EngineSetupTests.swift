import Contract
import Models
import Settings
import Testing
import Workshop

/// Engine and method made of a configuration.
@Suite("Engine set-up")
struct EngineSetupTests {
    private func fault(_ body: () throws -> Void) -> SubmissionError? {
        do {
            try body()
            return nil
        } catch {
            return error as? SubmissionError
        }
    }

    @Test("models that are not there are named, with what to do")
    func missing() throws {
        var tiny = try TinyModels()
        tiny.configuration.models.decoder = "/nowhere/model.gguf"
        tiny.configuration.models.encoder = "/nowhere/encoder"
        for body in [
            { _ = try tiny.setup.decoderSHA256() }, { _ = try tiny.setup.encoder() },
            { _ = try tiny.setup.languageModel() },
        ] as [() throws -> Void] {
            let error = try #require(fault(body))
            #expect(error.code == .engineUnavailable)
            #expect(error.message.contains("/nowhere"))
        }
    }

    @Test("where a default model is needed, a missing list of models is named with its remedy")
    func catalogue() throws {
        var tiny = try TinyModels()
        #expect(!tiny.setup.needsCatalogue)
        tiny.configuration.models.encoder = nil
        tiny.configuration.models.catalogue = "Config/nowhere.json"
        #expect(tiny.setup.needsCatalogue)
        let error = fault { _ = try tiny.setup.catalogue() }
        #expect(
            error?.message.contains("Config/nowhere.json is not there (looked for in /") == true
        )
        #expect(error?.remedy.contains("--config") == true)
    }

    @Test("an adapter that is configured has to be there; “none” is none")
    func adapters() throws {
        var tiny = try TinyModels()
        #expect(try tiny.setup.adapterFolder() == nil)
        tiny.configuration.models.adapter = "/nowhere/adapter"
        #expect(fault { _ = try tiny.setup.adapterFolder() }?.code == .engineUnavailable)
        tiny.configuration.models.adapter = Configuration.noAdapter
        #expect(try tiny.setup.adapterFolder() == nil)
        #expect(try tiny.setup.adapterSHA256() == "")
    }

    @Test("without a vocabulary the answer is to wait; an unknown one is the asker's fault")
    func vocabularies() throws {
        let tiny = try TinyModels()
        func expander(_ name: String?) -> SubmissionError? {
            fault { _ = try tiny.setup.expander(vocabulary: name, withoutModel: true) }
        }
        #expect(expander(nil)?.code == .noVocabulary)
        try tiny.loadDiseases()
        #expect(expander("unheard of")?.code == .unknownTaxonomy)
        #expect(expander("MEDIC") == nil)
    }

    @Test("the hash of the settings changes with a setting of the method, and with no other")
    func settings() throws {
        var tiny = try TinyModels()
        let before = try tiny.setup.settingsSHA256()
        tiny.configuration.worker.threads = 2
        #expect(try tiny.setup.settingsSHA256() == before)
        tiny.configuration.method.candidates += 1
        #expect(try tiny.setup.settingsSHA256() != before)
    }

    @Test("work that needs the weights is refused where they are on another machine")
    func remote() throws {
        try TinyModels().setup.demandWeights()
        let tiny = try TinyModels(
            #"{"models": {"remote": {"url": "http://127.0.0.1:9/v1", "model": "m"}}}"#
        )
        #expect(fault { try tiny.setup.demandWeights() }?.code == .engineUnavailable)
    }

    @Test("a fit is stored, and made anew when a setting of the method changes")
    func fits() throws {
        var tiny = try TinyModels()
        try tiny.loadDiseases()
        let encoder = try tiny.setup.encoder()
        let (vocabulary, _) = try tiny.setup.vocabulary(nil, encodedBy: encoder)
        var asked = 0
        func basis() throws -> String {
            try tiny.setup.fit(of: vocabulary, encoder) {
                asked += 1
                return try tiny.setup.languageModel()
            }.basis
        }
        let first = try basis()
        #expect(asked == 0, "the load has fitted it")
        tiny.configuration.method.candidates += 1
        #expect(try basis() != first)
        #expect(asked == 1)
    }
}
