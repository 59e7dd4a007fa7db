import Measurement
import Primitives
import Testing

@testable import Terminal

@Suite("Progress view")
struct ProgressViewTests {
    @Test("no line is wider than the terminal, and there are never more lines than it has rows")
    func fits() {
        for width in 1...130 {
            var view = ProgressView()
            let lines = view.lines(sampleSnapshot(), width: width, height: 1 + width % 30)
            #expect(lines.count <= 1 + width % 30)
            for line in lines {
                #expect(TextWidth.width(of: line.text) <= width, "width \(width): \(line.text)")
            }
        }
    }

    @Test("names cannot steer the terminal")
    func names() {
        var snapshot = sampleSnapshot()
        snapshot.name = "\u{1B}]0;owned\u{7}"
        snapshot.sites[0].name = "a\u{9B}31m\nb"
        var view = ProgressView()
        let text = view.lines(snapshot, width: 100, height: 40).joined(styled: false)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }

    @Test("an empty run draws")
    func empty() {
        let snapshot = ProgressSnapshot(
            name: "", elapsed: .zero, total: 0, outcomes: OutcomeCounts(), sessionsOpen: 0, waiting: 0,
            sites: [])
        var view = ProgressView()
        #expect(view.lines(snapshot, width: 80, height: 24).count == 4)
        #expect(view.lines(snapshot, width: 80, height: 0).isEmpty)
    }

    @Test("the largest sites are those of a full sort, for any number of sites", arguments: 1...30)
    func largest(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let sites = (0..<Int.random(in: 0...40, using: &random)).map { number in
            SiteProgress(
                name: "site\(number).example", recipients: Int.random(in: 0...9, using: &random),
                outcomes: OutcomeCounts(), sessionsOpen: 0)
        }
        let sorted = sites.sorted { ($1.recipients, $0.name) < ($0.recipients, $1.name) }
        #expect(sites.largest(10).map(\.name) == sorted.prefix(10).map(\.name), "seed \(seed)")
    }
}

@Suite("Rate meter")
struct RateMeterTests {
    @Test("the rate is that of the last five seconds, not of the whole run")
    func window() {
        var meter = RateMeter()
        var rate = 0.0
        for second in 1...20 {
            let outcomes = second <= 10 ? second * 1_000 : 10_000 + (second - 10) * 10
            rate = meter.update(elapsed: .seconds(Int64(second)), outcomes: outcomes)
            if second == 10 { #expect(rate == 1_000) }
        }
        #expect(rate == 10)
    }

    @Test("no time, no rate")
    func noTime() {
        var meter = RateMeter()
        #expect(meter.update(elapsed: .zero, outcomes: 5) == 0)
        #expect(meter.update(elapsed: .seconds(1), outcomes: 5) == 5)
    }

    @Test("a long gap between two snapshots is averaged over")
    func gap() {
        var meter = RateMeter()
        #expect(meter.update(elapsed: .seconds(100), outcomes: 500) == 5)
        #expect(meter.update(elapsed: .seconds(200), outcomes: 700) == 2)
    }

    @Test("what is left is told only when it is known")
    func left() {
        let snapshot = sampleSnapshot()
        #expect(snapshot.secondsLeft(at: 10_939) == 1)
        #expect(snapshot.secondsLeft(at: 0) == nil)
        #expect(sampleSnapshot(total: nil).secondsLeft(at: 100) == nil)
        #expect(sampleSnapshot(total: 9_061).secondsLeft(at: 100) == nil)
    }
}

@Suite("Progress line")
struct ProgressLineTests {
    @Test("one line in five seconds, whatever the distance of the snapshots")
    func distance() {
        var line = ProgressLine()
        let times = [0, 1_000, 4_999, 5_000, 5_100, 9_999, 10_001, 14_000, 15_001, 40_000, 44_000, 45_000]
        let told = times.filter { line.next(sampleSnapshot(elapsed: .milliseconds(Int64($0)))) != nil }
        #expect(told == [5_000, 10_001, 15_001, 40_000, 45_000])
    }

    @Test("the line says all there is to say")
    func text() {
        var known = ProgressLine()
        #expect(
            known.next(sampleSnapshot())
                == "0:12  9,061 of 20,000 (45.3 %)  754/s  accepted 9,000  refused 40  deferred 12  in doubt 1"
                + "  rejected 8  sessions 60  waiting 1,204  0:15 left")
        var unknown = ProgressLine()
        #expect(
            unknown.next(sampleSnapshot(total: nil))?.hasPrefix("0:12  9,061 done  754/s  accepted") == true)
    }
}
