// swift-tools-version: 6.2
import PackageDescription

/// Swift settings of every target: an import is internal unless it says otherwise.
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "taxod",
    products: [.executable(name: "taxod", targets: ["taxod"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Floor 0: C. Module maps of system libraries, SIMD kernels, system calls Glibc hides,
        // libcurl opened at run time.
        .systemLibrary(
            name: "CLibXML2",
            pkgConfig: "libxml-2.0",
            providers: [.apt(["libxml2-dev"])]
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CLibArchive",
            pkgConfig: "libarchive",
            providers: [.apt(["libarchive-dev"])]
        ),
        .target(
            name: "CKernels",
            cSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("m")]
        ),
        .target(name: "CPOSIX"),
        .target(name: "CHTTP"),
        .target(name: "CRaptor2"),

        // Floor 1, by the system's calls: what taxod does to files.
        .target(name: "Files", dependencies: ["CPOSIX"], swiftSettings: swift),

        // Floor 1: what crosses processes: query, answer, error, exit status, worker protocol.
        .target(name: "Contract", dependencies: [crypto], swiftSettings: swift),

        // Floor 1: pure values; no files, clocks, threads, network.
        .target(name: "Taxonomy", swiftSettings: swift),
        .target(name: "Inference", swiftSettings: swift),
        .target(name: "Tensor", dependencies: ["CKernels"], swiftSettings: swift),
        .target(
            name: "Tokenizers",
            dependencies: [.product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: swift
        ),
        // Floor 2: the life of a job; files ⇄ values, the method, the models.
        .target(name: "Jobs", dependencies: ["Contract", "Taxonomy"], swiftSettings: swift),
        .target(name: "ChangeSets", dependencies: ["Contract"], swiftSettings: swift),
        .target(
            name: "TaxonomyFormats",
            dependencies: [
                "Taxonomy", "Contract", "Files", "CLibXML2", "CZlib", "CLibArchive", "CRaptor2",
                crypto,
            ],
            swiftSettings: swift
        ),
        .target(
            name: "TaxoInstruct",
            dependencies: ["Taxonomy", "Inference", "Contract"],
            swiftSettings: swift
        ),
        .target(
            name: "Models",
            dependencies: ["Tensor", "Tokenizers", "Inference", "Files", crypto],
            swiftSettings: swift
        ),

        // Floor 3: the ledger, the spool.
        .target(
            name: "Ledger",
            dependencies: [
                "Contract", "Jobs", .product(name: "GRDB", package: "GRDB.swift"), crypto,
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Spool",
            dependencies: ["Contract", "Jobs", "ChangeSets", "Files", "CPOSIX", crypto],
            swiftSettings: swift
        ),

        // Floor 3 as well: resident models, batching.
        .target(
            name: "Engine",
            dependencies: ["Models", "Tensor", "Tokenizers", "Inference", "Files"],
            swiftSettings: swift
        ),

        // Floor 3 as well: a model behind an HTTP endpoint.
        .target(
            name: "RemoteEngine",
            dependencies: ["Inference", "Contract", "CHTTP"],
            swiftSettings: swift
        ),

        // Floor 3 as well: what an operator may set, read and checked.
        .target(
            name: "Settings",
            dependencies: ["Models", "TaxoInstruct", "TaxonomyFormats", "ChangeSets", "Jobs"],
            swiftSettings: swift
        ),

        // Floor 3 as well: LoRA factors fitted to a frozen decoder.
        .target(
            name: "Training",
            dependencies: ["Models", "Tensor", "Tokenizers", "Inference", "Files", crypto],
            swiftSettings: swift
        ),

        // Floor 4: the long-running service; the evaluation.
        .target(
            name: "Daemon",
            dependencies: [
                "Contract", "Jobs", "Files", "Ledger", "Spool",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Evaluation",
            dependencies: ["Taxonomy", "TaxoInstruct", "Inference", "Contract"],
            swiftSettings: swift
        ),

        // Floor 5: engine and method made of a configuration; what commands do, without printing.
        .target(
            name: "Workshop",
            dependencies: [
                "Contract", "Daemon", "Evaluation", "Engine", "RemoteEngine", "Training",
                "Settings", "ChangeSets",
                "TaxonomyFormats", "TaxoInstruct", "Models", "Ledger", "Spool", "Files", "Taxonomy",
                "Inference", "Tensor", "Jobs",
                crypto,
            ],
            swiftSettings: swift
        ),

        // Floor 6: the executable.
        .executableTarget(
            name: "taxod",
            dependencies: [
                "Workshop", "Daemon", "Evaluation", "Engine", "Training", "Settings",
                "TaxonomyFormats", "TaxoInstruct", "Ledger", "Spool", "Files", "Taxonomy",
                "Inference", "ChangeSets", "Jobs", "Contract", "CPOSIX",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swift
        ),

        .testTarget(name: "TaxonomyTests", dependencies: ["Taxonomy"], swiftSettings: swift),
        .testTarget(
            name: "TensorTests",
            dependencies: ["Tensor"],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "TokenizersTests",
            dependencies: ["Tokenizers", "Models"],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        // Files, folders and scripted models that several test targets use.
        .target(
            name: "Fixtures",
            dependencies: ["TaxonomyFormats", "Inference", "Contract"],
            path: "Tests/Fixtures",
            swiftSettings: swift
        ),
        .testTarget(
            name: "WorkshopTests",
            dependencies: [
                "Workshop", "Fixtures", "Daemon", "Evaluation", "Training", "Settings",
                "TaxonomyFormats", "TaxoInstruct", "Models", "Ledger", "Files", "Taxonomy",
                "Inference", "Jobs", "Contract",
            ],
            exclude: ["Dropped"],
            swiftSettings: swift
        ),
        .testTarget(name: "ContractTests", dependencies: ["Contract"], swiftSettings: swift),
        .testTarget(name: "JobsTests", dependencies: ["Contract", "Jobs"], swiftSettings: swift),
        .testTarget(
            name: "ChangeSetsTests",
            dependencies: ["ChangeSets", "Contract"],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "TaxonomyFormatsTests",
            dependencies: ["Fixtures", "TaxonomyFormats", "Taxonomy", "Contract", crypto],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "TaxoInstructTests",
            dependencies: [
                "Fixtures", "TaxoInstruct", "TaxonomyFormats", "Taxonomy", "Inference", "Contract",
            ],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "ModelsTests",
            dependencies: ["Models", "Tensor", "Tokenizers", "Inference"],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Ledger", "Contract", "Jobs", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "SpoolTests",
            dependencies: ["Spool", "ChangeSets", "Files", "Contract", "Jobs"],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Engine", "Models", "Tensor", "Inference"],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "RemoteEngineTests",
            dependencies: ["RemoteEngine", "Engine", "Models", "Inference", "Contract"],
            exclude: ["Golden"],
            swiftSettings: swift
        ),
        .testTarget(
            name: "TrainingTests",
            dependencies: ["Training", "Models", "Tensor", "Inference"],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Daemon", "Contract", "Jobs", "Ledger", "Spool",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Fixtures", "Evaluation", "TaxoInstruct", "TaxonomyFormats", "Inference",
                "Contract", "Taxonomy",
            ],
            resources: [.copy("Golden")],
            swiftSettings: swift
        ),
        .testTarget(
            name: "HostileTests",
            dependencies: [
                "Fixtures", "TaxonomyFormats", "Models", "Inference", "Tokenizers", "Settings",
                "Contract",
            ],
            exclude: ["Fixtures", "FuzzEntry.swift"],
            swiftSettings: swift
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Contract"],
            exclude: ["completions.py", "Compatibility/compatibility.json"],
            swiftSettings: swift
        ),
    ],
    swiftLanguageModes: [.v6]
)

// `make fuzz` builds the readers with coverage; libFuzzer then chooses the files that they read.
if Context.environment["TAXOD_FUZZ"] != nil {
    package.targets.removeAll { $0.name == "HostileTests" }
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Fixtures", "TaxonomyFormats", "Models", "Inference", "Tokenizers", "Settings",
                "Contract",
            ],
            path: "Tests/HostileTests",
            exclude: ["Fixtures", "HostileTests.swift", "HostileConfigurationTests.swift"],
            swiftSettings: swift
        )
    )
}
