import Primitives

/// What a worker remembers of a message besides its row, in one word: attempts lost and when it was begun.
package struct MessageTag: Hashable, Sendable {
    /// Attempts that ended with a lost session, 0...65,535.
    package var attempts: Int
    /// To the microsecond; good for 8 years after the clock's origin.
    package var started: Instant

    package init(attempts: Int, started: Instant) {
        self.attempts = attempts
        self.started = started
    }

    package init(_ rawValue: UInt64) {
        attempts = Int(rawValue >> 48)
        started = .zero + .microseconds(Int64(rawValue & 0xFFFF_FFFF_FFFF))
    }

    package var rawValue: UInt64 {
        UInt64(attempts & 0xFFFF) << 48 | UInt64(max(0, started.nanoseconds / 1_000)) & 0xFFFF_FFFF_FFFF
    }
}
