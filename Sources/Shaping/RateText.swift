import Pacing
import Primitives

/// What is wrong with a value, and how to mend it.
struct ValueFault: Error, Hashable {
    var what: String
    var fix: String
}

/// Rates as people write them: `100/s`, `1,000/h`, `3/10min`, `100/day,max_burst=5`.
enum RateText {
    private static let fix = "write a number, a slash and a unit, such as 100/s, 20/min, 1,000/h or 500/day"
    private static let mostDigits = 12
    private static let longest = Interval.seconds(366 * 86_400)

    private static let units: [(names: [String], length: Interval)] = [
        (["s", "sec", "second"], .seconds(1)), (["min", "m", "minute"], .seconds(60)),
        (["h", "hr", "hour"], .seconds(3_600)), (["day", "d"], .seconds(86_400)),
    ]

    static func rate(_ text: String) throws(ValueFault) -> Rate {
        let rest = text.hasPrefix("local:") ? text.dropFirst("local:".count) : text[...]
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = number(parts[0]) else { throw fault(text) }
        let (period, burst) = divided(parts[1])
        let digits = period.prefix { $0.isASCII && $0.isNumber || $0 == "_" || $0 == "," }
        let name = String(period.dropFirst(digits.count))
        guard let unit = units.first(where: { $0.names.contains(name) }),
            let times = digits.isEmpty ? 1 : number(digits), unit.length * times <= longest
        else { throw fault(text) }
        guard let burst else { return Rate(count, per: unit.length * times) }
        let mark = ",max_burst="
        guard burst.hasPrefix(mark), let size = number(burst.dropFirst(mark.count)) else { throw fault(text) }
        return Rate(count, per: unit.length * times, burst: size)
    }

    /// The period, and what begins with the comma behind its unit.
    private static func divided(_ text: Substring) -> (period: Substring, burst: Substring?) {
        let unit = text.firstIndex { !($0.isNumber || $0 == "_" || $0 == ",") } ?? text.endIndex
        guard let comma = text[unit...].firstIndex(of: ",") else { return (text, nil) }
        return (text[..<comma], text[comma...])
    }

    private static func fault(_ text: String) -> ValueFault { ValueFault(what: "'\(text)' is no rate", fix: fix) }

    /// A whole number from 1 on; commas and underscores may stand between its digits.
    private static func number(_ text: Substring) -> Int64? {
        guard let first = text.utf8.first, let last = text.utf8.last, isDigit(first), isDigit(last) else { return nil }
        let digits = text.filter { $0 != "," && $0 != "_" }
        guard digits.utf8.allSatisfy(isDigit), let number = Int64(digits), number > 0 else { return nil }
        return String(number).utf8.count <= mostDigits ? number : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    // MARK: For people

    /// As a file may have it: `100/s`, `10/30min`, `100/day,max_burst=5`.
    static func words(_ rate: Rate) -> String {
        let unit = units.last { rate.period.nanoseconds % $0.length.nanoseconds == 0 } ?? units[0]
        let times = max(1, rate.period.nanoseconds / unit.length.nanoseconds)
        let period = (times == 1 ? "" : "\(times)") + unit.names[0]
        return "\(rate.count)/\(period)" + (rate.burst > 1 ? ",max_burst=\(rate.burst)" : "")
    }

    /// In the unit that makes it at least one, with up to one decimal: `8.3/s`.
    static func words(perSecond: Double) -> String {
        let unit = units.first { perSecond * $0.length.seconds >= 1 } ?? units[units.count - 1]
        let tenths = Int(min(perSecond * unit.length.seconds, 1e12) * 10)
        return tenths % 10 == 0 ? "\(tenths / 10)/\(unit.names[0])" : "\(tenths / 10).\(tenths % 10)/\(unit.names[0])"
    }
}
