import FoundationEssentials
import Inference

/// `adapter_config.json` as Hugging Face's PEFT writes and reads it.
///
/// A setting that would change the computation and is not implemented here is refused by name. An
/// unknown setting is accepted only if it is switched off.
///
/// ## Source
/// `peft/tuners/lora/config.py`, PEFT 0.21.
struct AdapterSettings: Sendable {
    static let fileName = "adapter_config.json"
    /// A larger rank gains nothing over training the layers themselves and points to a damaged file.
    private static let greatestRank = 4096

    let rank: Int
    /// Scale · rank, for plain and for rank-stabilised scaling (`use_rslora`).
    let alpha: Float

    /// Reads and checks the settings.
    ///
    /// - Throws: ``ModelFileError``.
    init(path: String) throws {
        let file = try MappedFile(path: path)
        let values: [String: CardValue]
        do {
            values = try JSONDecoder().decode([String: CardValue].self, from: Data(file.bytes))
        } catch {
            throw ModelFileError(
                .malformed,
                file: path,
                found: "JSON that cannot be read (\(error))",
                expected: "the settings of a LoRA adapter as PEFT writes them"
            )
        }
        func fault(_ code: ModelFileError.Code, _ key: String, _ expected: String) -> ModelFileError
        {
            ModelFileError(
                code,
                file: path,
                at: "key \(key)",
                found: values[key]?.summary ?? "nothing",
                expected: expected,
                remedy: code == .unsupported
                    ? "Merge the adapter with PEFT, or train a plain LoRA adapter." : nil
            )
        }
        guard values["peft_type"] == .text("LORA") else {
            throw fault(.unsupported, "peft_type", "“LORA”")
        }
        guard case .number(let rank) = values["r"], rank >= 1, rank == rank.rounded(),
            rank <= Double(Self.greatestRank)
        else { throw fault(.malformed, "r", "a whole number from 1 to \(Self.greatestRank)") }
        guard case .number(let alpha) = values["lora_alpha"], alpha > 0, alpha < 1e6 else {
            throw fault(.malformed, "lora_alpha", "a positive number")
        }
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where !value.isOff {
            if Self.harmless.contains(key) { continue }
            switch (key, value) {
            case ("bias", .text("none")), ("init_lora_weights", .flag):
                continue
            // These change the base model's own weights before the training.
            case ("init_lora_weights", .text(let kind))
            where ["gaussian", "eva", "orthogonal"].contains(kind):
                continue
            default:
                throw fault(.unsupported, key, "no such setting, as in a plain LoRA adapter")
            }
        }
        self.rank = Int(rank)
        let isStabilised = values["use_rslora"] == .flag(true)
        self.alpha = Float(isStabilised ? alpha * rank.squareRoot() : alpha)
    }

    /// Settings that are read here, or that have no effect on a trained adapter.
    private static let harmless: Set<String> = [
        "peft_type", "r", "lora_alpha", "use_rslora", "task_type", "auto_mapping", "peft_version",
        "base_model_name_or_path", "revision", "inference_mode", "target_modules",
        "exclude_modules", "lora_dropout", "layers_to_transform", "layers_pattern",
        "megatron_core", "qalora_group_size", "runtime_config", "eva_config",
    ]

    /// The file for an adapter, as PEFT reads it.
    static func bytes(of adapter: LoRAAdapter, baseModel: String) throws -> [UInt8] {
        try ModelFiles.json(Written(adapter, baseModel))
    }

    private struct Written: Encodable {
        let auto_mapping: String? = nil
        let base_model_name_or_path: String
        let bias = "none"
        let fan_in_fan_out = false
        let inference_mode = true
        let init_lora_weights = true
        let lora_alpha: Float
        let lora_dropout = 0
        let peft_type = "LORA"
        let r: Int
        let target_modules: [String]
        let task_type = "CAUSAL_LM"
        let use_dora = false
        let use_rslora = false

        init(_ adapter: LoRAAdapter, _ baseModel: String) {
            base_model_name_or_path = baseModel
            lora_alpha = adapter.alpha
            r = adapter.rank
            target_modules = Set(adapter.blocks.flatMap(\.keys)).map(\.rawValue).sorted()
        }
    }
}

extension CardValue {
    /// Whether the setting is switched off: null, false or empty.
    fileprivate var isOff: Bool {
        switch self {
        case .flag(let flag): !flag
        case .list(let list): list.isEmpty
        case .group(let group): group.isEmpty
        case .none: true
        case .number, .text: false
        }
    }

    /// The value as a message shows it.
    fileprivate var summary: String {
        switch self {
        case .flag(let flag): "\(flag)"
        case .number(let number): "\(number)"
        case .text(let text): "“\(text.prefix(60))”"
        case .list(let list): "a list of \(list.count)"
        case .group(let group): "an object with \(group.count) keys"
        case .none: "null"
        }
    }
}
