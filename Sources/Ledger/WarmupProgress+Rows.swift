import Pacing

extension WarmupProgress {
    /// How far the warmup of a source and a site is, as a restart needs it; nil when there are no rows.
    ///
    /// Stage and counts are as they were counted; whether the days before the latest were healthy, the schedule says.
    ///
    /// - Parameter rows: of that source and site alone, the oldest first.
    package init?(_ rows: some Sequence<WarmupRow>, _ schedule: WarmupSchedule) {
        var progress: WarmupProgress?
        for row in rows {
            var next: WarmupProgress
            if let progress {
                next = schedule.progress(progress, onDay: Int64(row.day), hour: Int64(row.hour))
            } else {
                next = WarmupProgress(day: Int64(row.day), hour: Int64(row.hour))
            }
            next.stage = Int64(row.stage)
            next.intended += Int64(row.intended)
            next.intendedInHour += Int64(row.intended)
            next.delivered += Int64(row.delivered)
            next.failed += Int64(row.failed)
            progress = next
        }
        guard let progress else { return nil }
        self = progress
    }

    /// That of a source and a site that have no rows yet, on a day.
    ///
    /// - Parameter startedDay: the first day of a warmup that began elsewhere, since 1970: each day since counts as
    ///   one of sending.
    package init(startedDay: Int64?, today: Int64) {
        self.init(stage: max(0, today - (startedDay ?? today)), day: today)
    }
}
