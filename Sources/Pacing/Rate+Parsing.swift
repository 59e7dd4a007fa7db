import Primitives

/// Why a text is no rate.
package enum RateProblem: Error, Hashable, Sendable, CaseIterable {
    case empty
    case noSlash
    case count
    case countIsZero
    case unit
    case periodIsZero
    case option
    case burst
    case burstIsZero
    case tooLarge

    /// What is wrong.
    package var sentence: String {
        switch self {
        case .empty: "the rate is empty"
        case .noSlash: "the rate has no period"
        case .count: "what stands before the / is not a whole number"
        case .countIsZero: "the rate is zero"
        case .unit: "the period has no known unit"
        case .periodIsZero: "the period is zero"
        case .option: "what follows the period is not max_burst"
        case .burst: "max_burst is not a whole number"
        case .burstIsZero: "max_burst is zero"
        case .tooLarge: "a number of the rate is too large"
        }
    }

    /// What to write instead.
    package var fix: String {
        switch self {
        case .empty: "write a number, a slash and a period: 100/s, 1,000/hour or 50/5min"
        case .noSlash: "write the period behind a slash: 100/s"
        case .count: "write digits, with , or _ between them if you like: 1,000/h"
        case .countIsZero: "write 1 or more; what must not be sent at all belongs in no campaign"
        case .unit: "write s, sec, second, m, min, minute, h, hr, hour, d or day"
        case .periodIsZero: "write 1 or more units, or only the unit: 100/5min or 100/min"
        case .option: "write nothing behind the period, or ,max_burst=N"
        case .burst: "write digits: 100/s,max_burst=5"
        case .burstIsZero: "write 1 or more: 1 spreads the messages evenly"
        case .tooLarge: "write a count below a million million and a period of at most a year"
        }
    }
}

extension Rate {
    /// Reads the grammar of KumoMTA's throttles: `[local:]N/[k]UNIT[,max_burst=B]`.
    ///
    /// UNIT is `s`, `sec`, `second`, `m`, `min`, `minute`, `h`, `hr`, `hour`, `d` or `day`; numbers may hold `,` and
    /// `_`. There is one scope only, so that `local:` changes nothing. Unlike there, a rate without `max_burst` has
    /// bursts of 1: 100/h is one message each 36 seconds, not a hundred at the stroke of the hour.
    package init(parsing bytes: Span<UInt8>) throws(RateProblem) {
        let local: StaticString = "local:"
        let start = begins(bytes, with: local, at: 0) ? local.utf8CodeUnitCount : 0
        guard start < bytes.count else { throw .empty }
        guard let slash = bytes.firstIndex(of: 0x2F, from: start) else { throw .noSlash }
        let count = try Rate.number(bytes.extracting(start..<slash), or: .count, zero: .countIsZero)
        // The first comma behind the slash that no digit precedes ends the period.
        let end = Rate.endOfPeriod(bytes, from: slash + 1)
        let period = try Rate.period(bytes.extracting(slash + 1..<end))
        self.init(count, per: period, burst: try Rate.burst(bytes.extracting(end..<bytes.count)))
    }

    private static func endOfPeriod(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if bytes[index] == 0x2C && (index == start || !isDigit(bytes[index - 1])) { return index }
            index += 1
        }
        return index
    }

    private static func period(_ bytes: Span<UInt8>) throws(RateProblem) -> Interval {
        var digits = 0
        while digits < bytes.count && isNumberByte(bytes[digits]) { digits += 1 }
        let unit = bytes.extracting(digits..<bytes.count)
        guard let seconds = seconds(of: unit) else { throw .unit }
        guard digits > 0 else { return .seconds(seconds) }
        let times = try number(bytes.extracting(0..<digits), or: .unit, zero: .periodIsZero)
        let (length, overflow) = seconds.multipliedReportingOverflow(by: times)
        guard !overflow && length <= 366 * 86_400 else { throw .tooLarge }
        return .seconds(length)
    }

    private static func seconds(of unit: Span<UInt8>) -> Int64? {
        let names: [(StaticString, Int64)] = [
            ("s", 1), ("sec", 1), ("second", 1), ("m", 60), ("min", 60), ("minute", 60), ("h", 3_600), ("hr", 3_600),
            ("hour", 3_600), ("d", 86_400), ("day", 86_400),
        ]
        for (name, seconds) in names where equals(unit, name) { return seconds }
        return nil
    }

    private static func burst(_ bytes: Span<UInt8>) throws(RateProblem) -> Int64 {
        guard !bytes.isEmpty else { return 1 }
        let key: StaticString = ",max_burst="
        guard begins(bytes, with: key, at: 0) else { throw .option }
        return try number(
            bytes.extracting(key.utf8CodeUnitCount..<bytes.count), or: .burst, zero: .burstIsZero)
    }

    private static func number(
        _ bytes: Span<UInt8>, or problem: RateProblem, zero: RateProblem
    ) throws(RateProblem) -> Int64 {
        var value: Int64 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard isDigit(byte) else {
                // Between digits only: a comma at either end is a slip of the pen.
                guard isNumberByte(byte) && index > 0 && index + 1 < bytes.count else { throw problem }
                continue
            }
            value = value * 10 + Int64(byte - 0x30)
            guard value < 1_000_000_000_000 else { throw .tooLarge }
        }
        guard !bytes.isEmpty else { throw problem }
        guard value > 0 else { throw zero }
        return value
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool { isDigit(byte) || byte == 0x2C || byte == 0x5F }
}
