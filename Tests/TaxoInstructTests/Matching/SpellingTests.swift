import Contract
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Spelling")
struct SpellingTests {
    /// How a vocabulary of this one name takes a written name.
    private func kind(_ written: String, in name: String) throws -> TermMatch.Kind {
        let taxonomy = try Taxonomy(
            concepts: [Concept(identifier: "X", name: name)],
            parents: [[]]
        )
        return NameIndex(taxonomy).match(written).match.kind
    }

    @Test(
        "spellings of the same word are equal",
        arguments: [
            ("Anaemia", "Anemia"), ("Oesophageal neoplasm", "Esophageal Neoplasms"),
            ("Leukaemia", "Leukemia"), ("Diarrhoea", "Diarrhea"), ("Tumours", "Tumor"),
            ("Tumour of the kidney", "Kidney Neoplasms"), ("Foetal death", "Fetal Death"),
            ("Faecal impaction", "Fecal Impaction"), ("Paediatric obesity", "Pediatric Obesity"),
            ("Haemorrhage", "Hemorrhage"), ("Leucopenia", "Leukopenia"), ("Goitre", "Goiter"),
            ("Sulphite oxidase", "Sulfite Oxidase"), ("Fibre disease", "Fiber Diseases"),
            ("Necrotising fasciitis", "Necrotizing Fasciitis"), ("Behaviour", "Behavior"),
            ("Diseases", "Disease"), ("Neuropathies", "Neuropathy"), ("Stenoses", "Stenosis"),
            ("Dermatitides", "Dermatitis"), ("Metastases", "Metastasis"), ("Varix", "Varices"),
            ("Carcinomata", "Carcinoma"), ("Emboli", "Embolus"), ("Abscesses", "Abscess"),
            ("Diverticula", "Diverticulum"), ("Headaches", "Headache"), ("Ganglion", "Ganglia"),
            ("Feet deformity", "Foot Deformities"), ("Viruses", "Virus"), ("Crises", "Crisis"),
        ]
    )
    func words(_ written: String, _ name: String) throws {
        #expect(try kind(written, in: name) == .spelling)
        #expect(try kind(name, in: written) == .spelling)
    }

    @Test(
        "accents, apostrophes, hyphens, Greek letters, numerals and inversion do not matter",
        arguments: [
            ("Sjögren Syndrome", "Sjogren's Syndrome"), ("parkinsons disease", "Parkinson Disease"),
            ("Parkinson’s disease", "Parkinson Disease"), ("Graves' Disease", "Graves Disease"),
            ("Pre eclampsia", "Preeclampsia"), ("nonHodgkin lymphoma", "Lymphoma, Non-Hodgkin"),
            ("β-Thalassemia", "beta-Thalassemia"), ("TNFα deficiency", "TNF-alpha Deficiency"),
            ("Straßburg Syndrome", "Strassburg Syndrome"),
            ("Renal Hypertension", "Hypertension, Renal"),
            ("Diabetes, type II", "Type 2 diabetes"), ("Tyrosinemia 1", "Tyrosinemia type 1"),
            ("Mucopolysaccharidosis III B", "Mucopolysaccharidosis type 3B"),
            ("Asthma stage IV", "Asthma, Stage 4"), ("Syndrome XX", "Syndrome 20"),
            ("Factor V deficiency", "Factor 5 Deficiency"), ("Neoplasm(s)", "Neoplasms"),
            ("cancer of the lung", "Lung Cancer"),
            ("Types I and II fracture", "Type 1 and 2 fracture"),
            ("Pain & Fever", "Pain and Fever"),
            ("Me\u{301}nie\u{300}re-Disease", "Meniere Disease"),
        ]
    )
    func names(_ written: String, _ name: String) throws {
        #expect([.spelling, .name].contains(try kind(written, in: name)))
    }

    @Test(
        "a differing number, letter, Greek letter, order or relation is another name",
        arguments: [
            ("Neuropathy type 2B", "Neuropathy type 20"),
            ("Neuropathy type 2B", "Neuropathy type 2"),
            ("Hepatitis G", "Hepatitis A"), ("Haemophilia A", "Hemophilia B"),
            ("β-Thalassemia", "alpha-Thalassemia"), ("ß-Thalassemia", "beta-Thalassemia"),
            ("Retinitis pigmentosa 98", "Retinitis Pigmentosa 9"), ("Trisomy X", "Trisomy 10"),
            ("Long QT syndrome 77", "Long QT syndrome 7"), ("Albinism", "Albinism 1"),
            ("Goldberg-Shprintzen syndrome", "Shprintzen-Goldberg syndrome"),
            ("Ataxia with deafness", "Deafness with ataxia"),
            ("Grade IIA tumor", "Grade IIB tumor"),
            ("Hypotension", "Hypertension"), ("Dermatosis", "Dermatitis"),
            ("Cystinuria", "Cystinosis"),
            ("Macrognathia", "Micrognathia"), ("Amyotonia Congenita", "Myotonia Congenita"),
            ("Glycogen Storage Disease Type XX", "Glycogen Storage Disease Type IX"),
        ]
    )
    func others(_ written: String, _ name: String) throws {
        #expect(try kind(written, in: name) == .unknown)
        #expect(try kind(name, in: written) == .unknown)
    }

    @Test(
        "what a source adds to a name is removed",
        arguments: [
            "1. Asthma", "2) Asthma", "(3) Asthma", "• Asthma", "- Asthma", "Asthma (disorder)",
            "Asthma, NOS", "Asthma NOS", "Asthma, unspecified", "Asthma [MeSH Terms]",
            "\"Asthma\"[Mesh]", "Asthma/drug therapy", "*Asthma/*genetics",
            "Asthma / complications*",
            "ASTHMA; AS", "1. Asthma (finding)", "Asthma (AST)",
        ]
    )
    func decorations(_ written: String) throws {
        #expect([.spelling, .name].contains(try kind(written, in: "Asthma")))
    }

    @Test(
        "what belongs to a name is not removed",
        arguments: [
            "Asthma (A)", "Asthma (AST2)", "Asthma/COPD", "Asthma (XYZ)", "Asthma; other",
            "1 Asthma",
        ]
    )
    func kept(_ written: String) throws {
        #expect(try kind(written, in: "Asthma") == .unknown)
    }

    @Test("a name of thousands of brackets, letters or unknown words takes no time")
    func hostile() throws {
        for text in [
            String(repeating: "(A)", count: 3_000), String(repeating: "asthna ", count: 2_000),
            String(repeating: "[", count: 9_000), String(repeating: "a'", count: 5_000),
            String(repeating: "α", count: 5_000), String(repeating: "a,", count: 5_000), "((", "'s",
        ] {
            #expect(try kind(text, in: "Asthma") == .unknown)
        }
    }
}
