import Campaign
import Ledger
import Measurement
import Message

/// What a campaign keeps in its state directory, as the commands use it.
enum CampaignState {
    /// Runs `body`, with what the ledger refuses turned into a sentence and an exit code.
    static func withLedgerErrors<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let fault as LedgerFault {
            Console.fail("\(fault)")
            throw ExitStatus.inputOutput
        }
    }

    /// The letter as the campaign's first run had it: the Message-ID of a recipient does not change when it is sent
    /// again.
    static func letter(_ parts: LetterParts, of ledger: Ledger) throws -> Letter {
        var parts = parts
        parts.runToken = try ledger.remember("run_token", parts.runToken)
        parts.boundaryToken = try ledger.remember("boundary_token", parts.boundaryToken)
        return try CampaignSupport.letter(parts)
    }
}

extension CampaignTotals {
    init(_ standing: Standing) {
        self.init()
        let counts = standing.counts
        recipients = counts.total
        accepted = counts[.accepted]
        refused = counts[.refused]
        expired = counts[.expired]
        held = counts[.inDoubt]
        dropped = counts[.dropped]
        cancelled = counts[.cancelled]
        rejected = counts[.rejected]
        deferred = counts[.deferred]
        waiting = counts[.waiting] + counts[.intended]
    }
}

extension DoubtPolicy {
    init(_ policy: Manifest.InDoubt) {
        switch policy {
        case .hold: self = .hold
        case .resend: self = .resend
        }
    }
}
