import ArgumentParser
import Foundation
import Glibc
import Ledger
import Measurement
import SMTP
import Terminal

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report on a campaign, over all its runs, from its state directory.",
        discussion: """
            table: the counts. json: the same, as `sluice status --json` has it. csv: one row for each recipient that \
            was tried, in the columns of PowerMTA's accounting files (docs/log.md).

            Exit codes: 0 everybody was accepted, 1 somebody was not, 3 somebody is held in doubt, 74 the ledger \
            cannot be read, 75 the campaign is not finished.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
        case csv
    }

    @OptionGroup var options: StateOptions

    @Option(help: "How to show it.")
    var format = Format.table

    func run() throws {
        try CampaignState.withLedgerErrors {
            let reader = try LedgerReader(path: options.state)
            switch format {
            case .table, .json:
                let status = try CampaignStatus(reader, ControlClient.activity(in: options.state))
                status.show(asJSON: format == .json)
            case .csv: try writeRows(reader)
            }
            let standing = reader.standing
            try RunSupport.conclude(CampaignTotals(standing), isUnfinished: !standing.hasEnded)
        }
    }

    private func writeRows(_ reader: LedgerReader) throws {
        let table = AccountingCSV(
            sender: reader.remembered("envelope_from") ?? "", campaign: reader.campaign,
            peerAddress: reader.remembered("target_address") ?? "")
        var bytes = table.header
        try reader.forEachOutcome { outcome in
            table.append(AccountingRow(outcome), to: &bytes)
            guard bytes.count > 1 << 20 else { return }
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
            bytes.removeAll(keepingCapacity: true)
        }
        try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    }
}

extension AccountingRow {
    init(_ outcome: OutcomeRow) {
        self.init(at: outcome.at ?? 0, address: outcome.address, state: outcome.state)
        code = outcome.code
        enhanced = outcome.enhanced?.text ?? ""
        text = outcome.text
        attempts = outcome.attempts
    }
}
