internal import Glibc
package import Primitives

/// The clock that every deadline in the process is measured by: CLOCK_MONOTONIC, the ring's own.
package enum MonotonicClock {
    package static var now: Instant {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

/// The time of day, for logs, headers, and what outlives the process.
package enum WallClock {
    /// Nanoseconds since 1970-01-01 00:00 UTC.
    package static var nanoseconds: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// As the ledger counts it.
    package static var microseconds: Int64 { nanoseconds / 1_000 }
}
