import ArgumentParser

/// The command line.
@main
struct Taxod: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taxod",
        abstract:
            "Expands biomedical vocabularies: files dropped into a folder come back answered.",
        discussion: """
            Drop a vocabulary (MeSH or MEDIC XML, plain or .gz) and lists of names (.json, .jsonl,
            .txt, .csv, .tsv) into the inbox; results appear in the outbox.

              taxod run                    watch Inbox/, answer into Outbox/
              taxod run --once             answer what is there, then end (for cron and timers)
              taxod status                 what is queued, running, done
              taxod load CTD_diseases.xml.gz && echo '{"task":"place","term":"renal spasm"}' \\
                | taxod expand             the same without folders, from the shell

            Exit status: 0 done; 64 wrong command line; 65 something was quarantined (or an audit
            log does not verify); 69 the models are missing or damaged; 74 the disk fails; 75 try
            later (another taxod holds the inbox); 78 wrong configuration.
            """,
        version: "taxod \(Version.current)",
        subcommands: [
            RunCommand.self, ExpandCommand.self, LoadCommand.self, StatusCommand.self,
            RetryCommand.self, EvaluateCommand.self, BenchCommand.self, ModelsCommand.self,
            ConfigCommand.self, AuditCommand.self,
        ]
    )
}

enum Version {
    static let current = "0.1.0"
}
