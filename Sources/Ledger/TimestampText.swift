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
        let (year, month, dayOfMonth) = date(day)
        let text =
            [padded(year, 4), "-", padded(month, 2), "-", padded(dayOfMonth, 2), separator]
            + [padded(rest / 3_600, 2), ":", padded(rest / 60 % 60, 2), ":", padded(rest % 60, 2)]
        return Array(text.joined().utf8)
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// The Gregorian date of a day since 1970; years begin in March, so that the odd day of a leap year is the last.
    private static func date(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let since = day + 719_468
        let era = (since >= 0 ? since : since - 146_096) / 146_097
        let dayOfEra = since - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let number = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (number <= 2 ? 1 : 0), number, dayOfYear - (153 * month + 2) / 5 + 1)
    }
}
