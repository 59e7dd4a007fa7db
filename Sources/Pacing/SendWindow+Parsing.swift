import Primitives

/// Why a text is no window.
package enum SendWindowProblem: Error, Hashable, Sendable, CaseIterable {
    case noDays
    case day
    case noTimes
    case time
    case noLength

    /// What is wrong.
    package var sentence: String {
        switch self {
        case .noDays: "there are no days"
        case .day: "there is no such day"
        case .noTimes: "there is no start and end"
        case .time: "there is no such time of day"
        case .noLength: "the window ends when it starts"
        }
    }

    /// What to write instead.
    package var fix: String {
        switch self {
        case .noDays, .day: "write daily, or days and spans of days with commas: mon-fri or mon,wed,fri"
        case .noTimes, .time: "write two times of 24 hours with a hyphen: 08:00-20:00, or 22:00-06:00 past midnight"
        case .noLength: "write 00:00-24:00 for the whole day"
        }
    }
}

extension SendWindow {
    /// Reads days such as `mon-fri`, `mon,wed,fri`, `fri-mon` or `daily`, and times such as `08:00-20:00`.
    ///
    /// Times have two digits each; an end before the start is one of the next day, and 24:00 is an end only. A window
    /// past midnight belongs to the day on which it starts.
    package init(parsing days: Span<UInt8>, times: Span<UInt8>) throws(SendWindowProblem) {
        let days = try SendWindow.days(days)
        guard times.count == 11 && times[5] == 0x2D else { throw times.isEmpty ? .noTimes : .time }
        let start = try SendWindow.minute(times.extracting(0..<5), most: 1_439)
        let end = try SendWindow.minute(times.extracting(6..<11), most: 1_440)
        guard start != end else { throw .noLength }
        self.init(days: days, start: start, end: end)
    }

    private static func days(_ bytes: Span<UInt8>) throws(SendWindowProblem) -> UInt8 {
        guard !bytes.isEmpty else { throw .noDays }
        if equals(bytes, "daily") { return 0x7F }
        var days: UInt8 = 0
        var start = 0
        while start <= bytes.count {
            let end = bytes.firstIndex(of: 0x2C, from: start) ?? bytes.count
            days |= try span(bytes.extracting(start..<end))
            start = end + 1
        }
        return days
    }

    /// One day, or two with a hyphen; the second may come before the first in the week.
    private static func span(_ bytes: Span<UInt8>) throws(SendWindowProblem) -> UInt8 {
        guard bytes.count == 3 || (bytes.count == 7 && bytes[3] == 0x2D) else { throw .day }
        var day = try weekday(bytes.extracting(0..<3))
        let last = try weekday(bytes.extracting(bytes.count - 3..<bytes.count))
        var days = UInt8(1) << last
        while day != last {
            days |= 1 << day
            day = (day + 1) % 7
        }
        return days
    }

    private static func weekday(_ bytes: Span<UInt8>) throws(SendWindowProblem) -> UInt8 {
        let names: [StaticString] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        for (index, name) in names.enumerated() where equals(bytes, name) { return UInt8(index) }
        throw .day
    }

    private static func minute(_ bytes: Span<UInt8>, most: Int64) throws(SendWindowProblem) -> Int64 {
        for index in [0, 1, 3, 4] where !isDigit(bytes[index]) { throw .time }
        let hour = Int64(bytes[0] - 0x30) * 10 + Int64(bytes[1] - 0x30)
        let minute = Int64(bytes[3] - 0x30) * 10 + Int64(bytes[4] - 0x30)
        guard bytes[2] == 0x3A && minute < 60 && hour * 60 + minute <= most else { throw .time }
        return hour * 60 + minute
    }
}
