import GRDB

extension DatabaseQueue {
    /// Reads; what SQLite reports becomes ``LedgerError/storage(detail:isPassing:)``.
    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await read(body) } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    /// Writes in one transaction; what SQLite reports becomes
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
    /// A full disk or a busy file leaves the database as it was, so that the same can be tried again.
    ///
    /// After any other fault nobody knows what is on the disk until the database is opened again.
    init(_ error: DatabaseError) {
        let passing: [ResultCode] = [.SQLITE_FULL, .SQLITE_BUSY, .SQLITE_LOCKED]
        self = .storage(
            detail: error.message ?? "\(error.resultCode)",
            isPassing: passing.contains(error.resultCode.primaryResultCode)
        )
    }
}
