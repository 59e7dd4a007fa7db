/// What a day of a warmup would bring if everything was delivered and mail went out on every day.
package struct WarmupForecastDay: Hashable, Sendable {
    /// Since 1970-01-01, in local time.
    package var day: Int64
    /// Messages of that day at most; `.max` for no limit.
    package var ceiling: Int64
    /// Messages of the campaign on that day.
    package var sent: Int64
}

extension WarmupGate {
    /// The days it takes to send to so many, ten years of them at most.
    ///
    /// - Parameters:
    ///   - day: the local day on which the sending starts, since 1970-01-01; one before the latest day of sending
    ///     counts as that day, with what has gone on it.
    ///   - hoursPerDay: how many hours of a day the send window is open, from 1 to 24.
    package func forecast(recipients: Int64, from day: Int64, hoursPerDay: Int64 = 24) -> [WarmupForecastDay] {
        var days: [WarmupForecastDay] = []
        var left = recipients
        var progress = schedule.progress(progress, onDay: day, hour: 0)
        while left > 0 && days.count < 3_660 {
            let ceiling = ceiling(ofStage: progress.stage, hours: min(max(1, hoursPerDay), 24))
            let sent = min(left, max(0, saturatingDifference(ceiling, progress.intended)))
            days.append(WarmupForecastDay(day: progress.day, ceiling: ceiling, sent: sent))
            left -= sent
            progress.intended = saturatingSum(progress.intended, sent)
            progress.delivered = saturatingSum(progress.delivered, sent)
            progress = schedule.progress(progress, onDay: saturatingSum(progress.day, 1), hour: 0)
        }
        return days
    }

    private func ceiling(ofStage stage: Int64, hours: Int64) -> Int64 {
        let ceilings = schedule.ceilings(ofStage: stage)
        let ofHours = ceilings.perHour.map { saturatingProduct($0, hours) } ?? .max
        return min(ceilings.perDay ?? .max, ofHours)
    }
}
