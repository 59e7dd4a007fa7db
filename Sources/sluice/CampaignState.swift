import Campaign
import Delivery
import Engine
import Ledger
import Measurement
import Message
import Pacing
import Primitives
import Terminal
import Uring

/// What a campaign keeps in its state directory, as the commands use it.
enum CampaignState {
    /// Runs `body`, with what the ledger refuses turned into a sentence and an exit code.
    static func withLedgerErrors<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let fault as LedgerFault {
            Console.fail("\(fault)")
            throw fault.isOfInput ? ExitStatus.badInput : ExitStatus.inputOutput
        }
    }

    /// The ledger of a campaign that no process is sending.
    static func openIdle(_ path: String) throws(LedgerFault) -> Ledger {
        var options = LedgerOptions(campaign: "")
        options.isMade = false
        return try Ledger.open(in: StateDirectory(path: path, isMade: false), options)
    }

    /// Keeps where mail comes from and goes to, for those who ask later, and whom the lines of the list stand for.
    static func rememberRoute(_ manifest: Manifest, _ ledger: Ledger) throws(LedgerFault) {
        _ = try ledger.remember("envelope_from", manifest.envelopeFrom)
        _ = try ledger.remember("target_address", manifest.route?.socketAddress.host ?? manifest.target)
        let column = try ledger.remember("address_column", manifest.recipients.addressColumn)
        guard column == manifest.recipients.addressColumn else {
            throw LedgerFault(
                file: "the manifest", what: "takes addresses from another column than before, \(column)",
                fix: "put it back, or begin a campaign of its own with another --state")
        }
    }

    /// Tells a planner what earlier runs have left: suspensions that are still in force, and how far warmups are.
    static func remind(_ planner: SitePlanner?, _ manifest: Manifest, _ ledger: Ledger) throws -> SitePlanner? {
        guard var planner else { return nil }
        let origin = RunSupport.unixOrigin
        for suspension in ledger.suspensions {
            let end = Interval.microseconds(suspension.until)
            planner.suspensions[suspension.scope] = Instant(nanoseconds: end.nanoseconds - origin)
        }
        try rememberWarmups(manifest, ledger)
        planner.warmUp(manifest, rows: ledger.warmups, now: WallClock.microseconds) { source, site in
            ledger.warmupKey(source: source, site: site)
        }
        return planner
    }

    /// Gives a campaign up.
    ///
    /// - Parameter who: for the audit.
    static func cancel(_ ledger: Ledger, by who: String) throws(LedgerFault) {
        try ledger.note(audit: "cancel", by: who)
        try ledger.cancel()
    }

    /// Decides about recipients in doubt, all of them when no address is given.
    ///
    /// - Returns: how many.
    static func resolve(
        _ addresses: [String]?, _ resolution: Resolution, _ ledger: Ledger, by who: String
    ) throws(LedgerFault) -> Int {
        let count = try ledger.resolve(addresses.map { .addresses($0) } ?? .all, resolution)
        try ledger.note(audit: "resolve: \(resolution.rawValue) \(count)", by: who)
        return count
    }

    /// Writes who got no mail, and why, over all runs of a campaign.
    ///
    /// - Parameter totals: where everybody was accepted, the ledger is not read for it.
    /// - Returns: those of the files that there are.
    static func writeFiles(
        _ totals: CampaignTotals, state: String, rejected: String, undelivered: String
    ) throws -> ReportView.Files {
        let reader = totals.accepted < totals.recipients ? try LedgerReader(path: state) : nil
        let inDoubt = "\(state)/in-doubt.csv"
        let doubtful = try reader?.doubtful() ?? []
        try OutcomeFiles.write(doubtful, to: inDoubt)
        let counts = try OutcomeFiles.write(reader, rejected: rejected, undelivered: undelivered)
        return ReportView.Files(
            rejected: counts.rejected > 0 ? rejected : nil,
            undelivered: counts.undelivered > 0 ? undelivered : nil, inDoubt: doubtful.isEmpty ? nil : inDoubt)
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
