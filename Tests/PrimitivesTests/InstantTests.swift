import Primitives
import Testing

@Suite("Time")
struct InstantTests {
    @Test(
        "Intervals are made in whole units, and saturate",
        arguments: [
            (Interval.microseconds(3), 3_000), (.milliseconds(-2), -2_000_000),
            (.seconds(600), 600_000_000_000),
            (.seconds(0), 0), (.seconds(.max), .max), (.seconds(.min), .min),
            (.milliseconds(.max), .max), (.microseconds(.max / 1_000), .max / 1_000 * 1_000),
            (.microseconds(.max / 1_000 + 1), .max), (.microseconds(.min), .min),
        ] as [(Interval, Int64)])
    func units(interval: Interval, nanoseconds: Int64) {
        #expect(interval.nanoseconds == nanoseconds)
    }

    @Test(
        "A multiple of an interval saturates towards its sign",
        arguments: [
            (3, 4, 12), (.max, 2, .max), (.max, -2, .min), (.min, 2, .min), (.min, -1, .max),
            (.min, 1, .min), (.max, 0, 0), (-5, 3, -15),
        ] as [(Int64, Int64, Int64)])
    func multiple(nanoseconds: Int64, factor: Int64, product: Int64) {
        #expect((Interval(nanoseconds: nanoseconds) * factor).nanoseconds == product)
    }

    @Test(
        "A sum saturates towards the sign of what is added",
        arguments: [
            (1, 2, 3), (.max, 1, .max), (.max, .max, .max), (.max, -1, .max - 1), (.min, -1, .min),
            (.min, .min, .min), (.min, .max, -1), (0, .min, .min),
        ] as [(Int64, Int64, Int64)])
    func sum(instant: Int64, interval: Int64, sum: Int64) {
        #expect((Instant(nanoseconds: instant) + Interval(nanoseconds: interval)).nanoseconds == sum)
    }

    @Test(
        "A difference saturates towards the later end",
        arguments: [
            (5, 3, 2), (3, 5, -2), (.max, -1, .max), (.max, .min, .max), (.min, 1, .min), (.min, .max, .min),
            (.max, .max, 0), (.min, .min, 0), (0, .min, .max), (-1, .min, .max),
        ] as [(Int64, Int64, Int64)])
    func difference(later: Int64, earlier: Int64, difference: Int64) {
        let interval = Instant(nanoseconds: later) - Instant(nanoseconds: earlier)
        #expect(interval.nanoseconds == difference)
    }

    @Test("Never is later than everything, and stays never when time is added")
    func never() {
        #expect(Instant(nanoseconds: .max - 1) < .never)
        #expect(Instant.never + .seconds(1) == .never)
        #expect(Instant.zero + .seconds(.max) == .never)
    }

    @Test("Intervals are read in microseconds towards zero, and in seconds")
    func readings() {
        #expect(Interval(nanoseconds: 1_999).microseconds == 1)
        #expect(Interval(nanoseconds: -1_999).microseconds == -1)
        #expect(Interval.milliseconds(1_500).seconds == 1.5)
        #expect(Interval.milliseconds(-1) < .zero)
    }
}
