import GRDB

extension DatabaseQueue {
    /// Reads; errors of SQLite become ``LedgerError/storage(detail:isPassing:)``.
    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await read(body) } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    /// Writes in one transaction; errors of SQLite become
    /// ``LedgerError/storage(detail:isPassing:)``.
    func writing<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await write(body) } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }
}

extension LedgerError {
    /// Maps an error of SQLite; only a full disk or a busy file is passing.
    ///
    /// These leave the database unchanged, so the operation can be tried again. After any other
    /// error, nobody knows what is on the disk until the database is opened again.
    init(_ error: DatabaseError) {
        let passing: [ResultCode] = [.SQLITE_FULL, .SQLITE_BUSY, .SQLITE_LOCKED]
        self = .storage(
            detail: error.message ?? "\(error.resultCode)",
            isPassing: passing.contains(error.resultCode.primaryResultCode)
        )
    }
}
