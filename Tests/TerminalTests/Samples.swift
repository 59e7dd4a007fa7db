import Measurement
import Primitives

@testable import Terminal

func sampleSnapshot(elapsed: Interval = .seconds(12), total: Int? = 20_000) -> ProgressSnapshot {
    ProgressSnapshot(
        name: "welcome", elapsed: elapsed, total: total,
        outcomes: OutcomeCounts(accepted: 9_000, refused: 40, deferred: 12, inDoubt: 1),
        rejectedBeforeSending: 8, sessionsOpen: 60, waiting: 1_204,
        sites: [
            site("small.example", 12, accepted: 10, refused: 1, sessions: 1),
            site(
                "a-provider-with-a-very-long-name.mail.example", 6_100, accepted: 2_980, refused: 35,
                sessions: 4),
            site("bigmail.example", 9_000, accepted: 4_010, deferred: 12, sessions: 4),
        ] + (0..<12).map { site("tail\($0).example", 3, accepted: 2, sessions: 1) })
}

private func site(
    _ name: String, _ recipients: Int, accepted: Int, refused: Int = 0, deferred: Int = 0, sessions: Int
) -> SiteProgress {
    SiteProgress(
        name: name, recipients: recipients,
        outcomes: OutcomeCounts(accepted: accepted, refused: refused, deferred: deferred),
        sessionsOpen: sessions)
}

func sampleReport(interrupted: Bool = false, perfect: Bool = false) -> RunReport {
    var tally = Tally()
    tally.record(.accepted, site: 0, recipients: perfect ? 20_000 : 12_000)
    if !perfect { recordTroubles(&tally) }
    for site in 0..<14 { tally.recordSessionOpened(site: site, .grouped) }
    tally.record(bytesSent: 34_200_000)
    for _ in 0..<9_000 {
        tally.record(reply: 250, enhanced: PackedEnhancedCode.packed(class: 2, subject: 0, detail: 0))
    }
    for microseconds in 1...1_000 {
        tally.record(latency: .microseconds(Int64(microseconds) * 20))
        tally.record(.envelope, .microseconds(Int64(microseconds) * 7))
        tally.record(.content, .microseconds(Int64(microseconds) * 13))
    }
    tally.record(.connect, .microseconds(85))
    tally.record(.greeting, .milliseconds(1_200))
    return RunReport(sampleFacts(interrupted: interrupted, perfect: perfect), tally)
}

/// Of a campaign that was resumed and still has something to do.
func sampleTotals() -> CampaignTotals {
    var totals = CampaignTotals()
    totals.recipients = 1_000_000
    totals.accepted = 900_000
    totals.refused = 1_200
    totals.held = 3
    totals.rejected = 5_000
    totals.deferred = 12_000
    totals.waiting = 81_797
    return totals
}

private func recordTroubles(_ tally: inout Tally) {
    tally.record(.accepted, site: 1, recipients: 7_700)
    tally.record(.refused, site: 1, recipients: 70)
    tally.record(.deferred, site: 1, recipients: 29)
    tally.record(.inDoubt, site: 2, recipients: 1)
    tally.recordSessionLost()
    for _ in 0..<70 {
        tally.record(reply: 550, enhanced: PackedEnhancedCode.packed(class: 5, subject: 1, detail: 1))
    }
    for _ in 0..<29 { tally.record(reply: 451, enhanced: nil) }
    for detail in 0..<15 {
        tally.record(reply: 554, enhanced: PackedEnhancedCode.packed(class: 5, subject: 7, detail: detail))
    }
}

private func sampleFacts(interrupted: Bool, perfect: Bool) -> RunFacts {
    let notAttempted = perfect ? 0 : 82
    let sites =
        [
            SiteFacts(name: "bigmail.example", recipients: perfect ? 20_000 : 12_000),
            SiteFacts(
                name: "a-provider-with-a-very-long-name.mail.example",
                recipients: perfect ? 0 : 7_799 + notAttempted),
        ] + (2..<14).map { SiteFacts(name: "tail\($0).example", recipients: $0 == 2 && !perfect ? 1 : 0) }
    return RunFacts(
        kind: .send, name: "welcome", target: "127.0.0.1:2525", workers: 2,
        startedUnixSeconds: 1_700_000_000, elapsed: .milliseconds(1_524), processorTime: .milliseconds(250),
        interrupted: interrupted, recipients: 20_000, rejectedBeforeSending: perfect ? 0 : 118,
        notAttempted: notAttempted,
        rejectedReasons: perfect
            ? []
            : [
                RejectedReason(reason: "invalid address", count: 100),
                RejectedReason(reason: "duplicate", count: 18),
            ],
        sites: sites)
}
