import Campaign
import GRDB

extension SQLiteStorage {
    func facts() throws(LedgerFault) -> [LedgerFact] {
        let rows = try inDatabase { try Row.fetchAll($0, sql: "SELECT name, value FROM fact ORDER BY name") }
        let facts = rows.map { row in
            let number: Int64? = row["value"].flatMap { ($0 as any DatabaseValueConvertible) as? Int64 }
            return LedgerFact(row["name"], number.map { .number($0) } ?? .text(row["value"] ?? ""))
        }
        try SQLiteStorage.checkVersion(facts, file)
        return facts
    }

    func inputs() throws(LedgerFault) -> [InputFingerprint] {
        try inDatabase { connection in
            try Row.fetchAll(connection, sql: "SELECT name, path, bytes, sha256 FROM input ORDER BY name").map {
                InputFingerprint(name: $0["name"], path: $0["path"], bytes: $0["bytes"], sha256: $0["sha256"])
            }
        }
    }

    func forEachRecipient(
        _ body: (_ line: Int, _ isRejected: Bool) throws(LedgerFault) -> Void
    ) throws(LedgerFault) {
        try forEachRow("SELECT line, rejected IS NOT NULL FROM recipient ORDER BY line") {
            (row) throws(LedgerFault) in
            try body(Int(row.number(0)), row.number(1) != 0)
        }
    }

    func forEachStep(_ body: (StepRow) throws(LedgerFault) -> Void) throws(LedgerFault) {
        let sql = "SELECT number, at, kind, code, enhanced, text, next_at, lines FROM step ORDER BY number"
        try forEachRow(sql) { (row) throws(LedgerFault) in try body(try StepRow(row)) }
    }

    func address(of line: Int) throws(LedgerFault) -> [UInt8]? {
        try withConnection { (connection) throws(SQLiteError) in
            let statement = try SQLiteStatement("SELECT address FROM recipient WHERE line = ?", on: connection)
            statement.bind(1, Int64(line))
            return try statement.next() ? statement.text(0) : nil
        }
    }

    func statement(_ sql: String) throws(LedgerFault) -> SQLiteStatement {
        try withConnection { (connection) throws(SQLiteError) in try SQLiteStatement(sql, on: connection) }
    }

    /// - Parameter statement: selects the columns of a `StepRow` by the number. Within `forEachRow` or not.
    func step(_ number: Int64, with statement: SQLiteStatement) throws(LedgerFault) -> StepRow {
        statement.bind(1, number)
        defer { statement.reset() }
        do {
            guard try statement.next() else { throw LedgerFault.damaged("it has no step \(number)") }
            return try StepRow(statement)
        } catch let fault as LedgerFault { throw fault } catch let error as SQLiteError {
            throw error.fault(file)
        } catch { throw .misused("\(error)") }
    }

    /// - Parameter statement: selects by the line.
    func row<Value>(
        of line: Int, with statement: SQLiteStatement, _ body: (SQLiteStatement) throws(LedgerFault) -> Value
    ) throws(LedgerFault) -> Value {
        statement.bind(1, Int64(line))
        defer { statement.reset() }
        let isThere: Bool
        do throws(SQLiteError) { isThere = try statement.next() } catch { throw error.fault(file) }
        guard isThere else { throw .damaged("it has no recipient \(line)") }
        return try body(statement)
    }

    func count(_ sql: String) throws(LedgerFault) -> Int {
        try inDatabase { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    /// The first column of all rows, as text.
    func texts(_ sql: String) throws(LedgerFault) -> [String] {
        try inDatabase { try String.fetchAll($0, sql: sql) }
    }

    /// What SQLite finds when it reads all pages.
    func damages() throws(LedgerFault) -> [String] {
        try inDatabase { try String.fetchAll($0, sql: "PRAGMA quick_check") }.filter { $0 != "ok" }
    }

    /// Calls `body` for each row, which is lent for the call.
    func forEachRow(
        _ sql: String, _ body: (SQLiteStatement) throws(LedgerFault) -> Void
    ) throws(LedgerFault) {
        try forEachRow(of: try statement(sql), body)
    }

    /// Calls `body` for each row of a statement that is ready to begin, which is lent for the call.
    func forEachRow(
        of statement: SQLiteStatement, _ body: (SQLiteStatement) throws(LedgerFault) -> Void
    ) throws(LedgerFault) {
        let fault = try withConnection { (_) throws(SQLiteError) -> LedgerFault? in
            do {
                while try statement.next() { try body(statement) }
                return nil
            } catch let fault as LedgerFault { return fault } catch let error as SQLiteError { throw error } catch {
                return .misused("\(error)")
            }
        }
        if let fault { throw fault }
    }
}
