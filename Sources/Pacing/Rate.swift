import Primitives

/// So many in a period, and how many of them at once.
package struct Rate: Hashable, Sendable {
    /// At least 1.
    package var count: Int64
    /// More than zero.
    package var period: Interval
    /// How many may follow each other without a pause; 1 spreads them evenly.
    package var burst: Int64

    package init(_ count: Int64, per period: Interval, burst: Int64 = 1) {
        self.count = max(1, count)
        self.period = max(period, Interval(nanoseconds: 1))
        self.burst = max(1, burst)
    }
}
