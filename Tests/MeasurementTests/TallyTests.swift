import Measurement
import Primitives
import Testing

@Suite("Tally")
struct TallyTests {
    @Test("every outcome is counted once, in the whole and at its site")
    func outcomes() {
        var tally = Tally(siteCount: 1)
        tally.record(.accepted, site: 0, recipients: 3)
        tally.record(.refused, site: 2, recipients: 1)
        tally.record(.deferred, site: 2, recipients: 4)
        tally.record(.inDoubt, site: 2, recipients: 2)

        #expect(tally.counts == OutcomeCounts(accepted: 3, refused: 1, deferred: 4, inDoubt: 2))
        #expect(tally.counts.total == 10)
        #expect(tally.sites.count == 3)
        #expect(tally.sites[0].counts == OutcomeCounts(accepted: 3))
        #expect(tally.sites[1] == SiteTally())
        #expect(tally.sites[2].counts == OutcomeCounts(refused: 1, deferred: 4, inDoubt: 2))
    }

    @Test("the names of outcomes never change")
    func names() {
        #expect(Outcome.allCases.map(\.name) == ["accepted", "refused", "deferred", "in_doubt"])
    }

    @Test("merging the tallies of several workers gives what one worker would have counted")
    func merging() {
        var random = SeededRandom(seed: 7)
        var whole = Tally()
        var parts = [Tally(), Tally(), Tally()]
        for _ in 0..<2_000 {
            let step = randomStep(&random)
            step(&whole)
            step(&parts[Int.random(in: 0..<parts.count, using: &random)])
        }
        var merged = Tally()
        for part in parts { merged.merge(part) }

        #expect(merged.counts == whole.counts)
        #expect(merged.sites == whole.sites)
        #expect(merged.replies.entries == whole.replies.entries)
        #expect(merged.sessionsOpened == whole.sessionsOpened)
        #expect(merged.sessionsLost == whole.sessionsLost)
        #expect(merged.connectFailures == whole.connectFailures)
        #expect(merged.bytesSent == whole.bytesSent)
        #expect(histograms(merged).map(LatencySummary.init) == histograms(whole).map(LatencySummary.init))
        #expect(histograms(merged).allSatisfy { $0.count > 0 })
    }

    @Test("Many of the same at once count like one after the other")
    func manyAtOnce() {
        var random = SeededRandom(seed: 8)
        var together = Tally()
        var oneByOne = Tally()
        for _ in 0..<500 {
            let count = Int.random(in: 1...20, using: &random)
            let code = UInt16.random(in: 250...252, using: &random)
            let interval = Interval.microseconds(Int64.random(in: 0..<3, using: &random))
            together.record(reply: code, enhanced: nil, count: count)
            together.record(.content, interval, count: count)
            for _ in 0..<count {
                oneByOne.record(reply: code, enhanced: nil)
                oneByOne.record(.content, interval)
            }
        }
        #expect(together.replies.entries == oneByOne.replies.entries)
        #expect(LatencySummary(together.content) == LatencySummary(oneByOne.content))
    }

    private func histograms(_ tally: Tally) -> [LatencyHistogram] {
        [tally.latency, tally.connect, tally.greeting, tally.envelope, tally.content]
    }

    private func randomStep(_ random: inout SeededRandom) -> (inout Tally) -> Void {
        let number = Int.random(in: 0..<9, using: &random)
        let interval = Interval.microseconds(Int64.random(in: 0..<9_000_000, using: &random))
        let phase = Phase.allCases.randomElement(using: &random) ?? .connect
        let outcome = Outcome.allCases.randomElement(using: &random) ?? .accepted
        return switch Int.random(in: 0..<8, using: &random) {
        case 0: { $0.record(outcome, site: number, recipients: number) }
        case 1: { $0.record(reply: UInt16(250 + number), enhanced: number.isMultiple(of: 2) ? 5 : nil) }
        case 2: { $0.record(latency: interval) }
        case 3: { $0.record(phase, interval) }
        case 4: { $0.recordSessionOpened(site: number, .grouped) }
        case 5: { $0.recordSessionLost() }
        case 6: { $0.recordConnectFailure() }
        default: { $0.record(bytesSent: number) }
        }
    }
}

@Suite("Latency histogram")
struct LatencyHistogramTests {
    @Test("an empty histogram is all zeros")
    func empty() {
        let summary = LatencySummary(LatencyHistogram())
        #expect(summary.count == 0)
        #expect(summary.mean == 0)
        #expect([summary.p50, summary.p90, summary.p99, summary.p999, summary.max] == [0, 0, 0, 0, 0])
    }

    @Test("percentiles are within 0.1 % of the exact ones")
    func percentiles() {
        var histogram = LatencyHistogram()
        for microseconds in 1...100_000 { histogram.record(.microseconds(Int64(microseconds))) }
        for (percent, exact) in [(50.0, 50_000), (90, 90_000), (99, 99_000), (99.9, 99_900)] {
            #expect(abs(histogram.percentile(percent) - exact) <= exact / 1_000, "p\(percent)")
        }
        #expect(histogram.maximum == 100_000)
        #expect(histogram.mean == 50_000.5)
        #expect(histogram.count == 100_000)
    }

    @Test(
        "what cannot be measured is brought into the range",
        arguments: [
            (Interval(nanoseconds: .min), 0), (.microseconds(-1), 0), (.zero, 0),
            (Interval(nanoseconds: 999), 0), (Interval(nanoseconds: 1_000), 1),
            (.seconds(3_600), 3_600_000_000), (.seconds(3_601), 3_600_000_000),
            (Interval(nanoseconds: .max), 3_600_000_000),
        ])
    func saturating(interval: Interval, microseconds: Int) {
        var histogram = LatencyHistogram()
        histogram.record(interval)
        #expect(histogram.count == 1)
        #expect(histogram.maximum == microseconds)
        #expect(histogram.percentile(50) == microseconds)
    }
}
