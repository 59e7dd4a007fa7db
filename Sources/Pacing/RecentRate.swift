import Primitives

/// How many messages a second were accepted of late: what is kept of a receiver that has made no trouble yet, at the
/// cost of an addition a message.
package struct RecentRate: Hashable, Sendable {
    /// So many acceptances make a stretch.
    private static let stretch: Int32 = 1_024

    private var accepted: Int32 = 0
    private var began = Instant.zero
    /// Of the stretch before.
    private var before: Float?

    package init() {}

    /// - Parameter count: not below 0; no more than a stretch counts.
    @inline(__always)
    package mutating func note(_ count: Int, at now: Instant) {
        if accepted == 0 { began = now }
        accepted += Int32(truncatingIfNeeded: min(count, Int(RecentRate.stretch)))
        if accepted >= RecentRate.stretch { endStretch(at: now) }
    }

    /// Of the last whole stretch, or of what there is before the first has ended.
    package func perSecond(at now: Instant) -> Double { before.map(Double.init) ?? rate(at: now) }

    private mutating func endStretch(at now: Instant) {
        before = Float(rate(at: now))
        accepted = 0
    }

    /// What came in less than a tenth of a second counts as that of a tenth.
    private func rate(at now: Instant) -> Double { Double(accepted) / max(0.1, (now - began).seconds) }
}
