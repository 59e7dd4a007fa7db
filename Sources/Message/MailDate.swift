import Primitives

/// Writes the date and time of RFC 5322 3.3, always in 31 octets: `Tue, 24 Nov 2026 06:05:46 +0000`.
package struct MailDate: Sendable {
    package static let byteCount = 31

    /// Minutes east of UTC, at most a day less a minute either way.
    private let offsetMinutes: Int

    /// - Parameter utcOffsetMinutes: minutes east of UTC; what is a day or more is cut to 23:59.
    package init(utcOffsetMinutes: Int = 0) {
        offsetMinutes = min(max(utcOffsetMinutes, -1_439), 1_439)
    }

    /// - Parameter unixSeconds: since 1970-01-01 00:00 UTC, without leap seconds. Times before
    ///   1900-01-02 and after 9999-12-31 00:00 are moved to these.
    package func write(unixSeconds: Int, into writer: inout ByteWriter) {
        let local = min(max(unixSeconds, -2_208_902_400), 253_402_214_400) + offsetMinutes * 60
        let (days, second) = MailDate.divided(local, by: 86_400)
        let date = CivilDate(daysSince1970: days)
        writer.append(MailDate.weekdays[MailDate.divided(days + 4, by: 7).remainder])
        append(date, into: &writer)
        append(timeOfDay: second, into: &writer)
        appendOffset(into: &writer)
    }

    private func append(_ date: CivilDate, into writer: inout ByteWriter) {
        MailDate.append(twoDigits: date.day, into: &writer)
        writer.append(MailDate.months[date.month - 1])
        MailDate.append(twoDigits: date.year / 100, into: &writer)
        MailDate.append(twoDigits: date.year % 100, into: &writer)
        writer.append(Octet.space)
    }

    private func append(timeOfDay second: Int, into writer: inout ByteWriter) {
        MailDate.append(twoDigits: second / 3_600, into: &writer)
        writer.append(":")
        MailDate.append(twoDigits: second / 60 % 60, into: &writer)
        writer.append(":")
        MailDate.append(twoDigits: second % 60, into: &writer)
    }

    private func appendOffset(into writer: inout ByteWriter) {
        writer.append(offsetMinutes < 0 ? " -" : " +")
        let minutes = abs(offsetMinutes)
        MailDate.append(twoDigits: minutes / 60, into: &writer)
        MailDate.append(twoDigits: minutes % 60, into: &writer)
    }

    private static func append(twoDigits value: Int, into writer: inout ByteWriter) {
        writer.append(UInt8(truncatingIfNeeded: 0x30 + value / 10))
        writer.append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    /// The quotient rounded down, so that the remainder is never negative.
    private static func divided(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static let weekdays: [StaticString] = [
        "Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ",
    ]
    private static let months: [StaticString] = [
        " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ",
        " Dec ",
    ]
}
