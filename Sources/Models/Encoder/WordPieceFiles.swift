import FoundationEssentials
package import Tokenizers

extension WordPieceTokenizer {
    /// The keys of a model folder's JSON files that concern the tokenizer; all are optional there.
    private struct Settings: Decodable {
        var do_lower_case: Bool?
        var strip_accents: Bool?
        var tokenize_chinese_chars: Bool?
        var max_seq_length: Int?
        var max_position_embeddings: Int?
    }

    /// Reads the tokenizer of a BERT-type model.
    ///
    /// The files are `vocab.txt`, `tokenizer_config.json`, and `sentence_bert_config.json` or else
    /// `config.json` for the length limit. Only the first is required; without a limit it is 512, as
    /// in BERT.
    ///
    /// - Parameters:
    ///   - modelFolder: A folder as Hugging Face's libraries write it.
    ///   - maximumTokens: Overrides the folder's limit.
    /// - Throws: ``ModelFileError``.
    package init(modelFolder: String, maximumTokens: Int? = nil) throws {
        let path = modelFolder + "/vocab.txt"
        let file = try MappedFile(path: path)
        var vocabulary = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self)
        }
        if vocabulary.last == "" { vocabulary.removeLast() }
        let tokenizer = try Self.settings(modelFolder + "/tokenizer_config.json")
        let limits = try [
            maximumTokens,
            Self.settings(modelFolder + "/sentence_bert_config.json").max_seq_length,
            Self.settings(modelFolder + "/config.json").max_position_embeddings,
        ]
        do {
            try self.init(
                vocabulary: vocabulary,
                maximumTokens: limits.compactMap(\.self).first ?? 512,
                lowercases: tokenizer.do_lower_case ?? true,
                stripsAccents: tokenizer.strip_accents,
                separatesIdeographs: tokenizer.tokenize_chinese_chars ?? true
            )
        } catch {
            throw ModelFileError(error, file: path)
        }
    }

    private static func settings(_ path: String) throws -> Settings {
        guard FileManager.default.fileExists(atPath: path) else { return Settings() }
        let file = try MappedFile(path: path)
        do {
            return try JSONDecoder().decode(Settings.self, from: Data(file.bytes))
        } catch {
            throw ModelFileError(
                .malformed,
                file: path,
                found: "JSON that cannot be read (\(error))",
                expected: "the settings of a BERT-type model"
            )
        }
    }
}
