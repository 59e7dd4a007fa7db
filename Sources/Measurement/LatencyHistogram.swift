import Histogram
import Primitives

/// How long something took, many times: microseconds, three significant digits, up to one hour.
///
/// What took longer counts as one hour, what took less than nothing as nothing. Recording allocates nothing;
/// the same value again, as messages that are answered together have it, costs next to nothing.
package struct LatencyHistogram: Sendable {
    package static let longest = Interval.seconds(3_600)

    /// All but the last run of equal values.
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: UInt64(LatencyHistogram.longest.microseconds),
        numberOfSignificantValueDigits: .three)
    private var last: UInt64 = 0
    private var repeats: UInt64 = 0
    private var sum: UInt64 = 0

    package init() {}

    /// - Parameter count: how many took so long.
    package mutating func record(_ interval: Interval, count: Int = 1) {
        let bounded = min(max(interval, .zero), LatencyHistogram.longest)
        let microseconds = UInt64(truncatingIfNeeded: bounded.microseconds)
        sum &+= microseconds &* UInt64(count)
        if microseconds != last { endRun(before: microseconds) }
        repeats += UInt64(count)
    }

    package mutating func merge(_ other: LatencyHistogram) {
        histogram.add(other.whole)
        sum &+= other.sum
    }

    package var count: Int { Int(histogram.totalCount + repeats) }

    /// The longest recorded, in microseconds; 0 when nothing was recorded.
    package var maximum: Int { Int(max(histogram.maxRecorded, last)) }

    /// In microseconds; 0 when nothing was recorded.
    package var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// The value that `percent` of all recorded values do not exceed, in microseconds, within 0.1 %.
    package func percentile(_ percent: Double) -> Int { Int(whole.valueAtPercentile(percent)) }

    private mutating func endRun(before next: UInt64) {
        if repeats > 0 { histogram.record(last, count: repeats) }
        last = next
        repeats = 0
    }

    private var whole: Histogram<UInt64> {
        var whole = histogram
        if repeats > 0 { whole.record(last, count: repeats) }
        return whole
    }
}
