package import Contract
import Daemon
import Files
import Foundation
import Inference
import Jobs
import Ledger
import Models
import Settings
import Taxonomy
import Training

extension ExitStatus {
    /// The exit status for an error that ended a command; the only such table in taxod.
    ///
    /// An error that is not listed is a bug in taxod, or a system error that nobody thought of;
    /// both give status 70.
    ///
    /// - Parameter error: What the command threw.
    package init(of error: any Error) {
        self =
            switch error {
            case let error as SubmissionError: Self.status(of: error.code)
            case let error as CommandError: Self.status(of: error)
            case is ConfigurationError: .configuration
            case let error as DaemonRefusal: Self.status(of: error)
            case let error as FileError: error.isConfigurationFault ? .configuration : .inputOutput
            case LedgerError.missing: .dataError
            case is LedgerError, is LedgerRebuild.BrokenAuditLog, is CocoaError: .inputOutput
            case is AuditChain.Fault, is TaxonomyError: .dataError
            case let error as ModelFileError:
                error.code == .unwritable ? .inputOutput : .unavailable
            case TrainingError.file: .inputOutput
            case is TrainingError: .dataError
            case is InferenceError: .unavailable
            case is WorkStopped: .temporaryFailure
            default: .software
            }
    }

    private static func status(of code: SubmissionError.Code) -> ExitStatus {
        switch code {
        case .emptyFile, .notARegularFile, .unreadableFile, .fileTooLarge, .unknownFormat,
            .wrongEncoding, .checksumMismatch, .corruptCompression, .compressionBomb,
            .malformedXML, .malformedRDF, .entityDeclaration, .nestingTooDeep, .textTooLong,
            .unknownVocabularyShape, .noConcepts, .tooManyBadRecords,
            .shrunkenVocabulary, .malformedJSON, .unknownListShape, .emptyList, .unknownTask,
            .unknownTaxonomy, .seedSetTooSmall, .seedSetTooLarge, .seedsUnknown, .nameTooLong,
            .missingTerm, .unknownBranch, .promptTooLong, .adapterSawHidden:
            .dataError
        case .engineUnavailable: .unavailable
        case .storageUnavailable: .inputOutput
        case .noVocabulary, .severalVocabularies, .changedWhileRead, .workerDied, .timeLimit:
            .temporaryFailure
        }
    }

    private static func status(of error: CommandError) -> ExitStatus {
        switch error {
        case .refused: .dataError
        case .busy: .temporaryFailure
        case .misconfigured: .configuration
        case .unavailable: .unavailable
        case .disk: .inputOutput
        case .system: .software
        }
    }

    private static func status(of error: DaemonRefusal) -> ExitStatus {
        switch error {
        case .locked: .temporaryFailure
        case .lost, .replaced: .inputOutput
        case .fixed: .configuration
        }
    }
}
