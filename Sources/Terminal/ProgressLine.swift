import Measurement
import Primitives

/// The progress of a run for logs: one line every five seconds, and every five minutes while nobody is due.
struct ProgressLine {
    static let distance = Interval.seconds(5)
    private static let longDistance = Interval.seconds(300)

    private var meter = RateMeter()
    private var due = ProgressLine.distance

    /// - Returns: a line without its end, or nil when it is not time for one.
    mutating func next(_ snapshot: ProgressSnapshot) -> String? {
        let rate = meter.update(elapsed: snapshot.elapsed, outcomes: snapshot.outcomes.total)
        guard snapshot.elapsed >= due else { return nil }
        let distance = snapshot.secondsToNextTry == nil ? ProgressLine.distance : ProgressLine.longDistance
        due = Interval(nanoseconds: snapshot.elapsed.nanoseconds + distance.nanoseconds)
        return text(snapshot, rate: rate)
    }

    private func text(_ snapshot: ProgressSnapshot, rate: Double) -> String {
        var items = [NumberText.clock(seconds: snapshot.elapsed.seconds) + "  " + way(snapshot)]
        items.append("\(NumberText.rate(rate))/s")
        items.append("accepted \(NumberText.grouped(snapshot.outcomes.accepted))")
        items.append("refused \(NumberText.grouped(snapshot.outcomes.refused))")
        items.append("deferred \(NumberText.grouped(snapshot.outcomes.deferred))")
        items.append("in doubt \(NumberText.grouped(snapshot.outcomes.inDoubt))")
        items.append("rejected \(NumberText.grouped(snapshot.rejectedBeforeSending))")
        items.append("sessions \(NumberText.grouped(snapshot.sessionsOpen))")
        items.append("waiting \(NumberText.grouped(snapshot.waiting))")
        if let seconds = snapshot.secondsLeft(at: rate) {
            items.append("\(NumberText.clock(seconds: seconds.rounded(.up))) left")
        }
        if let seconds = snapshot.secondsToNextTry {
            items.append("next try in \(NumberText.clock(seconds: max(0, seconds.rounded(.up))))")
        }
        return items.joined(separator: "  ")
    }

    private func way(_ snapshot: ProgressSnapshot) -> String {
        let done = NumberText.grouped(snapshot.done)
        guard let total = snapshot.total else { return "\(done) done" }
        return "\(done) of \(NumberText.grouped(total)) (\(NumberText.share(snapshot.done, of: total)))"
    }
}
