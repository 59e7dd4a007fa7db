import Histogram
import Primitives

/// How long something took, many times: microseconds, three significant digits, up to one hour.
///
/// What took longer counts as one hour, what took less than nothing as nothing. Recording allocates nothing.
package struct LatencyHistogram: Sendable {
    package static let longest = Interval.seconds(3_600)

    private var histogram = Histogram<UInt64>(
        highestTrackableValue: UInt64(LatencyHistogram.longest.microseconds),
        numberOfSignificantValueDigits: .three)
    private var sum: UInt64 = 0

    package init() {}

    package mutating func record(_ interval: Interval) {
        let bounded = min(max(interval, .zero), LatencyHistogram.longest)
        let microseconds = UInt64(truncatingIfNeeded: bounded.microseconds)
        histogram.record(microseconds)
        sum &+= microseconds
    }

    package mutating func merge(_ other: LatencyHistogram) {
        histogram.add(other.histogram)
        sum &+= other.sum
    }

    package var count: Int { Int(histogram.totalCount) }

    /// The longest recorded, in microseconds; 0 when nothing was recorded.
    package var maximum: Int { Int(histogram.maxRecorded) }

    /// In microseconds; 0 when nothing was recorded.
    package var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// The value that `percent` of all recorded values do not exceed, in microseconds, within 0.1 %.
    package func percentile(_ percent: Double) -> Int { Int(histogram.valueAtPercentile(percent)) }
}
