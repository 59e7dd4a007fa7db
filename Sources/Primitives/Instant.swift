/// A span of time in whole nanoseconds: what is added to an `Instant`.
///
/// `Swift.Duration` counts attoseconds in 128 bits; this one is a register. The range is ±292 years, and
/// arithmetic saturates, so that no limit from a manifest can trap the process.
@frozen
public struct Interval: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static let zero = Interval(nanoseconds: 0)

    @inlinable
    public static func microseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(count, 1_000))
    }

    @inlinable
    public static func milliseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(count, 1_000_000))
    }

    @inlinable
    public static func seconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(count, 1_000_000_000))
    }

    /// Whole microseconds, rounded towards zero.
    @inlinable
    public var microseconds: Int64 { nanoseconds / 1_000 }

    /// For people and reports; arithmetic stays in whole nanoseconds.
    @inlinable
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    @inlinable
    public static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }

    @inlinable
    public static func * (interval: Interval, factor: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(interval.nanoseconds, factor))
    }
}

/// A point on the monotonic clock, in nanoseconds since an origin that only the network knows.
@frozen
public struct Instant: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static let zero = Instant(nanoseconds: 0)
    public static let never = Instant(nanoseconds: .max)

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Microseconds since 1970, rounded towards zero.
    ///
    /// - Parameter origin: nanoseconds from 1970 to the origin of instants.
    @inlinable
    public func unixMicroseconds(origin: Int64) -> Int64 { (self + Interval(nanoseconds: origin)).nanoseconds / 1_000 }

    @inlinable
    public static func + (instant: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: saturatingAdd(instant.nanoseconds, interval.nanoseconds))
    }

    @inlinable
    public static func - (later: Instant, earlier: Instant) -> Interval {
        Interval(nanoseconds: saturatingSubtract(later.nanoseconds, earlier.nanoseconds))
    }
}

@inlinable
func saturatingAdd(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (right < 0 ? .min : .max) : sum
}

@inlinable
func saturatingSubtract(_ left: Int64, _ right: Int64) -> Int64 {
    let (difference, overflow) = left.subtractingReportingOverflow(right)
    return overflow ? (left < 0 ? .min : .max) : difference
}

@inlinable
func saturatingMultiply(_ left: Int64, _ right: Int64) -> Int64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? ((left < 0) != (right < 0) ? .min : .max) : product
}
