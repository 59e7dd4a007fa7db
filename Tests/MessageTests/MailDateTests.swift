import Testing

@testable import Message

struct MailDateTests {
    @Test(arguments: [
        (0, 0, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (951_782_400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (951_868_800, 0, "Wed, 01 Mar 2000 00:00:00 +0000"),
        (1_709_251_199, 0, "Thu, 29 Feb 2024 23:59:59 +0000"),
        (1_735_689_599, 0, "Tue, 31 Dec 2024 23:59:59 +0000"),
        (1_764_000_346, 120, "Mon, 24 Nov 2025 18:05:46 +0200"),
        (1_764_000_346, -210, "Mon, 24 Nov 2025 12:35:46 -0330"),
        (4_107_542_399, 0, "Sun, 28 Feb 2100 23:59:59 +0000"),
        (4_107_542_400, 0, "Mon, 01 Mar 2100 00:00:00 +0000"),
        (1_735_689_600, -1, "Tue, 31 Dec 2024 23:59:00 -0001"),
        (Int.max, 0, "Fri, 31 Dec 9999 00:00:00 +0000"),
        (Int.min, -1_439, "Mon, 01 Jan 1900 00:01:00 -2359"),
        (0, Int.max, "Thu, 01 Jan 1970 23:59:00 +2359"),
    ])
    func writes(seconds: Int, offset: Int, expected: String) {
        let date = written(capacity: 64) { writer in
            MailDate(utcOffsetMinutes: offset).write(unixSeconds: seconds, into: &writer)
        }
        #expect(date.bytes == Array(expected.utf8))
        #expect(date.bytes.count == MailDate.byteCount)
    }

    /// Every day from 1900 to 2200 against a calendar that counts one day after the other.
    @Test func followsTheCalendarDayByDay() {
        var (year, month, day, weekday) = (1900, 1, 2, 2)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        for number in -25_566..<84_006 {
            let date = written(capacity: 64) { writer in
                MailDate().write(unixSeconds: number * 86_400, into: &writer)
            }
            let twoDigits = day < 10 ? "0\(day)" : "\(day)"
            let expected = "\(weekdays[weekday]), \(twoDigits) \(months[month - 1]) \(year) 00:00:00 +0000"
            guard date.bytes == Array(expected.utf8) else {
                Issue.record("day \(number): \(String(decoding: date.bytes, as: UTF8.self)), not \(expected)")
                return
            }
            weekday = (weekday + 1) % 7
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let counts = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > counts[month - 1] { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
    }
}
