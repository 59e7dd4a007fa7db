import Primitives

/// The pace at which mail begins to go to a receiver of which nothing is known.
///
/// It begins with a hundred messages a second and doubles every tenth of a second in which at least half of what it
/// permits was accepted: it follows the round trips, and a lane with little mail does not earn a pace that it has never
/// tried. Beyond ten thousand a second it is over, and so it is at the first trouble.
struct SlowStart: Hashable, Sendable {
    static let first = 100.0
    static let last = 10_000.0
    private static let stretch = Interval.milliseconds(100)

    /// Messages per second.
    private(set) var pace = SlowStart.first
    private var accepted = 0.0
    /// When the present stretch began; nil before the first message.
    private var began: Instant?

    mutating func begin(at now: Instant) {
        if began == nil { began = now }
    }

    /// - Returns: whether it is over.
    mutating func noteAccepted(at now: Instant) -> Bool {
        accepted += 1
        let length = now - (began ?? now)
        guard length >= SlowStart.stretch else { return false }
        if accepted >= 0.5 * pace * length.seconds { pace *= 2 }
        accepted = 0
        began = now
        return pace > SlowStart.last
    }
}
