extension LedgerReader {
    /// What warmups have counted, by source, site and hour.
    package func warmups() throws(LedgerFault) -> [WarmupRow] { try storage.warmups() }

    /// By their scope. Some may be over by now.
    package func suspensions() throws(LedgerFault) -> [Suspension] { try storage.suspensions() }

    /// What was decided, oldest first.
    ///
    /// - Parameters:
    ///   - containing: only what has this text in it, as it is written; nil for all.
    ///   - last: so many at most, the latest.
    package func audits(containing text: String?, last: Int) throws(LedgerFault) -> [AuditEntry] {
        try storage.audits(containing: text, last: last)
    }
}
