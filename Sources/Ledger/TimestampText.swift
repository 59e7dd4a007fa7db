import Primitives

/// Points in time as RFC 3339 has them, in UTC: `2026-11-24T09:14:20.000123Z`.
///
/// Keeps the last second, since one point after the other mostly falls into the same.
struct TimestampText {
    private var second: Int64 = .min
    /// `2026-11-24T09:14:20`.
    private var text: [UInt8] = []

    /// Whole seconds since 1970, rounded down.
    func seconds(of microseconds: Int64) -> Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : (microseconds + 1) / 1_000_000 - 1
    }

    /// - Parameter microseconds: since 1970.
    mutating func append(_ microseconds: Int64, to writer: inout ByteWriter) {
        let now = seconds(of: microseconds)
        if now != second {
            second = now
            text = TimestampText.text(now, separator: "T")
        }
        writer.append(text.span)
        writer.append(".")
        var (unit, rest): (Int64, Int64) = (100_000, microseconds - now * 1_000_000)
        while unit > 0 {
            writer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
        writer.append("Z")
    }

    /// - Parameter second: since 1970; beyond the years 1 to 9999 it is the nearest of them.
    static func text(_ second: Int64, separator: String) -> [UInt8] {
        let within = min(max(second, -62_135_596_800), 253_402_300_799)
        let day = within >= 0 ? within / 86_400 : (within + 1) / 86_400 - 1
        let rest = within - day * 86_400
        let date = CivilDate(daysSince1970: Int(day))
        let text =
            [padded(date.year, 4), "-", padded(date.month, 2), "-", padded(date.day, 2), separator]
            + [padded(Int(rest / 3_600), 2), ":", padded(Int(rest / 60 % 60), 2), ":", padded(Int(rest % 60), 2)]
        return Array(text.joined().utf8)
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
