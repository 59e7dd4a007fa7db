import Primitives
package struct RateGate: Sendable {
    var tat: Int64; let spacing: Int64; let tolerance: Int64; let slack: Int64
    package init(_ rate: Rate, startingAt start: Instant, isSpent: Bool) {
        spacing = Int64(Double(rate.period.nanoseconds) / Double(rate.count) * 1.01)
        tolerance = (rate.burst - 1) * spacing
        slack = rate.period.nanoseconds / 200
        tat = isSpent ? start.nanoseconds + spacing + tolerance : start.nanoseconds
    }
    package func opens(at now: Instant) -> Instant { Instant(nanoseconds: tat - tolerance) }
    package mutating func take(at now: Instant) { tat = max(tat, now.nanoseconds - slack) + spacing }
}
package struct BackoffSettings: Sendable { package init() {} }
package struct BackoffChange: Sendable {}
package struct Backoff: Sendable {
    package enum Sign: Sendable { case accepted, deferred, blocked, shutDown, connectFailed, sessionReady }
    package init(_ settings: BackoffSettings, startingAt: Instant) {}
    package var sessionLimit: Int { .max }
    package func opens(at now: Instant) -> Instant { now }
    package mutating func take(at now: Instant) {}
    package mutating func note(_ sign: Sign, at now: Instant) -> BackoffChange? { nil }
}
package struct ZoneOffsets: Sendable, Hashable { package init() {} }
package struct WarmupSchedule: Sendable, Hashable { package init() {} }
package struct WarmupProgress: Sendable, Hashable { package init() {} }
package struct WarmupGate: Sendable {
    package init(_ schedule: WarmupSchedule, _ progress: WarmupProgress) {}
    package func opens(at t: Int64, _ zone: ZoneOffsets) -> Int64 { t }
    package mutating func take(at t: Int64, _ zone: ZoneOffsets) {}
    package mutating func giveBack() {}
    package mutating func noteDelivered() {}
    package mutating func noteFailed() {}
}
