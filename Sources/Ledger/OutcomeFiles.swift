import Campaign
import SMTP

/// The tables that a campaign leaves for people: who got no mail, and why.
package enum OutcomeFiles {
    /// How many rows each of them has; without any there is no file.
    package struct Counts: Hashable, Sendable {
        package var rejected = 0
        package var undelivered = 0
    }

    private static let undeliveredStates: [LineState] = [
        .refused, .deferred, .inDoubt, .expired, .dropped, .cancelled,
    ]

    /// Writes both from what the ledger knows, over all runs. What is there already is replaced.
    ///
    /// - Parameters:
    ///   - reader: nil when there is nobody to write.
    ///   - rejected: for rows that got no mail because of what they are.
    ///   - undelivered: for recipients that were tried and not accepted, or given up.
    package static func write(
        _ reader: LedgerReader?, rejected: String, undelivered: String
    ) throws -> Counts {
        var rejectedRows = try CSVFile(path: rejected, columns: ["line", "address", "reason"])
        var undeliveredRows = try CSVFile(
            path: undelivered, columns: ["line", "address", "outcome", "code", "enhanced_code", "reason"])
        try reader?.forEachOutcome(in: [.rejected]) { try append(rejectedRow: $0, to: &rejectedRows) }
        try reader?.forEachOutcome(in: undeliveredStates) { try append(undeliveredRow: $0, to: &undeliveredRows) }
        try rejectedRows.close()
        try undeliveredRows.close()
        return Counts(rejected: rejectedRows.rowCount, undelivered: undeliveredRows.rowCount)
    }

    /// Writes those who may have the mail.
    package static func write(_ doubtful: [DoubtfulRecipient], to path: String) throws(FileFault) {
        var rows = try CSVFile(path: path, columns: ["line", "address"])
        for recipient in doubtful {
            rows.append(recipient.line)
            rows.append(recipient.address.span, isTrusted: true)
            try rows.endRow()
        }
        try rows.close()
    }

    private static func append(rejectedRow row: OutcomeRow, to file: inout CSVFile) throws(FileFault) {
        file.append(row.line)
        file.append(row.address.span)
        file.append(row.text.span)
        try file.endRow()
    }

    private static func append(undeliveredRow row: OutcomeRow, to file: inout CSVFile) throws(FileFault) {
        file.append(row.line)
        file.append(row.address.span, isTrusted: true)
        file.append(row.state.name)
        if row.code > 0 { file.append(row.code) } else { file.append("") }
        file.append(row.enhanced?.text ?? "")
        file.append(row.text.span)
        try file.endRow()
    }
}
