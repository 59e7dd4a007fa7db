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

extension Rate: CustomStringConvertible {
    /// For people: `1,000/h`, `100/5min`, `100/s, bursts of 5`.
    package var description: String {
        let rate = "\(grouped(count))/\(words(period))"
        return burst == 1 ? rate : "\(rate), bursts of \(grouped(burst))"
    }
}

/// In the largest unit that leaves nothing over.
private func words(_ period: Interval) -> String {
    let units: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("µs", 1_000), ("ns", 1),
    ]
    for unit in units where period.nanoseconds % unit.nanoseconds == 0 {
        let times = period.nanoseconds / unit.nanoseconds
        return times == 1 ? unit.name : "\(grouped(times))\(unit.name)"
    }
    return "\(period.nanoseconds)ns"
}

/// With a comma between groups of three digits.
private func grouped(_ number: Int64) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}
