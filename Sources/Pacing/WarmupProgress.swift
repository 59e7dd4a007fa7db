/// How far the warmup of a (source, site) has come: what must be kept before each message goes.
///
/// Plain numbers, for whoever stores them. The values of a new one say that nothing was ever sent.
package struct WarmupProgress: Hashable, Sendable {
    /// The stage of the latest day of sending, counted from 0.
    package var stage: Int64
    /// The local day of the latest sending, since 1970-01-01, and the hour of that day.
    package var day: Int64
    package var hour: Int64
    /// Messages on that day: which may have gone, and how those ended that have ended since.
    package var intended: Int64
    package var delivered: Int64
    package var failed: Int64
    /// Messages in that hour.
    package var intendedInHour: Int64
    /// Unhealthy days in a row before that day, at most 1.
    package var unhealthyDays: Int64

    package init(
        stage: Int64 = 0, day: Int64 = 0, hour: Int64 = 0, intended: Int64 = 0, delivered: Int64 = 0, failed: Int64 = 0,
        intendedInHour: Int64 = 0, unhealthyDays: Int64 = 0
    ) {
        self.stage = stage
        self.day = day
        self.hour = hour
        self.intended = intended
        self.delivered = delivered
        self.failed = failed
        self.intendedInHour = intendedInHour
        self.unhealthyDays = unhealthyDays
    }

    /// Whatever was stored: counts below zero would make room that is not there.
    var checked: WarmupProgress {
        WarmupProgress(
            stage: max(0, stage), day: day, hour: min(max(0, hour), 23), intended: max(0, intended),
            delivered: max(0, delivered), failed: max(0, failed), intendedInHour: max(0, intendedInHour),
            unhealthyDays: min(max(0, unhealthyDays), 1))
    }
}

extension WarmupSchedule {
    /// The progress at the beginning of a day and hour: counts start again, and a later day may change the stage.
    ///
    /// A clock that was set back stays on the day and in the hour that were reached. A stage advances only after a day
    /// on which something went and something ended, at least `healthyShare` of it well. After a worse day it stays, and
    /// after the second of two such days in a row it goes back by one.
    package func progress(_ progress: WarmupProgress, onDay day: Int64, hour: Int64) -> WarmupProgress {
        var next = progress
        if day > progress.day {
            next = WarmupProgress(stage: stage(after: progress, onDay: day), day: day, hour: hour)
            next.unhealthyDays = unhealthyDays(after: progress, onDay: day)
        } else if day == progress.day && hour > progress.hour {
            next.hour = hour
            next.intendedInHour = 0
        }
        return next
    }

    /// The stage of the day after a day of this stage that went well.
    package func stage(afterHealthyDayOf stage: Int64) -> Int64 { min(saturatingSum(max(0, stage), 1), lastStage) }

    private func stage(after progress: WarmupProgress, onDay day: Int64) -> Int64 {
        let stage = min(progress.stage, lastStage)
        if isIdle(since: progress, onDay: day) { return 0 }
        switch health(of: progress) {
        case .unknown: return stage
        case .healthy: return min(stage + 1, lastStage)
        case .unhealthy: return progress.unhealthyDays > 0 ? max(0, stage - 1) : stage
        }
    }

    private func unhealthyDays(after progress: WarmupProgress, onDay day: Int64) -> Int64 {
        if isIdle(since: progress, onDay: day) { return 0 }
        switch health(of: progress) {
        case .unknown: return progress.unhealthyDays
        case .healthy: return 0
        // The second one has cost a stage: the next costs one only with another before it.
        case .unhealthy: return progress.unhealthyDays > 0 ? 0 : 1
        }
    }

    private func isIdle(since progress: WarmupProgress, onDay day: Int64) -> Bool {
        guard let reWarmAfterDays else { return false }
        return saturatingDifference(day, progress.day) >= reWarmAfterDays
    }

    private enum Health {
        /// Nothing went, or nothing of it has ended.
        case unknown
        case healthy
        case unhealthy
    }

    private func health(of progress: WarmupProgress) -> Health {
        let ended = Double(progress.delivered) + Double(progress.failed)
        guard progress.intended > 0 && ended > 0 else { return .unknown }
        return Double(progress.delivered) >= healthyShare * ended ? .healthy : .unhealthy
    }
}
