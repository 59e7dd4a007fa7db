import Campaign

/// One recipient of a campaign for an accounting file.
package struct AccountingRow: Hashable, Sendable {
    /// When the last attempt ended: microseconds since 1970.
    package var at: Int64
    package var address: [UInt8]
    package var state: LineState
    /// The server's reply; 0 when none decided.
    package var code = 0
    /// Such as `5.1.1`; empty when there was none.
    package var enhanced = ""
    /// The words of the reply, or why there was none.
    package var text: [UInt8] = []
    package var attempts = 1

    package init(at: Int64, address: [UInt8], state: LineState) {
        self.at = at
        self.address = address
        self.state = state
    }
}

/// Rows in the columns of PowerMTA's accounting files, for tools that read those. See docs/log.md.
///
/// What cannot be known stays empty. No cell begins like a formula.
package struct AccountingCSV: Hashable, Sendable {
    package static let columns = [
        "type", "timeLogged", "timeQueued", "timeFirstAttempt", "totalSecondsQueued", "orig", "rcpt", "orcpt",
        "dsnAction", "dsnStatus", "dsnDiag", "dsnMta", "bounceCat", "srcType", "srcMta", "dlvType", "dlvSourceIp",
        "dlvDestinationIp", "dlvEsmtpAvailable", "dlvSize", "vmta", "jobId", "envId", "queue", "vmtaPool",
    ]

    package var sender: String
    /// Becomes `jobId`.
    package var campaign: String
    /// The IP address where mail goes, when all of it goes to one.
    package var peerAddress: String

    package init(sender: String, campaign: String, peerAddress: String = "") {
        self.sender = sender
        self.campaign = campaign
        self.peerAddress = peerAddress
    }

    /// The first line.
    package var header: [UInt8] { Array((Self.columns.joined(separator: ",") + "\n").utf8) }

    /// Appends a line; none for a recipient that was never tried.
    package func append(_ row: AccountingRow, to output: inout [UInt8]) {
        guard let kind = Kind(row.state), kind != .delayed || row.attempts > 0 else { return }
        for column in Self.columns {
            if column != "type" { output.append(UInt8(ascii: ",")) }
            let cell = cell(column, row, kind)
            CSVCell.append(cell.span, isTrusted: false, to: &output)
        }
        output.append(UInt8(ascii: "\n"))
    }

    private func cell(_ column: String, _ row: AccountingRow, _ kind: Kind) -> [UInt8] {
        switch column {
        case "type": Array(kind.type.utf8)
        case "timeLogged": time(row.at)
        case "orig": Array(sender.utf8)
        case "rcpt": row.address
        case "dsnAction": Array(kind.action.utf8)
        case "dsnStatus": Array(status(row, kind).utf8)
        case "dsnDiag": diagnosis(row)
        case "dsnMta", "dlvDestinationIp": Array(peerAddress.utf8)
        case "bounceCat": kind == .bounced ? Array(category(row).utf8) : []
        case "dlvType": Array("smtp".utf8)
        case "jobId": Array(campaign.utf8)
        case "queue": domain(row.address)
        default: []
        }
    }

    private func time(_ microseconds: Int64) -> [UInt8] {
        TimestampText.text(TimestampText().seconds(of: microseconds), separator: " ") + Array("+0000".utf8)
    }

    /// Without an enhanced code, what the reply's class says (RFC 3463).
    private func status(_ row: AccountingRow, _ kind: Kind) -> String {
        if row.state == .expired && row.code == 0 { return "4.4.7" }
        if !row.enhanced.isEmpty { return row.enhanced }
        return row.code > 0 ? "\(row.code / 100).0.0" : ""
    }

    private func diagnosis(_ row: AccountingRow) -> [UInt8] {
        guard row.code > 0 else { return row.text.isEmpty ? [] : Array("x-sluice;".utf8) + row.text }
        let code = row.enhanced.isEmpty ? "\(row.code)" : "\(row.code) \(row.enhanced)"
        return Array("smtp;\(code)".utf8) + (row.text.isEmpty ? [] : Array(" ".utf8) + row.text)
    }

    private func domain(_ address: [UInt8]) -> [UInt8] {
        let domain = address.lastIndex(of: UInt8(ascii: "@")).map { address[($0 + 1)...] } ?? []
        return domain.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
    }

    /// By the enhanced code alone: words differ from server to server.
    private func category(_ row: AccountingRow) -> String {
        if row.state == .expired { return "message-expired" }
        let detail = row.enhanced.split(separator: ".").dropFirst().joined(separator: ".")
        let categories = [
            "1.1": "bad-mailbox", "1.3": "bad-mailbox", "1.6": "bad-mailbox", "1.2": "bad-domain",
            "1.10": "bad-domain", "1.7": "invalid-sender", "1.8": "invalid-sender", "2.1": "inactive-mailbox",
            "2.2": "quota-issues", "2.3": "content-related", "3.4": "content-related",
        ]
        let subjects = ["4": "routing-errors", "5": "protocol-errors", "6": "content-related", "7": "policy-related"]
        return categories[detail] ?? subjects[String(detail.prefix { $0 != "." })] ?? "other"
    }

    private enum Kind {
        case delivered
        case bounced
        case delayed
        /// PowerMTA has no word for it.
        case inDoubt

        init?(_ state: LineState) {
            switch state {
            case .accepted: self = .delivered
            case .refused, .expired: self = .bounced
            case .deferred: self = .delayed
            case .inDoubt, .dropped: self = .inDoubt
            case .unseen, .waiting, .rejected, .intended, .cancelled: return nil
            }
        }

        var type: String {
            switch self {
            case .delivered: "d"
            case .bounced: "b"
            case .delayed: "t"
            case .inDoubt: "u"
            }
        }

        var action: String {
            switch self {
            case .delivered: "relayed"
            case .bounced: "failed"
            case .delayed: "delayed"
            case .inDoubt: ""
            }
        }
    }
}
