/// Opens for the messages of a (source, site) that its warmup has room for, spread evenly over the hour or the day.
///
/// The contract of who keeps it: after `take` the progress is stored, and only then does the message go. Then no hour
/// and no day of local time ever sees more than its ceiling, across any number of crashes, whatever the clock does.
/// After a restart one message may go at once; the rest is spread over what is left of the time.
///
/// The day never goes down: a clock that is set back finds the room of the latest day of sending, and no other before
/// that day is over.
package struct WarmupGate: Hashable, Sendable {
    package let schedule: WarmupSchedule
    package private(set) var progress: WarmupProgress
    /// When the next message is due, in microseconds since 1970, as far as the spread is concerned: never after the
    /// end of the hour or day over which it spreads.
    private var due = Int64.min

    package init(_ schedule: WarmupSchedule, _ progress: WarmupProgress) {
        self.schedule = schedule
        self.progress = progress.checked
    }

    /// The same time when a message may go now, otherwise the time at which the next one may; both in microseconds
    /// since 1970.
    package func opens(at unixMicroseconds: Int64, _ zone: ZoneOffsets) -> Int64 {
        let (day, hour) = zone.dayAndHour(at: unixMicroseconds)
        let now = schedule.progress(progress, onDay: day, hour: hour)
        let room = room(now)
        if room.inDay <= 0 { return start(ofDay: saturatingSum(now.day, 1), hour: 0, after: unixMicroseconds, zone) }
        if room.inHour <= 0 { return start(ofDay: now.day, hour: now.hour + 1, after: unixMicroseconds, zone) }
        return max(unixMicroseconds, due)
    }

    /// Messages go now, or soon, as one share of the room: no more than `remaining` says.
    ///
    /// - Parameter closing: when the send window closes, so that the day's messages are spread until then.
    package mutating func take(
        _ count: Int64 = 1, at unixMicroseconds: Int64, _ zone: ZoneOffsets, until closing: Int64 = .max
    ) {
        let (day, hour) = zone.dayAndHour(at: unixMicroseconds)
        progress = schedule.progress(progress, onDay: day, hour: hour)
        let spacing = spacing(at: unixMicroseconds, zone, until: closing)
        due = saturatingSum(unixMicroseconds, saturatingProduct(spacing, max(0, count)))
        progress.intended = saturatingSum(progress.intended, max(0, count))
        progress.intendedInHour = saturatingSum(progress.intendedInHour, max(0, count))
    }

    package mutating func noteDelivered() { progress.delivered = saturatingSum(progress.delivered, 1) }

    /// Refused for good. What is put off has not ended.
    package mutating func noteFailed() { progress.failed = saturatingSum(progress.failed, 1) }

    /// How many may still go in this hour of this day; `.max` for no limit.
    package func remaining(at unixMicroseconds: Int64, _ zone: ZoneOffsets) -> Int64 {
        let (day, hour) = zone.dayAndHour(at: unixMicroseconds)
        let room = room(schedule.progress(progress, onDay: day, hour: hour))
        return max(0, min(room.inDay, room.inHour))
    }

    private func room(_ progress: WarmupProgress) -> (inDay: Int64, inHour: Int64) {
        let ceilings = schedule.ceilings(ofStage: progress.stage)
        return (
            ceilings.perDay.map { saturatingDifference($0, progress.intended) } ?? .max,
            ceilings.perHour.map { saturatingDifference($0, progress.intendedInHour) } ?? .max
        )
    }

    /// Microseconds from one message to the next, so that what is left lasts as long as the hour and the day do.
    private func spacing(at now: Int64, _ zone: ZoneOffsets, until closing: Int64) -> Int64 {
        let room = room(progress)
        var spacing: Int64 = 0
        if room.inDay < .max {
            let end = start(ofDay: saturatingSum(progress.day, 1), hour: 0, after: now, zone)
            spacing = share(of: room.inDay, from: now, to: end, closing)
        }
        if room.inHour < .max {
            let end = start(ofDay: progress.day, hour: progress.hour + 1, after: now, zone)
            spacing = max(spacing, share(of: room.inHour, from: now, to: end, closing))
        }
        return spacing
    }

    private func share(of room: Int64, from now: Int64, to end: Int64, _ closing: Int64) -> Int64 {
        let last = closing > now ? min(end, closing) : end
        return saturatingDifference(last, now) / max(1, room)
    }

    /// The first moment behind `now` whose local day and hour are these or later ones; hour 24 is the next day.
    private func start(ofDay day: Int64, hour: Int64, after now: Int64, _ zone: ZoneOffsets) -> Int64 {
        let local = saturatingSum(
            saturatingProduct(day, microsecondsPerDay), hour * microsecondsPerHour)
        return zone.first(
            after: now, where: { $0 >= local }, next: { $0 < local ? local : saturatingSum($0, 1) }) ?? .max
    }
}
