import Measurement
import Primitives
import Testing

@Suite("Run report")
struct RunReportTests {
    @Test("what was counted and what is known come together")
    func whole() {
        let report = RunReport(sampleFacts(), sampleTally())
        #expect(report.sumErrors == [])
        #expect(report.sumsMatch)
        #expect(report.outcomes == OutcomeCounts(accepted: 100, refused: 3, deferred: 4, inDoubt: 1))
        #expect(report.messagesPerSecond == 50)
        #expect(report.processorMicrosecondsPerMessage == 5_000)
        #expect(report.sites.map(\.name) == ["big.example", "small.example"])
        #expect(report.sites.map(\.recipients) == [104, 8])
        #expect(report.sites.map(\.notAttempted) == [6, 0])
        #expect(report.sites.map(\.sessionsOpened) == [1, 1])
        #expect(report.replies.map(\.code) == [250, 451])
        #expect(report.replies.map(\.enhancedCode) == ["2.0.0", nil])
        #expect(report.latency.p50 == 1_500)
        #expect(report.phases.content.max == 200)
        #expect(report.bytes == 4_096)
    }

    @Test("a run without any message or time divides by nothing")
    func empty() {
        let facts = RunFacts(
            kind: .bench, name: "", workers: 1, startedUnixSeconds: 0, elapsed: .zero, processorTime: .zero,
            recipients: 0, sites: [])
        let report = RunReport(facts, Tally())
        #expect(report.messagesPerSecond == 0)
        #expect(report.processorMicrosecondsPerMessage == 0)
        #expect(report.sumsMatch)
        #expect(report.sites.isEmpty)
    }

    @Test("a broken sum is named", arguments: BrokenSum.allCases)
    func brokenSum(_ broken: BrokenSum) {
        var facts = sampleFacts()
        var tally = sampleTally()
        broken.breakIt(&facts, &tally)
        let report = RunReport(facts, tally)
        #expect(!report.sumsMatch)
        #expect(report.sumErrors.contains { $0.contains(broken.words) }, "\(report.sumErrors)")
    }

    @Test("an unknown site with outcomes is shown and named as an error")
    func unknownSite() {
        var tally = sampleTally()
        tally.record(.accepted, site: 5, recipients: 1)
        let report = RunReport(sampleFacts(), tally)
        #expect(report.sites.map(\.name) == ["big.example", "small.example", "site 5"])
        #expect(!report.sumsMatch)
    }

    @Test("sites of one size stand by name, whatever their number")
    func siteOrder() {
        var facts = sampleFacts()
        facts.sites = ["b.example", "c.example", "a.example"].map { SiteFacts(name: $0, recipients: 1) }
        #expect(RunReport(facts, Tally()).sites.map(\.name) == ["a.example", "b.example", "c.example"])
    }

    @Test("not attempted recipients may belong to no site yet")
    func unrouted() {
        var facts = sampleFacts()
        facts.recipients += 10
        facts.notAttempted += 10
        #expect(RunReport(facts, sampleTally()).sumErrors == [])
    }
}

/// One way in which the counts of a run can disagree, and the words that must name it.
enum BrokenSum: CaseIterable {
    case lostRecipient
    case uncountedRejection
    case siteOverflow
    case sitesNotAttempted
    case negative
    case lostOfCampaign
    case uncountedRetry

    func breakIt(_ facts: inout RunFacts, _ tally: inout Tally) {
        switch self {
        case .lostRecipient: facts.recipients += 1
        case .uncountedRejection: facts.rejectedReasons.removeLast()
        case .siteOverflow: facts.sites[0].recipients -= 1
        case .sitesNotAttempted: facts.sites[1].recipients += 2
        case .negative:
            facts.notAttempted = -1
            facts.recipients -= 8
        case .lostOfCampaign: facts.campaign?.recipients += 1
        case .uncountedRetry: facts.sites[1].retries -= 1
        }
    }

    var words: String {
        switch self {
        case .lostRecipient: "the outcomes of 119 recipients add up to 120, not to 121"
        case .uncountedRejection: "the reasons of rejections add up to 2, not to 5"
        case .siteOverflow: "site small.example has more outcomes than its 7 recipients"
        case .sitesNotAttempted: "the sites have 8 recipients not attempted, the run has 7"
        case .negative: "below zero"
        case .lostOfCampaign: "the recipients of the whole campaign add up to 131, not to 132"
        case .uncountedRetry: "the retries of all sites add up to 1, not to 2"
        }
    }
}
