import Contract
import GRDB
import Jobs

extension Ledger {
    /// Writes the job's answers as rows of `results`, `proposals` and `matches`.
    static func publish(
        _ job: JobID,
        result: String,
        at time: Timestamp,
        in db: Database
    ) throws {
        let insertResult = try db.makeStatement(sql: insertResult)
        let insertProposal = try db.makeStatement(sql: insertProposal)
        let insertMatch = try db.makeStatement(sql: insertMatch)
        let answers = try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, answer FROM queries WHERE job = ? AND answer IS NOT NULL ORDER BY seq
                """,
            arguments: [job.description]
        )
        while let row = try answers.next() {
            let seq: Int = row["seq"]
            let line = try AnswerLine(text: row["answer"])
            let answer = line.answer
            let source = answer.provenance
            try insertResult.execute(arguments: [
                job.description, seq, answer.key, answer.task.rawValue, answer.query,
                answer.status.rawValue, answer.reason?.code, answer.reason?.message,
                answer.proposals.count, source?.vocabulary, source?.vocabularyVersion,
                source?.model, source?.modelSHA256, source?.adapterSHA256,
                source?.settingsSHA256, source?.method, time.description, result, line.text,
                answer.identifier,
            ])
            for proposal in answer.proposals {
                try insertProposal.execute(arguments: [
                    job.description, seq, answer.key, proposal.rank, proposal.relation.rawValue,
                    proposal.identifier, proposal.name, proposal.parent,
                    proposal.standing.rawValue, proposal.score,
                    try CanonicalJSON.text(of: proposal.evidence),
                ])
            }
            for (index, match) in answer.matches.enumerated() {
                try insertMatch.execute(arguments: [
                    job.description, seq, answer.key, index + 1, match.given,
                    match.givenIdentifier, match.kind.rawValue, match.identifier, match.name,
                    match.confidence, try match.candidates.map { try CanonicalJSON.text(of: $0) },
                ])
            }
        }
    }

    private static let insertResult = """
        INSERT INTO results (
            job, seq, key, task, query, status, reason_code, reason, proposals, vocabulary,
            vocabulary_version, model, model_sha256, adapter_sha256, settings_sha256, method,
            published, folder, answer, query_identifier
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let insertProposal = """
        INSERT INTO proposals (
            job, seq, key, rank, relation, identifier, name, parent, standing, score, evidence
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let insertMatch = """
        INSERT INTO matches (
            job, seq, key, position, given, given_identifier, kind, identifier, name, confidence,
            candidates
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
}
