import Primitives

/// Lengths of time as people write them: `90m`, `2h`, `1 hour`, `30 min`, `1h 30m`.
enum DurationText {
    static let fix = "write a number and a unit, such as 30s, 5m, 90 min, 2 hours or 1 day"
    static let longest = Interval.seconds(366 * 86_400)

    private static let units: [(names: [String], length: Interval)] = [
        (["ms", "msec", "millis"], .milliseconds(1)),
        (["s", "sec", "secs", "second", "seconds"], .seconds(1)),
        (["m", "min", "mins", "minute", "minutes"], .seconds(60)),
        (["h", "hr", "hrs", "hour", "hours"], .seconds(3_600)),
        (["d", "day", "days"], .seconds(86_400)),
        (["w", "week", "weeks"], .seconds(7 * 86_400)),
    ]

    static func unit(_ name: String) -> Interval? {
        units.first { $0.names.contains(name) }?.length
    }

    static func interval(_ text: String) throws(ValueFault) -> Interval {
        let fault = ValueFault(what: "'\(text)' is no length of time", fix: fix)
        var bytes = text.utf8.filter { $0 != 0x20 && $0 != 0x09 }[...]
        guard !bytes.isEmpty else { throw fault }
        var sum = Interval.zero
        while !bytes.isEmpty {
            let digits = bytes.prefix { (0x30...0x39).contains($0) }
            bytes = bytes.dropFirst(digits.count)
            let name = bytes.prefix { !(0x30...0x39).contains($0) }
            bytes = bytes.dropFirst(name.count)
            guard let number = Int64(String(decoding: digits, as: UTF8.self)),
                let unit = unit(String(decoding: name, as: UTF8.self))
            else { throw fault }
            sum = (Instant.zero + sum + unit * number) - Instant.zero
        }
        return try checked(sum, text)
    }

    /// Seconds, as a number in the file means them.
    static func interval(seconds: Int64) throws(ValueFault) -> Interval {
        guard seconds >= 0 else {
            throw ValueFault(what: "\(seconds) is no length of time", fix: fix)
        }
        return try checked(.seconds(seconds), "\(seconds) seconds")
    }

    private static func checked(_ interval: Interval, _ text: String) throws(ValueFault) -> Interval {
        guard interval <= longest else {
            throw ValueFault(what: "'\(text)' is longer than a year", fix: fix)
        }
        return interval
    }

    /// In the largest unit that leaves nothing over.
    static func words(_ interval: Interval) -> String {
        let steps: [(String, Interval)] = [
            ("d", .seconds(86_400)), ("h", .seconds(3_600)), ("m", .seconds(60)), ("s", .seconds(1)),
            ("ms", .milliseconds(1)),
        ]
        guard interval > .zero else { return "0s" }
        let step = steps.first { interval.nanoseconds % $0.1.nanoseconds == 0 } ?? ("ns", Interval(nanoseconds: 1))
        return "\(interval.nanoseconds / step.1.nanoseconds)\(step.0)"
    }
}
