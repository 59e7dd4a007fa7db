import Primitives

/// Days and times as people read them.
enum DateText {
    /// `2026-11-02`.
    ///
    /// - Parameter daysSince1970: of a day in the year 0 or later.
    static func day(_ daysSince1970: Int64) -> String {
        guard let days = Int(exactly: daysSince1970), (-700_000...100_000_000).contains(days) else { return "?" }
        let date = CivilDate(daysSince1970: days)
        return "\(date.year)-\(NumberText.twoDigits(date.month))-\(NumberText.twoDigits(date.day))"
    }

    /// `2026-11-02 15:04`, in UTC; the next minute when one has begun.
    static func minute(_ unixSeconds: Int64) -> String {
        let (minutes, overflow) = unixSeconds.addingReportingOverflow(59)
        guard unixSeconds >= 0, !overflow else { return "?" }
        let ofDay = minutes / 60 % 1_440
        return
            "\(day(minutes / 86_400)) \(NumberText.twoDigits(Int(ofDay / 60))):\(NumberText.twoDigits(Int(ofDay % 60)))"
    }
}
