import GRDB

/// What pacing must know after a restart.
extension SQLiteStorage {
    func write(_ row: WarmupRow, _ statement: SQLiteStatement) throws(SQLiteError) {
        let (source, site) = (Array(row.source.utf8), Array(row.site.utf8))
        statement.bind(1, source.span)
        statement.bind(2, site.span)
        let numbers = [Int(row.day), Int(row.hour), Int(row.stage), row.intended, row.delivered, row.failed]
        for (place, number) in zip(Int32(3)..., numbers) { statement.bind(place, Int64(number)) }
        try statement.run()
    }

    func write(_ change: SuspensionChange, _ statements: Statements) throws(SQLiteError) {
        switch change {
        case .imposed(let suspension): try write(suspension, statements.suspension)
        case .lifted(let scope):
            let bytes = Array(scope.utf8)
            statements.lifting.bind(1, bytes.span)
            try statements.lifting.run()
        }
    }

    private func write(_ suspension: Suspension, _ statement: SQLiteStatement) throws(SQLiteError) {
        let scope = Array(suspension.scope.utf8)
        let (reason, rule) = (Array(suspension.reason.utf8), Array(suspension.rule.utf8))
        statement.bind(1, scope.span)
        statement.bind(2, suspension.until)
        statement.bind(3, reason.span)
        statement.bind(4, rule.span)
        try statement.run()
    }

    func warmups() throws(LedgerFault) -> [WarmupRow] {
        guard try hasPacing() else { return [] }
        var rows: [WarmupRow] = []
        let sql = """
            SELECT source, site, day, hour, stage, intended, delivered, failed FROM warmup
            ORDER BY source, site, day, hour
            """
        try forEachRow(sql) { (row) throws(LedgerFault) in rows.append(WarmupRow(row)) }
        return rows
    }

    func suspensions() throws(LedgerFault) -> [Suspension] {
        guard try hasPacing() else { return [] }
        var rows: [Suspension] = []
        try forEachRow("SELECT scope, until, reason, rule FROM suspension ORDER BY scope") {
            (row) throws(LedgerFault) in
            rows.append(
                Suspension(
                    scope: row.string(0), until: row.number(1), reason: row.string(2), rule: row.string(3)))
        }
        return rows
    }

    /// The last entries, oldest first.
    ///
    /// - Parameter containing: only those with this text in what was done, as it is written.
    func audits(containing text: String?, last: Int) throws(LedgerFault) -> [AuditEntry] {
        let statement = try statement(
            "SELECT at, who, what FROM audit WHERE instr(what, ?1) > 0 OR ?1 = '' ORDER BY rowid DESC LIMIT ?2")
        let bytes = Array((text ?? "").utf8)
        statement.bind(1, bytes.span)
        statement.bind(2, Int64(max(0, last)))
        var entries: [AuditEntry] = []
        try forEachRow(of: statement) { (row) throws(LedgerFault) in
            entries.append(AuditEntry(at: row.number(0), who: row.string(1), what: row.string(2)))
        }
        return entries.reversed()
    }

    /// Without, it is a ledger of version 1 that is read only.
    private func hasPacing() throws(LedgerFault) -> Bool {
        try count("SELECT count(*) FROM sqlite_schema WHERE name = 'warmup'") > 0
    }
}

extension WarmupRow {
    /// Reads the columns in their order; numbers that cannot be are brought to the nearest that can.
    fileprivate init(_ row: SQLiteStatement) {
        self.init(
            source: row.string(0), site: row.string(1), day: Int32(clamping: row.number(2)),
            hour: UInt8(clamping: row.number(3)), stage: UInt16(clamping: row.number(4)),
            intended: Int(UInt32(clamping: row.number(5))), delivered: Int(UInt32(clamping: row.number(6))),
            failed: Int(UInt32(clamping: row.number(7))))
    }
}

extension SQLiteStatement {
    fileprivate func string(_ column: Int32) -> String { String(decoding: text(column), as: UTF8.self) }
}
