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
    private static let longest = Interval.seconds(365 * 86_400)

    static func rate(_ text: String) throws(ValueFault) -> Rate {
        var rest = Substring(text)
        if rest.hasPrefix("local:") { rest = rest.dropFirst("local:".count) }
        guard let slash = rest.firstIndex(of: "/"), let count = number(rest[..<slash]) else {
            throw fault(text)
        }
        rest = rest[rest.index(after: slash)...]
        var burst: Int64 = 1
        if let comma = rest.firstIndex(of: ",") {
            burst = try self.burst(rest[comma...], of: text)
            rest = rest[..<comma]
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let unit = DurationText.unit(String(rest.dropFirst(digits.count))),
            let units = digits.isEmpty ? 1 : number(digits)
        else { throw fault(text) }
        let period = unit * units
        guard count > 0, units > 0, period <= longest else {
            throw ValueFault(what: "'\(text)' is no rate that anything could keep", fix: RateText.fix)
        }
        return Rate(count, per: period, burst: burst)
    }

    private static func burst(_ text: Substring, of whole: String) throws(ValueFault) -> Int64 {
        let mark = ",max_burst="
        guard text.hasPrefix(mark), let burst = number(text.dropFirst(mark.count)), burst > 0 else {
            throw fault(whole)
        }
        return burst
    }

    private static func fault(_ text: String) -> ValueFault { ValueFault(what: "'\(text)' is no rate", fix: fix) }

    /// A whole number whose digits may be set apart by commas and underscores.
    private static func number(_ text: Substring) -> Int64? {
        guard text.utf8.first.map({ (0x30...0x39).contains($0) }) == true else { return nil }
        return Int64(text.filter { $0 != "," && $0 != "_" })
    }
}
