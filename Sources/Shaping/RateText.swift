import Pacing
import Primitives

/// What is wrong with a value, and how to mend it.
struct ValueFault: Error, Hashable {
    var what: String
    var fix: String
}

/// Rates as people read and write them.
enum RateText {
    private static let units: [(names: [String], length: Interval)] = [
        (["s", "sec", "second"], .seconds(1)), (["min", "m", "minute"], .seconds(60)),
        (["h", "hr", "hour"], .seconds(3_600)), (["day", "d"], .seconds(86_400)),
    ]

    static func rate(_ text: String) throws(ValueFault) -> Rate {
        do throws(RateProblem) { return try Rate(parsing: text.utf8.span) } catch {
            throw ValueFault(what: "'\(text)' is no rate, \(error.sentence)", fix: error.fix)
        }
    }

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
