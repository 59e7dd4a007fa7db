import Pacing

/// How the warmup of a source at a site stands on a day, and what has gone so far.
package struct WarmupStanding: Sendable {
    package struct Day: Hashable, Sendable {
        /// Local, since 1970.
        package var day: Int64
        package var stage: Int64
        package var ceilings: WarmupSchedule.Stage
        package var intended: Int64 = 0
        package var delivered: Int64 = 0
        package var failed: Int64 = 0
    }

    package let source: String
    package let site: String
    package let warmup: RememberedWarmup?
    /// Today, with what has gone by now.
    package let today: Day
    /// What holds tomorrow if today goes well.
    package let tomorrow: WarmupSchedule.Stage
    /// The days on which something went, the oldest first.
    package let days: [Day]
    private let gate: WarmupGate

    /// - Parameters:
    ///   - rows: of one source and site, at least one, the oldest first.
    ///   - warmup: nil when the campaign has kept none for the source: nothing limits it then.
    ///   - now: microseconds since 1970.
    package init?(_ rows: ArraySlice<WarmupRow>, _ warmup: RememberedWarmup?, now: Int64, _ zone: ZoneOffsets) {
        let schedule = warmup?.schedule ?? WarmupSchedule(stages: [])
        guard let first = rows.first, let latest = WarmupProgress(rows, schedule) else { return nil }
        source = first.source
        site = first.site
        self.warmup = warmup
        days = WarmupStanding.days(rows, schedule)
        let (day, hour) = zone.dayAndHour(at: now)
        let progress = schedule.progress(latest, onDay: day, hour: hour)
        gate = WarmupGate(schedule, progress)
        today = Day(
            day: progress.day, stage: progress.stage, ceilings: schedule.ceilings(ofStage: progress.stage),
            intended: progress.intended, delivered: progress.delivered, failed: progress.failed)
        tomorrow = schedule.ceilings(ofStage: schedule.stage(afterHealthyDayOf: progress.stage))
    }

    private static func days(_ rows: ArraySlice<WarmupRow>, _ schedule: WarmupSchedule) -> [Day] {
        var days: [Day] = []
        for row in rows {
            if days.last?.day != Int64(row.day) {
                days.append(Day(day: Int64(row.day), stage: 0, ceilings: WarmupSchedule.Stage()))
            }
            let last = days.count - 1
            days[last].stage = Int64(row.stage)
            days[last].ceilings = schedule.ceilings(ofStage: Int64(row.stage))
            days[last].intended += Int64(row.intended)
            days[last].delivered += Int64(row.delivered)
            days[last].failed += Int64(row.failed)
        }
        return days
    }

    /// The days from today on that it takes to send to so many, as `WarmupGate.forecast` has them.
    package func forecast(recipients: Int64) -> [WarmupForecastDay] {
        gate.forecast(recipients: recipients, from: today.day)
    }
}

extension LedgerReader {
    /// The warmups that the campaign was sent with last, by the name of their source. Those that cannot be read are
    /// left out.
    package func rememberedWarmups() -> [(source: String, warmup: RememberedWarmup)] {
        remembered(beginning: RememberedWarmup.factPrefix).compactMap { name, value in
            RememberedWarmup(json: value).map { (name, $0) }
        }
    }

    /// All warmups that have sent something, by source and site.
    ///
    /// - Parameters:
    ///   - now: microseconds since 1970.
    ///   - zone: that of a name; UTC stands in for one that nobody knows.
    package func warmupStandings(
        now: Int64, zone: (String) -> ZoneOffsets?
    ) throws(LedgerFault) -> [WarmupStanding] {
        let warmups = Dictionary(rememberedWarmups().map { ($0.source, $0.warmup) }, uniquingKeysWith: { $1 })
        var rows = try self.warmups()[...]
        var standings: [WarmupStanding] = []
        while let first = rows.first {
            let same = rows.prefix { $0.source == first.source && $0.site == first.site }
            rows = rows.dropFirst(same.count)
            let warmup = warmups[first.source]
            let offsets = warmup.flatMap { zone($0.zone) } ?? .utc
            if let standing = WarmupStanding(same, warmup, now: now, offsets) { standings.append(standing) }
        }
        return standings
    }
}
