import Primitives
import Testing

@testable import Delivery

private let minute: Int64 = 60_000_000
private let hour = 60 * minute

@Suite("Retry schedule")
struct RetryScheduleTests {
    private static let list = RetrySchedule(
        delays: .list([.seconds(300), .seconds(600), .seconds(1_800)]), giveUp: .seconds(3_600))

    @Test("When nothing is said: 5 minutes, doubling to 4 hours, each up to a tenth longer")
    func doubling() {
        var random = SeededRandom(seed: 7)
        for (index, minutes) in ([5, 10, 20, 40, 80, 160, 240, 240, 240] as [Int64]).enumerated() {
            let next = RetrySchedule().next(
                afterAttempt: index + 1, firstAttempt: 0, now: 1_000, random: &random)
            let delay = (next ?? 0) - 1_000
            #expect(minutes * minute...minutes * minute * 11 / 10 ~= delay, "attempt \(index + 1): \(delay)")
        }
    }

    @Test("A factor need not be whole, and one that makes nothing longer changes nothing")
    func factors() {
        for (factor, minutes) in [(1.5, 45), (1, 20), (0.5, 20), (.nan, 20), (-2, 20), (.infinity, 240)] {
            var random = SeededRandom(seed: 7)
            let schedule = RetrySchedule(
                delays: .doubling(first: .seconds(20 * 60), factor: factor, most: .seconds(4 * 3_600)))
            let next = schedule.next(afterAttempt: 3, firstAttempt: 0, now: 0, random: &random)
            let expected = Int64(minutes) * minute
            #expect(expected...expected * 11 / 10 ~= next ?? 0, "factor \(factor)")
        }
    }

    @Test("Recipients that are put off together come back spread over a tenth of the delay")
    func spread() throws {
        var random = SeededRandom(seed: 3)
        var delays: [Int64] = []
        for _ in 0..<1_000 {
            delays += [RetrySchedule().next(afterAttempt: 1, firstAttempt: 0, now: 0, random: &random) ?? 0]
        }
        let (least, most) = (try #require(delays.min()), try #require(delays.max()))
        #expect(least < 5 * minute * 101 / 100)
        #expect(most > 5 * minute * 109 / 100)
        #expect(Set(delays).count > 990)
    }

    @Test("A list is kept to the microsecond, and its last delay repeats until the end")
    func list() {
        var (random, untouched) = (SeededRandom(seed: 7), SeededRandom(seed: 7))
        var times: [Int64] = [hour]
        while let last = times.last, times.count < 20,
            let next = Self.list.next(
                afterAttempt: times.count, firstAttempt: hour, now: last, random: &random)
        {
            times.append(next)
        }
        #expect(times == [60, 65, 75, 105].map { $0 * minute })
        #expect(random.next() == untouched.next())
    }

    @Test("An attempt at the very end is made; one that would come later is not")
    func end() {
        var random = SeededRandom(seed: 7)
        for (now, expected) in [(30, 60), (31, nil), (60, nil)] as [(Int64, Int64?)] {
            let next = Self.list.next(
                afterAttempt: 9, firstAttempt: 0, now: now * minute, random: &random)
            #expect(next == expected.map { $0 * minute }, "now \(now)")
        }
        let doubling = RetrySchedule(
            delays: .doubling(first: .seconds(3_600), factor: 2, most: .seconds(3_600)), giveUp: .seconds(3_600))
        for _ in 0..<20 {
            #expect(doubling.next(afterAttempt: 1, firstAttempt: 0, now: 0, random: &random) == hour)
            #expect(doubling.next(afterAttempt: 1, firstAttempt: 0, now: 1, random: &random) == nil)
        }
    }

    @Test("Without delays, or without time, there is one attempt only")
    func oneAttempt() {
        var random = SeededRandom(seed: 7)
        let never = RetrySchedule(delays: .list([]))
        let atOnce = RetrySchedule(giveUp: .zero)
        for schedule in [never, atOnce] {
            #expect(schedule.next(afterAttempt: 1, firstAttempt: 5, now: 5, random: &random) == nil)
        }
    }

    @Test("A clock that was set back before the first attempt neither ends the attempts nor puts them far off")
    func clockBeforeFirstAttempt() {
        var random = SeededRandom(seed: 7)
        let schedule = Self.list
        #expect(
            schedule.next(afterAttempt: 1, firstAttempt: 1_000 * hour, now: 0, random: &random) == 5 * minute)
        #expect(schedule.next(afterAttempt: 1, firstAttempt: .max, now: .min, random: &random) == .min + 5 * minute)
    }

    @Test("The ends of every number, none of which may trap")
    func extremes() {
        var random = SeededRandom(seed: 7)
        let intervals = [Int64.min, -1, 0, 1, 1_000, .max].map { Interval(nanoseconds: $0) }
        let times: [Int64] = [.min, -1, 0, 1, .max]
        for first in intervals {
            for most in intervals {
                for factor in [-1e9, 0, 1, 1e9, .infinity, .nan, .leastNonzeroMagnitude] {
                    let doubling = RetrySchedule.Delays.doubling(first: first, factor: factor, most: most)
                    for delays in [doubling, .list([first, most])] {
                        let schedule = RetrySchedule(delays: delays, giveUp: most)
                        for attempt in [Int.min, 0, 1, 2, 10_000, .max] {
                            for (began, now) in zip(times, times.reversed()) {
                                let next = schedule.next(
                                    afterAttempt: attempt, firstAttempt: began, now: now, random: &random)
                                #expect(next ?? now >= now)
                            }
                        }
                    }
                }
            }
        }
        let wide = RetrySchedule(
            delays: .doubling(first: .seconds(1), factor: 1e9, most: .seconds(60)), giveUp: .seconds(1_000))
        #expect(
            60_000_000...66_000_000 ~= wide.next(afterAttempt: 10_000, firstAttempt: 0, now: 0, random: &random) ?? 0)
        #expect(wide.next(afterAttempt: 1, firstAttempt: .max, now: .max, random: &random) == nil)
    }

    /// Any schedule: attempts move on, none lies behind the end, none comes sooner than its delay, there are not
    /// more of them than the shortest delay allows, and the same seed gives the same times.
    @Test(arguments: 0..<300)
    func anySchedule(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let schedule = RetrySchedule.random(&random)
        let (first, randomSeed) = (Int64.random(in: 0...1 << 51, using: &random), random.next())
        let times = schedule.times(from: first, seed: randomSeed)
        #expect(times == schedule.times(from: first, seed: randomSeed), "seed \(seed)")
        let end = first + schedule.giveUp.microseconds
        #expect(times.allSatisfy { $0 <= end }, "seed \(seed)")
        let gaps = zip(times.dropFirst(), times).map(-)
        let shortest = schedule.shortest.microseconds
        #expect(gaps.allSatisfy { $0 >= shortest }, "seed \(seed): \(gaps)")
        #expect(Int64(gaps.count) <= schedule.giveUp.microseconds / shortest, "seed \(seed)")
        // Gave up, and not too early.
        #expect((times.last ?? 0) + schedule.longest.microseconds > end, "seed \(seed)")
    }
}

extension RetrySchedule {
    fileprivate static func random(_ random: inout SeededRandom) -> RetrySchedule {
        let first = Interval.seconds(Int64.random(in: 60...600, using: &random))
        let giveUp = Interval.seconds(Int64.random(in: 600...300_000, using: &random))
        if random.oneIn(2) {
            let count = Int.random(in: 1...6, using: &random)
            let delays = (0..<count).map { _ in Interval.seconds(Int64.random(in: 60...9_000, using: &random)) }
            return RetrySchedule(delays: .list(delays), giveUp: giveUp)
        }
        let most = first * Int64.random(in: 1...50, using: &random)
        let factor = Double.random(in: 1...4, using: &random)
        return RetrySchedule(delays: .doubling(first: first, factor: factor, most: most), giveUp: giveUp)
    }

    fileprivate func times(from first: Int64, seed: UInt64) -> [Int64] {
        var random = SeededRandom(seed: seed)
        var times = [first]
        while let last = times.last,
            let next = next(afterAttempt: times.count, firstAttempt: first, now: last, random: &random)
        {
            times.append(next)
        }
        return times
    }

    fileprivate var shortest: Interval {
        switch delays {
        case .doubling(let first, _, _): first
        case .list(let delays): delays.min() ?? .zero
        }
    }

    /// With its random part.
    fileprivate var longest: Interval {
        switch delays {
        case .doubling(_, _, let most): Interval(nanoseconds: most.nanoseconds / 10 * 11 + 1_000)
        case .list(let delays): delays.max() ?? .zero
        }
    }
}
