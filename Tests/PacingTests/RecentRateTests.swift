import Pacing
import Primitives
import Testing

@Suite("What was accepted of late")
struct RecentRateTests {
    @Test("The last whole stretch counts, and before there is one, what came")
    func stretches() {
        var rate = RecentRate()
        #expect(rate.perSecond(at: .zero) == 0)
        for tenth in 0..<50 { rate.note(1, at: .zero + .milliseconds(100 * Int64(tenth))) }
        #expect((9...11).contains(rate.perSecond(at: .zero + .seconds(5))))
        for tenth in 0..<50 { rate.note(500, at: .zero + .milliseconds(5_000 + 100 * Int64(tenth))) }
        #expect((4_500...8_000).contains(rate.perSecond(at: .zero + .seconds(10))))
    }

    @Test("A pause between two stretches is none of theirs, and no time is a tenth of a second")
    func pause() {
        var rate = RecentRate()
        rate.note(1_024, at: .zero)
        #expect(rate.perSecond(at: .zero) == 10_240)
        for tenth in 0..<11 { rate.note(100, at: .zero + .milliseconds(3_600_000 + 100 * Int64(tenth))) }
        #expect((1_000...1_200).contains(rate.perSecond(at: .never)))
    }

    @Test("Any counts and times are borne")
    func noise() {
        var random = SeededRandom(seed: 4)
        var rate = RecentRate()
        for _ in 0..<10_000 {
            let time = Instant(nanoseconds: .random(in: .min ... .max, using: &random))
            rate.note(.random(in: 0...Int.max, using: &random), at: time)
            #expect(rate.perSecond(at: time) >= 0)
        }
    }
}
