import Campaign
import GRDB
import Primitives

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
        try forEachRecipient { (line, _, reason) throws(LedgerFault) in try body(line, !reason.isEmpty) }
    }

    /// Calls `body` for each row that was planned, by its line; the bytes are lent for the call.
    func forEachRecipient(
        _ body: (_ line: Int, _ address: Span<UInt8>, _ reason: Span<UInt8>) throws(LedgerFault) -> Void
    ) throws(LedgerFault) {
        try forEachRow("SELECT first, recipients FROM list ORDER BY first") { (row) throws(LedgerFault) in
            try read(row, body)
        }
    }

    /// Calls `body` for the rows on some lines, which are in order and were planned.
    func forEachRecipient(
        on lines: [Int],
        _ body: (_ line: Int, _ address: Span<UInt8>, _ reason: Span<UInt8>) throws(LedgerFault) -> Void
    ) throws(LedgerFault) {
        let statement = try statement(
            "SELECT first, recipients FROM list WHERE first <= ? ORDER BY first DESC LIMIT 1")
        var place = 0
        while place < lines.count {
            let before = place
            statement.bind(1, Int64(lines[place]))
            try forEachRow(of: statement) { (row) throws(LedgerFault) in
                try read(row) { (line, address, reason) throws(LedgerFault) in
                    guard place < lines.count && lines[place] == line else { return }
                    place += 1
                    try body(line, address, reason)
                }
            }
            guard place > before else { throw .damaged("it has no recipient \(lines[place])") }
        }
    }

    /// Reads the rows of a page.
    private func read(
        _ row: SQLiteStatement,
        _ body: (_ line: Int, _ address: Span<UInt8>, _ reason: Span<UInt8>) throws(LedgerFault) -> Void
    ) throws(LedgerFault) {
        let first = row.number(0)
        let text = row.text(1)
        guard try RecipientPage.read(text.span, first: Int(first), body) else {
            throw .damaged("the recipients from line \(first) on are not a list of recipients")
        }
    }

    func forEachStep(_ body: (StepRow) throws(LedgerFault) -> Void) throws(LedgerFault) {
        let sql = "SELECT number, at, kind, code, enhanced, text, next_at, lines FROM step ORDER BY number"
        try forEachRow(sql) { (row) throws(LedgerFault) in try body(try StepRow(row)) }
    }

    func address(of line: Int) throws(LedgerFault) -> [UInt8]? {
        let statement = try statement(
            "SELECT first, recipients FROM list WHERE first <= ? ORDER BY first DESC LIMIT 1")
        statement.bind(1, Int64(line))
        var found: [UInt8]?
        try forEachRow(of: statement) { (row) throws(LedgerFault) in
            try read(row) { (number, address, _) throws(LedgerFault) in
                if number == line { found = [UInt8](copying: address) }
            }
        }
        return found
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
