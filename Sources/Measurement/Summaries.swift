/// A histogram in a few numbers, in microseconds. All are 0 when nothing was measured.
package struct LatencySummary: Codable, Hashable, Sendable {
    package let count: Int
    package let mean: Double
    package let p50: Int
    package let p90: Int
    package let p99: Int
    package let p999: Int
    package let max: Int

    package init(_ histogram: LatencyHistogram) {
        count = histogram.count
        mean = (histogram.mean * 10).rounded() / 10
        p50 = histogram.percentile(50)
        p90 = histogram.percentile(90)
        p99 = histogram.percentile(99)
        p999 = histogram.percentile(99.9)
        max = histogram.maximum
    }

    enum CodingKeys: String, CodingKey {
        case count
        case mean
        case p50
        case p90
        case p99
        case p999 = "p99.9"
        case max
    }
}

/// The latency of each phase of a session.
package struct PhaseSummaries: Codable, Hashable, Sendable {
    package let connect: LatencySummary
    package let greeting: LatencySummary
    package let envelope: LatencySummary
    package let content: LatencySummary

    init(_ tally: Tally) {
        connect = LatencySummary(tally.connect)
        greeting = LatencySummary(tally.greeting)
        envelope = LatencySummary(tally.envelope)
        content = LatencySummary(tally.content)
    }
}

/// One reply and how often it came.
package struct ReplySummary: Codable, Hashable, Sendable {
    package let code: Int
    /// As in `5.1.1`; nil when the reply had none.
    package let enhancedCode: String?
    package let count: Int

    init(_ entry: ReplyTable.Entry) {
        code = Int(entry.code)
        enhancedCode = entry.enhanced.map(PackedEnhancedCode.text)
        count = entry.count
    }

    enum CodingKeys: String, CodingKey {
        case code
        case enhancedCode = "enhanced_code"
        case count
    }
}

/// What became of the recipients of one site.
package struct SiteSummary: Codable, Hashable, Sendable {
    package let name: String
    package let recipients: Int
    package let accepted: Int
    package let refused: Int
    package let deferred: Int
    package let inDoubt: Int
    package let notAttempted: Int
    package let retries: Int
    package let sessionsOpened: Int
    package let grouping: String?

    init(_ facts: SiteFacts, _ tally: SiteTally) {
        name = facts.name
        recipients = facts.recipients
        accepted = tally.counts.accepted
        refused = tally.counts.refused
        deferred = tally.counts.deferred
        inDoubt = tally.counts.inDoubt
        retries = facts.retries
        notAttempted = facts.recipients + facts.retries - tally.counts.total
        sessionsOpened = tally.sessionsOpened
        grouping = tally.groupings.text
    }

    /// All sites, the largest first, then by name. A site that has only facts or only a tally is there too.
    static func all(_ facts: [SiteFacts], _ tallies: [SiteTally]) -> [SiteSummary] {
        let summaries = (0..<max(facts.count, tallies.count)).compactMap { site -> SiteSummary? in
            let tally = site < tallies.count ? tallies[site] : SiteTally()
            guard site < facts.count else {
                return tally == SiteTally()
                    ? nil : SiteSummary(SiteFacts(name: "site \(site)", recipients: 0), tally)
            }
            return SiteSummary(facts[site], tally)
        }
        return summaries.sorted { left, right in
            left.recipients == right.recipients
                ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
                : left.recipients > right.recipients
        }
    }

    enum CodingKeys: String, CodingKey {
        case name
        case recipients
        case accepted
        case refused
        case deferred
        case inDoubt = "in_doubt"
        case notAttempted = "not_attempted"
        case retries
        case sessionsOpened = "sessions_opened"
        case grouping
    }
}
