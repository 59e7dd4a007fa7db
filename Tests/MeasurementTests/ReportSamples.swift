import Measurement
import Primitives

/// A run in which everything happened once at least, and whose sums match.
func sampleFacts() -> RunFacts {
    var facts = RunFacts(
        kind: .send, name: "welcome", target: "127.0.0.1:2525", workers: 2,
        startedUnixSeconds: 1_700_000_000, elapsed: .milliseconds(2_000), processorTime: .milliseconds(500),
        interrupted: true, recipients: 120, rejectedBeforeSending: 5, notAttempted: 7,
        rejectedReasons: [
            RejectedReason(reason: "duplicate", count: 2), RejectedReason(reason: "suppressed", count: 3),
        ],
        sites: [
            SiteFacts(name: "small.example", recipients: 8),
            SiteFacts(name: "big.example", recipients: 104, retries: 2),
        ])
    facts.recipients = 118
    facts.retries = 2
    facts.campaign = sampleTotals()
    return facts
}

func sampleTotals() -> CampaignTotals {
    var totals = CampaignTotals()
    totals.recipients = 131
    totals.accepted = 101
    totals.refused = 3
    totals.expired = 2
    totals.held = 1
    totals.dropped = 1
    totals.cancelled = 1
    totals.rejected = 5
    totals.deferred = 4
    totals.waiting = 13
    return totals
}

func sampleTally() -> Tally {
    var tally = Tally()
    tally.record(.accepted, site: 1, recipients: 100)
    tally.record(.refused, site: 0, recipients: 3)
    tally.record(.deferred, site: 0, recipients: 4)
    tally.record(.inDoubt, site: 0, recipients: 1)
    tally.recordSessionOpened(site: 1, .grouped)
    tally.recordSessionOpened(site: 0, .grouped)
    tally.recordSessionLost()
    tally.recordConnectFailure()
    tally.record(bytesSent: 4_096)
    tally.record(reply: 250, enhanced: PackedEnhancedCode.packed(class: 2, subject: 0, detail: 0))
    tally.record(reply: 451, enhanced: nil)
    tally.record(latency: .microseconds(1_500))
    for phase in Phase.allCases { tally.record(phase, .microseconds(200)) }
    return tally
}
