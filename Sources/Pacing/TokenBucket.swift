import Primitives

/// A receiver's measure of what it takes: one token a message, none left, no message.
///
/// The bucket holds `rate.burst` tokens, begins full, and is refilled without a pause, `rate.count` in each
/// `rate.period`. So in any span of time it gives at most what it holds and what flows in meanwhile, and never
/// rounds: a client that keeps exactly to the rate is never refused. A clock that goes back refills nothing.
package struct TokenBucket: Sendable {
    /// Nil for no limit.
    private var rate: Rate?
    /// Tokens times the nanoseconds of the period, so that every nanosecond adds a whole number.
    private var level: Int128 = 0
    private var filledAt: Instant

    package init(_ rate: Rate?, at now: Instant) {
        self.rate = rate
        filledAt = now
        if let rate { level = TokenBucket.capacity(rate) }
    }

    /// Takes one token; false when there is none.
    package mutating func take(at now: Instant) -> Bool {
        refill(to: now)
        guard let rate else { return true }
        let token = Int128(rate.period.nanoseconds)
        guard level >= token else { return false }
        level -= token
        return true
    }

    /// Goes on with another rate, and with the tokens that are there; behind no limit the bucket is full.
    package mutating func change(to newRate: Rate?, at now: Instant) {
        refill(to: now)
        if let rate, let newRate {
            let (old, new) = (Int128(rate.period.nanoseconds), Int128(newRate.period.nanoseconds))
            // In two parts, since the product of the level and a period may be too large.
            level = min(level / old * new + level % old * new / old, TokenBucket.capacity(newRate))
        } else if let newRate {
            level = TokenBucket.capacity(newRate)
        }
        rate = newRate
    }

    /// Whether it is as good as a new one.
    package mutating func isFull(at now: Instant) -> Bool {
        refill(to: now)
        return rate.map { level == TokenBucket.capacity($0) } ?? true
    }

    private mutating func refill(to now: Instant) {
        guard now > filledAt else { return }
        if let rate {
            let inflow = Int128((now - filledAt).nanoseconds) * Int128(rate.count)
            level = min(TokenBucket.capacity(rate), level + inflow)
        }
        filledAt = now
    }

    private static func capacity(_ rate: Rate) -> Int128 {
        Int128(rate.burst) * Int128(rate.period.nanoseconds)
    }
}
