import ArgumentParser
import Foundation
import TaxoInstruct

/// `taxod evaluate`: the protocols of the literature.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure the quality of the answers on a benchmark.",
        subcommands: [
            Expansion.self, Placement.self, Rollover.self, Sets.self, Construction.self,
            Insertion.self, LeaveOneOut.self, Names.self, Peers.self, Together.self, Study.self,
        ]
    )
}
