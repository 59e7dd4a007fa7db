import Primitives

/// What a run has done, as `docs/report.schema.json` has it.
///
/// Latencies are in microseconds; what has another unit says so in its name.
package struct RunReport: Codable, Hashable, Sendable {
    package private(set) var schemaVersion = 1
    package let kind: RunFacts.Kind
    package let name: String
    package let target: String?
    package let grouping: String?
    package let workers: Int
    package let startedUnixSeconds: Int64
    package let seconds: Double
    package let processorSeconds: Double
    package let interrupted: Bool

    package let recipients: Int
    package let accepted: Int
    package let refused: Int
    package let deferred: Int
    package let inDoubt: Int
    package let notAttempted: Int
    package let rejectedBeforeSending: Int
    package let rejectedReasons: [RejectedReason]
    package let retries: Int
    package let campaign: CampaignTotals?
    /// Which sums do not match, in words. Empty, or something in Sluice is broken.
    package private(set) var sumErrors: [String] = []

    package let messagesPerSecond: Double
    package let processorMicrosecondsPerMessage: Double
    package let bytes: Int
    package let sessionsOpened: Int
    package let sessionsLost: Int
    package let connectFailures: Int

    package let latency: LatencySummary
    package let phases: PhaseSummaries
    package let replies: [ReplySummary]
    package let repliesOther: Int
    package let sites: [SiteSummary]

    /// Makes the report and checks its sums: see `sumErrors`.
    package init(_ facts: RunFacts, _ tally: Tally) {
        kind = facts.kind
        name = facts.name
        target = facts.target
        grouping = tally.sites.reduce(into: GroupingsUsed()) { $0.formUnion($1.groupings) }.text
        workers = facts.workers
        startedUnixSeconds = facts.startedUnixSeconds
        seconds = facts.elapsed.seconds
        processorSeconds = facts.processorTime.seconds
        interrupted = facts.interrupted

        recipients = facts.recipients
        accepted = tally.counts.accepted
        refused = tally.counts.refused
        deferred = tally.counts.deferred
        inDoubt = tally.counts.inDoubt
        notAttempted = facts.notAttempted
        rejectedBeforeSending = facts.rejectedBeforeSending
        rejectedReasons = facts.rejectedReasons
        retries = facts.retries
        campaign = facts.campaign

        messagesPerSecond = ratio(Double(accepted), seconds)
        processorMicrosecondsPerMessage = ratio(processorSeconds * 1e6, Double(accepted))
        bytes = tally.bytesSent
        sessionsOpened = tally.sessionsOpened
        sessionsLost = tally.sessionsLost
        connectFailures = tally.connectFailures

        latency = LatencySummary(tally.latency)
        phases = PhaseSummaries(tally)
        replies = tally.replies.entries.map(ReplySummary.init)
        repliesOther = tally.replies.others
        sites = SiteSummary.all(facts.sites, tally.sites)
        sumErrors = findSumErrors()
    }

    package var outcomes: OutcomeCounts {
        OutcomeCounts(accepted: accepted, refused: refused, deferred: deferred, inDoubt: inDoubt)
    }

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case kind
        case name
        case target
        case grouping
        case workers
        case startedUnixSeconds = "started_unix_seconds"
        case seconds
        case processorSeconds = "cpu_seconds"
        case interrupted
        case recipients
        case accepted
        case refused
        case deferred
        case inDoubt = "in_doubt"
        case notAttempted = "not_attempted"
        case rejectedBeforeSending = "rejected_before_sending"
        case rejectedReasons = "rejected_reasons"
        case retries
        case campaign
        case sumErrors = "sum_errors"
        case messagesPerSecond = "messages_per_second"
        case processorMicrosecondsPerMessage = "cpu_microseconds_per_message"
        case bytes
        case sessionsOpened = "sessions_opened"
        case sessionsLost = "sessions_lost"
        case connectFailures = "connect_failures"
        case latency
        case phases
        case replies
        case repliesOther = "replies_other"
        case sites
    }
}

/// A quotient for people, to three decimals; 0 when there is nothing to divide by.
private func ratio(_ dividend: Double, _ divisor: Double) -> Double {
    guard divisor > 0 else { return 0 }
    return (dividend / divisor * 1_000).rounded() / 1_000
}
