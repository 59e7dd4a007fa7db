import Campaign
import Glibc
import Ledger
import Primitives
import Uring

/// When the list is read, and for whom.
extension RecipientFeed {
    /// So many times longer than a pass took, nothing is read again: a long list is not read all the time for a few
    /// recipients each.
    private static var restAfterPass: Int64 { 10 }

    /// Whom the list is to be read for: all who are due and no worker has. Nil when there is nobody.
    func dueLines() -> LineSelection? {
        // The ledger tells its fault to whoever stops the run.
        (try? ledger.takeSelection(at: MonotonicClock.now)) ?? nil
    }

    /// Waits until somebody is due after a pass.
    ///
    /// - Returns: nil when nobody will be, or the run is stopped, or those due later are left for another run.
    func dueLines(after reading: borrowing FeedReading) -> LineSelection? {
        guard reading.handed.count < limit else { return nil }
        let earliest = MonotonicClock.now + reading.passTook * RecipientFeed.restAfterPass
        while !run.isStopping, ledger.fault == nil {
            let standing = ledger.standing
            let isDue = standing.nextDue.map { $0 <= WallClock.microseconds } ?? false
            if isDue && MonotonicClock.now >= earliest, let lines = dueLines() { return lines }
            let mayFallDue = standing.handedOver > 0 || standing.nextDue != nil
            guard isDue || standing.handedOver > 0 || (mayFallDue && waitsForRetries) else { return nil }
            usleep(5_000)
        }
        return nil
    }
}
