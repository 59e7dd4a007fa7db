import Pacing
import Primitives
import Testing

@Suite("Rate gates")
struct RateGateTests {
    private static let day = Interval.seconds(86_400)

    @Test("A fresh gate lets a burst pass, then one each spacing; a hundredth is kept back")
    func spacing() {
        var gate = RateGate(Rate(100, per: .seconds(1), burst: 3), startingAt: .zero, isSpent: false)
        for _ in 0..<3 {
            #expect(gate.opens(at: .zero) == .zero)
            gate.take(at: .zero)
        }
        #expect(gate.opens(at: .zero) == .zero + .microseconds(10_100))
        #expect(gate.opens(at: .zero + .seconds(1)) == .zero + .seconds(1))
    }

    @Test("A spent gate opens a little more than one spacing after the start, without a burst")
    func spent() {
        let start = Instant.zero + .seconds(5)
        var gate = RateGate(Rate(10, per: .seconds(1), burst: 4), startingAt: start, isSpent: true)
        let first = start + .milliseconds(106)
        #expect(gate.opens(at: start) == first)
        gate.take(at: first)
        #expect(gate.opens(at: first) == first + .milliseconds(101))
    }

    @Test(
        "In every window of a period at most count + burst - 1 pass, across restarts too",
        arguments: 0..<300 as Range<UInt64>)
    func windows(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let period = Interval(nanoseconds: Int64.random(in: 1_000...2_000_000_000, using: &random))
        let rate = Rate(
            Int64.random(in: 1...40, using: &random), per: period, burst: Int64.random(in: 1...8, using: &random))
        var gate = RateGate(rate, startingAt: .zero, isSpent: false)
        var now = Instant.zero
        var passed: [Instant] = []
        for _ in 0..<800 {
            let opens = gate.opens(at: now)
            if opens <= now {
                gate.take(at: now)
                passed.append(now)
            } else if random.oneIn(2) {
                now = opens
            } else {
                now = now + Interval(nanoseconds: Int64.random(in: 0...period.nanoseconds / 3, using: &random))
            }
            if random.oneIn(50) { gate = RateGate(rate, startingAt: now, isSpent: true) }
        }
        #expect(passed.count > 20, "seed \(seed)")
        let most = Int(rate.count + rate.burst - 1)
        for index in passed.indices where index + most < passed.count {
            let length = passed[index + most] - passed[index]
            #expect(length >= period, "seed \(seed): \(most + 1) within \(length)")
        }
    }

    @Test("Whoever takes all that is allowed comes within a hundredth of the rate")
    func throughput() {
        var gate = RateGate(Rate(50, per: .seconds(1)), startingAt: .zero, isSpent: false)
        var now = Instant.zero
        var passed = 0
        while now < .zero + .seconds(100) {
            now = gate.opens(at: now)
            gate.take(at: now)
            passed += 1
        }
        #expect(passed >= 4_950 && passed <= 5_000)
    }

    @Test("Time that goes backwards, a leap of a day, and no time at all open nothing early")
    func clocks() {
        let rate = Rate(1, per: .seconds(10))
        var gate = RateGate(rate, startingAt: .zero + .seconds(100), isSpent: false)
        gate.take(at: .zero + .seconds(100))
        let opens = Instant.zero + .milliseconds(110_100)
        let times: [Instant] = [.zero, Instant(nanoseconds: .min), .zero + .seconds(100), .zero + .seconds(110)]
        for now in times {
            #expect(gate.opens(at: now) == opens)
        }
        let tomorrow = Instant.zero + .seconds(100) + RateGateTests.day
        #expect(gate.opens(at: tomorrow) == tomorrow)
        // A day without mail saves up no more than the burst.
        gate.take(at: tomorrow)
        #expect(gate.opens(at: tomorrow) == tomorrow + .milliseconds(10_050))
        // One that was taken back in time counts as well.
        gate.take(at: .zero)
        #expect(gate.opens(at: .zero) == tomorrow + .milliseconds(20_150))
    }

    @Test(
        "No rate and no clock traps, and a spent gate is shut in all of them",
        arguments: [
            Rate(1, per: Interval(nanoseconds: 1)), Rate(.max, per: Interval(nanoseconds: 1), burst: .max),
            Rate(1, per: Interval(nanoseconds: .max), burst: .max), Rate(.max, per: Interval(nanoseconds: .max)),
            Rate(1, per: Interval(nanoseconds: .max)), Rate(1, per: .seconds(366 * 86_400), burst: 1_000_000_000_000),
        ])
    func extremes(rate: Rate) {
        for start in [Instant(nanoseconds: .min), Instant(nanoseconds: -1), .zero, Instant(nanoseconds: .max / 4)] {
            var gate = RateGate(rate, startingAt: start, isSpent: true)
            #expect(gate.opens(at: start) > start)
            for now in [Instant(nanoseconds: .min), .zero, .never] {
                #expect(gate.opens(at: now) >= now)
                gate.take(at: now)
            }
            #expect(gate.opens(at: .never) == .never)
        }
    }
}
