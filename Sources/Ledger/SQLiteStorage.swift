import Campaign
import GRDB
import GRDBSQLite
import Primitives
import SMTP

/// The ledger's file: SQLite with a write-ahead log that is synchronized at every commit.
final class SQLiteStorage: LedgerStorage {
    let file: String
    private let database: DatabaseQueue
    private var statements: Statements?
    private var room: LogRoom?

    /// Of a new ledger. Rows are long: each page is written by itself, and a large one with the fewest calls a byte.
    static let pageBytes = 16_384

    /// What the write-ahead log takes, about, before it is moved into the database.
    private static let logBytes = 4 << 20

    /// Opens the ledger of a directory, or makes an empty one.
    convenience init(_ directory: StateDirectory) throws(LedgerFault) {
        // Made before SQLite does it: its other files get the permissions of this one.
        try StateDirectory.makeFile(directory.ledgerFile)
        try self.init(file: directory.ledgerFile)
        try StateDirectory.synchronize(directory.path)
    }

    init(file: String) throws(LedgerFault) {
        self.file = file
        do {
            var configuration = SQLiteStorage.configuration
            configuration.journalMode = .wal
            configuration.prepareDatabase { connection in
                try connection.execute(sql: "PRAGMA page_size = \(SQLiteStorage.pageBytes)")
            }
            database = try DatabaseQueue(path: file, configuration: configuration)
        } catch { throw SQLiteError(error).fault(file) }
        // An older ledger has smaller pages.
        let pageBytes = try inDatabase { try Int.fetchOne($0, sql: "PRAGMA page_size") } ?? SQLiteStorage.pageBytes
        let pages = SQLiteStorage.logBytes / pageBytes
        try inDatabase { connection in
            // GRDB has set NORMAL by now, which would lose commits with the power.
            try connection.execute(sql: "PRAGMA synchronous = FULL")
            try connection.execute(sql: "PRAGMA wal_autocheckpoint = \(pages)")
        }
        try prepareTables()
        statements = try withConnection { (connection) throws(SQLiteError) in
            try Statements(connection)
        }
        room = LogRoom(ofLog: "\(file)-wal", pages: pages, ofBytes: pageBytes)
    }

    /// Opens a ledger to be read, as it is now.
    init(reading file: String) throws(LedgerFault) {
        self.file = file
        do {
            var configuration = SQLiteStorage.configuration
            configuration.readonly = true
            database = try DatabaseQueue(path: file, configuration: configuration)
        } catch { throw SQLiteError(error).fault(file) }
        try prepareTables()
        // One transaction for all that is read: its first look at the tables fixes what it sees.
        try inDatabase { try $0.execute(sql: "BEGIN; SELECT count(*) FROM fact") }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "ledger"
        // One transaction for several accesses: to read all as it was at one moment, and to bring a ledger forward.
        configuration.allowsUnsafeTransactions = true
        return configuration
    }

    // MARK: - Writing

    func commit(_ changes: LedgerCommit) throws(LedgerFault) {
        guard let statements else { throw .misused("the ledger is closed") }
        try withConnection { (connection) throws(SQLiteError) in
            try statements.begin.run()
            room?.make(pagesWritten: connection.pagesWritten)
            do throws(SQLiteError) {
                try write(changes, statements)
                try statements.commit.run()
            } catch {
                // Nothing more is asked of this connection; the first error is the one to tell.
                try? statements.rollback.run()
                throw error
            }
        }
    }

    private func write(_ changes: LedgerCommit, _ statements: Statements) throws(SQLiteError) {
        for plan in changes.plans { try write(plan, statements.list) }
        for step in changes.steps { try write(step, statements.step) }
        for fact in changes.facts { try write(fact, statements.fact) }
        for input in changes.inputs { try write(input, statements.input) }
        for entry in changes.audits { try write(entry, statements.audit) }
        for row in changes.warmups { try write(row, statements.warmup) }
        for change in changes.suspensions { try write(change, statements) }
    }

    func write(_ plan: PlanBatch, _ statement: SQLiteStatement) throws(SQLiteError) {
        for page in plan.pages {
            statement.bind(1, Int64(page.first))
            try statement.run(binding: 2, page.text.span)
        }
    }

    private func write(_ step: StepRow, _ statement: SQLiteStatement) throws(SQLiteError) {
        statement.bind(1, step.number)
        statement.bind(2, step.at)
        let kind = Array(step.kind.name.utf8)
        let enhanced = Array((step.details.enhanced?.text ?? "").utf8)
        statement.bind(3, kind.span)
        if step.details.code == 0 { statement.bindNull(4) } else { statement.bind(4, Int64(step.details.code)) }
        if enhanced.isEmpty { statement.bindNull(5) } else { statement.bind(5, enhanced.span) }
        let text = step.text
        if text.isEmpty { statement.bindNull(6) } else { statement.bind(6, text.span) }
        if let next = step.nextAt { statement.bind(7, next) } else { statement.bindNull(7) }
        var lines = ByteBuffer(capacity: LineList.mostBytes(for: step.lines.count))
        var writer = lines.writer()
        LineList.write(step.lines, into: &writer)
        try statement.run(binding: 8, lines.bytes(0..<writer.count))
    }

    private func write(_ fact: LedgerFact, _ statement: SQLiteStatement) throws(SQLiteError) {
        let name = Array(fact.name.utf8)
        statement.bind(1, name.span)
        switch fact.value {
        case .number(let number):
            statement.bind(2, number)
            try statement.run()
        case .text(let text):
            let bytes = Array(text.utf8)
            statement.bind(2, bytes.span)
            try statement.run()
        }
    }

    private func write(_ input: InputFingerprint, _ statement: SQLiteStatement) throws(SQLiteError) {
        let (name, path, sha256) = (Array(input.name.utf8), Array(input.path.utf8), Array(input.sha256.utf8))
        statement.bind(1, name.span)
        statement.bind(2, path.span)
        statement.bind(3, input.bytes)
        statement.bind(4, sha256.span)
        try statement.run()
    }

    private func write(_ entry: AuditEntry, _ statement: SQLiteStatement) throws(SQLiteError) {
        let (who, what) = (Array(entry.who.utf8), Array(entry.what.utf8))
        statement.bind(1, entry.at)
        statement.bind(2, who.span)
        statement.bind(3, what.span)
        try statement.run()
    }

    func close() throws(LedgerFault) {
        statements = nil
        room = nil
        do { try database.close() } catch { throw SQLiteError(error).fault(file) }
    }

    // MARK: - Opening

    private func prepareTables() throws(LedgerFault) {
        let objects = try inDatabase { try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema") }
        let isReadOnly = database.configuration.readonly
        if objects.isEmpty && !isReadOnly { return try change(LedgerSchema.statements) }
        guard objects.contains("fact") && objects.contains("step") else {
            throw LedgerFault(file, "is not a ledger", "give the state directory of a campaign")
        }
        if !objects.contains("list") { try bringForward(isReadOnly: isReadOnly) }
    }

    /// Brings a ledger of version 1 to this version; when it may only be read, as far as this connection sees it.
    private func bringForward(isReadOnly: Bool) throws(LedgerFault) {
        try inDatabase { try $0.execute(sql: isReadOnly ? "BEGIN" : "BEGIN IMMEDIATE") }
        let sql = isReadOnly ? LedgerSchema.temporaryList : LedgerSchema.changesSinceVersion1
        try inDatabase { try $0.execute(sql: sql) }
        try moveRecipients()
        if !isReadOnly { try inDatabase { try $0.execute(sql: LedgerSchema.version1IsGone) } }
        try inDatabase { try $0.execute(sql: "COMMIT") }
    }

    private func moveRecipients() throws(LedgerFault) {
        let list = try statement("INSERT INTO list VALUES (?, ?)")
        func write(_ batch: PlanBatch) throws(LedgerFault) {
            do throws(SQLiteError) { try self.write(batch, list) } catch { throw error.fault(file) }
        }
        var batch = PlanBatch()
        try forEachRow("SELECT line, address, rejected FROM recipient ORDER BY line") {
            (row) throws(LedgerFault) in
            let (address, reason) = (row.text(1), row.text(2))
            batch.append(line: Int(row.number(0)), address: address.span, reason: reason.span)
            guard batch.byteCount >= PlanBatch.usualByteCount else { return }
            try write(batch)
            batch = PlanBatch()
        }
        try write(batch)
    }

    /// Changes the tables, all or nothing.
    private func change(_ sql: String) throws(LedgerFault) {
        try inDatabase { connection in
            try connection.inTransaction(.immediate) {
                try connection.execute(sql: sql)
                return .commit
            }
        }
    }

    /// Refuses what a newer program made.
    static func checkVersion(_ facts: [LedgerFact], _ file: String) throws(LedgerFault) {
        guard let version = facts.number(FactName.schema), version > LedgerSchema.version else { return }
        throw LedgerFault(
            file, "was made by a newer version of sluice (\(version), this one knows \(LedgerSchema.version))",
            "use that version")
    }

    func inDatabase<Result>(_ body: (Database) throws -> Result) throws(LedgerFault) -> Result {
        do { return try database.writeWithoutTransaction(body) } catch { throw SQLiteError(error).fault(file) }
    }

    /// Calls `body` on the connection, alone.
    func withConnection<Value>(
        _ body: (SQLiteConnection) throws(SQLiteError) -> Value
    ) throws(LedgerFault) -> Value {
        let result = try inDatabase { database in
            guard let pointer = unsafe database.sqliteConnection else {
                return Result<Value, SQLiteError>.failure(SQLiteError(DatabaseError(message: "it is closed")))
            }
            let connection = unsafe SQLiteConnection(pointer)
            do throws(SQLiteError) { return .success(try body(connection)) } catch { return .failure(error) }
        }
        do throws(SQLiteError) { return try result.get() } catch { throw error.fault(file) }
    }
}

/// What the ledger's thread says to SQLite over and over again.
struct Statements {
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    let rollback: SQLiteStatement
    let list: SQLiteStatement
    let step: SQLiteStatement
    let fact: SQLiteStatement
    let input: SQLiteStatement
    let audit: SQLiteStatement
    let warmup: SQLiteStatement
    let suspension: SQLiteStatement
    let lifting: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        begin = try SQLiteStatement("BEGIN IMMEDIATE", on: connection)
        commit = try SQLiteStatement("COMMIT", on: connection)
        rollback = try SQLiteStatement("ROLLBACK", on: connection)
        list = try SQLiteStatement("INSERT INTO list VALUES (?, ?)", on: connection)
        step = try SQLiteStatement("INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?)", on: connection)
        fact = try SQLiteStatement("INSERT OR REPLACE INTO fact VALUES (?, ?)", on: connection)
        input = try SQLiteStatement("INSERT OR REPLACE INTO input VALUES (?, ?, ?, ?)", on: connection)
        audit = try SQLiteStatement("INSERT INTO audit VALUES (?, ?, ?)", on: connection)
        warmup = try SQLiteStatement(LedgerSchema.addingToWarmup, on: connection)
        suspension = try SQLiteStatement("INSERT OR REPLACE INTO suspension VALUES (?, ?, ?, ?)", on: connection)
        lifting = try SQLiteStatement("DELETE FROM suspension WHERE scope = ?", on: connection)
    }
}
