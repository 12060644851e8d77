import Taxonomy
import Testing

@Suite("Term")
struct TermTests {
    @Test(
        "all spellings of a term have the same key",
        arguments: [
            ("Long QT Syndrome", "long-qt  syndrome"), ("Orbeli's syndrome", "orbeli s syndrome"),
            ("3-M syndrome", "3 m SYNDROME"), ("Ménière Disease", "ménière disease"),
            (" heart_disease ", "Heart Disease"),
        ]
    )
    func key(one: String, other: String) {
        #expect(Term.key(one) == Term.key(other))
    }

    @Test("terms that differ in a letter or digit have different keys")
    func keysDiffer() {
        #expect(Term.key("Type 1") != Term.key("Type 2"))
        #expect(Term.key("α-thalassemia") != Term.key("β-thalassemia"))
        #expect(Term.key("") == "")
        #expect(Term.key("-,-") == "")
    }

    @Test(
        "an inverted name gets its natural order",
        arguments: [
            ("Hypertension, Renal", "Renal Hypertension"),
            ("Lymphoma, Large B-Cell, Diffuse", "Diffuse Large B-Cell Lymphoma"),
            ("Anemia, Diamond-Blackfan, 2", "Diamond-Blackfan Anemia 2"),
            ("Anemia, Refractory, with Excess", "Refractory Anemia with Excess"),
            ("Mitral Valve Prolapse, Myxomatous 1", "Myxomatous Mitral Valve Prolapse 1"),
            ("Bartter syndrome, antenatal type 1", "antenatal Bartter syndrome type 1"),
            ("Diabetes Mellitus, Type 2", "Type 2 Diabetes Mellitus"),
            ("Cardiomyopathy, Dilated, 1o", "Dilated Cardiomyopathy 1o"),
            ("Long QT syndrome, 1", "Long QT syndrome 1"),
            ("Cilia syndrome, due to short cilia", "Cilia syndrome due to short cilia"),
            ("Nevus, Sebaceous of Jadassohn", "Sebaceous Nevus of Jadassohn"),
            ("Vagina, absence of", "absence of Vagina"),
            ("Dissertations, Academic as Topic", "Academic Dissertations as Topic"),
            ("46, XX Disorders", "46,XX Disorders"),
            ("46, XX Disorders, Partial", "Partial 46,XX Disorders"),
            ("Psychotherapy, Group", "Group Psychotherapy"),
            ("Hospitals, Group Practice", "Group Practice Hospitals"),
            ("RNA, Ribosomal, 16S", "16S Ribosomal RNA"),
            ("Aspirin, Dipyridamole Drug Combination", "Aspirin Dipyridamole Drug Combination"),
        ]
    )
    func natural(inverted: String, natural: String) {
        #expect(Term.natural(inverted) == natural)
    }

    @Test(
        "a name that is not inverted stays unchanged",
        arguments: [
            "Renal Hypertension", "Deafness, Epilepsy, and Myopathy",
            "1,4-phenylenediamine dermatitis",
            "Nephroblastomatosis, fetal ascites, macrosomia and Wilms tumor", "", ", ",
            "Wounds,", "a, ",
        ]
    )
    func notInverted(name: String) {
        #expect(Term.natural(name) == name)
    }
}
