/// The days of the week and the hours of local time in which mail goes out.
///
/// A moment belongs to the window when local clocks show a time in it. What daylight saving leaves out is not there: a
/// window of 02:00–03:00 does not open in the night in which clocks go from 02:00 to 03:00, and one of 02:30–04:00
/// opens at 03:00. What it repeats is there twice: 01:00–02:00 is two hours long when clocks go back from 02:00.
package struct SendWindow: Hashable, Sendable {
    /// Bit 0 is Monday.
    private let days: UInt8
    /// Minutes since midnight: from `start` up to, but not including, `end`. An end before the start is one of the
    /// next day.
    private let start: Int64
    private let end: Int64

    package static let always = SendWindow(days: 0x7F, start: 0, end: 1_440)

    init(days: UInt8, start: Int64, end: Int64) {
        self.days = days
        self.start = start
        self.end = end
    }

    /// The same time when the window is open, otherwise the time at which it opens next, both in microseconds since
    /// 1970.
    package func opens(at unixMicroseconds: Int64, _ zone: ZoneOffsets) -> Int64 {
        if isOpen(zone.local(unixMicroseconds)) { return unixMicroseconds }
        return next(true, after: unixMicroseconds, zone)
    }

    /// The time at which the window that is open closes; the same time when it is closed, `.max` for one that is
    /// always open.
    package func closes(at unixMicroseconds: Int64, _ zone: ZoneOffsets) -> Int64 {
        guard isOpen(zone.local(unixMicroseconds)) else { return unixMicroseconds }
        return next(false, after: unixMicroseconds, zone)
    }

    private func next(_ open: Bool, after unixMicroseconds: Int64, _ zone: ZoneOffsets) -> Int64 {
        zone.first(after: unixMicroseconds, where: { isOpen($0) == open }, next: { change(to: open, after: $0) })
            ?? .max
    }

    private func isOpen(_ local: Int64) -> Bool {
        let day = floorDivision(local, microsecondsPerDay)
        let minute = saturatingDifference(local, saturatingProduct(day, microsecondsPerDay)) / 60_000_000
        if start < end { return has(day) && minute >= start && minute < end }
        return (has(day) && minute >= start) || (has(day - 1) && minute < end)
    }

    /// The first day of 1970 was a Thursday.
    private func has(_ day: Int64) -> Bool {
        let weekday = (day % 7 + 7 + 3) % 7
        return days >> UInt8(weekday) & 1 == 1
    }

    /// The first local time behind another at which the window changes so: it can at its start and at its end, and what
    /// it does in a week it does for ever.
    private func change(to open: Bool, after local: Int64) -> Int64? {
        let today = floorDivision(local, microsecondsPerDay)
        for day in today...today + 8 {
            for minute in [min(start, end), max(start, end)] {
                let time = saturatingSum(saturatingProduct(day, microsecondsPerDay), minute * 60_000_000)
                if time > local && isOpen(time) == open { return time }
            }
        }
        return nil
    }
}
