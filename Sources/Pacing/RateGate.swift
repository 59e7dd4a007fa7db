import Primitives

/// Opens so often that a rate is never exceeded, in any window: the generic cell rate algorithm (ITU-T I.371).
///
/// In every half-open window of one period at most `count` + `burst` - 1 pass, whoever asks before each `take`. A
/// hundredth of the rate is kept back: the spacing is 1.01 × period / count, so that two messages which the network
/// pushes together do not land in one window of the receiver. Half of that may be made up for: who comes late by up to
/// a two-hundredth of the period loses nothing, as timers are always a little late.
///
/// Time that goes backwards never opens the gate earlier, and never lets it forget what has passed.
package struct RateGate: Hashable, Sendable {
    /// Nanoseconds from one to the next.
    private let spacing: Int64
    /// How far ahead of its time one may come: the spacings of a burst but one.
    private let tolerance: Int64
    /// How late one may come without losing its time.
    private let lateness: Int64
    /// When the next one is due, as if all came evenly.
    private var due: Int64

    /// - Parameter isSpent: whoever restarts may have sent everything a moment ago. Then the first goes one spacing
    ///   after the start, and no burst is left.
    package init(_ rate: Rate, startingAt start: Instant, isSpent: Bool) {
        let exact = Int128(rate.period.nanoseconds) * 101
        let divisor = Int128(rate.count) * 100
        // Shares of all time whose sum is a time yet: a saturated one would open the gate at once.
        spacing = min(Int64(clamping: (exact + divisor - 1) / divisor), .max / 2)
        tolerance = min(saturatingProduct(spacing, rate.burst - 1), .max / 4)
        lateness = rate.period.nanoseconds / 200
        due = start.nanoseconds
        // What was made up for before the restart must not be made up for once more behind it.
        if isSpent { due = saturatingSum(due, saturatingSum(spacing, saturatingSum(tolerance, lateness))) }
    }

    /// `now` when one may go now, otherwise the instant at which one may.
    package func opens(at now: Instant) -> Instant {
        max(now, Instant(nanoseconds: saturatingDifference(due, tolerance)))
    }

    /// One goes now. Whoever takes while the gate is closed pays later.
    package mutating func take(at now: Instant) {
        due = saturatingSum(max(due, saturatingDifference(now.nanoseconds, lateness)), spacing)
    }
}
