import Campaign
import Ledger
import Pacing
import Primitives
import Uring

/// Recipients whose day has not begun, or is over, where they are.
extension RecipientFeed {
    /// Rows that are put off together.
    private static let mostPostponedAtOnce = 10_000

    /// When the send window opens for the row that was just packed; nil when it is open, or is the same for all.
    func opensLater(_ count: Int, _ reading: inout FeedReading) -> Int64? {
        guard let window, let field = reading.campaign.zoneField else { return nil }
        let now = WallClock.microseconds
        let opens = window.window.opens(at: now, reading.zone(inField: field, of: count) ?? window.zone)
        return opens > now ? opens : nil
    }

    func postpone(_ line: Int, _ count: Int, until: Int64, _ reading: inout FeedReading) {
        reading.postpone(line, count, until: until)
        if reading.postponedCount >= RecipientFeed.mostPostponedAtOnce { postponeAll(&reading) }
    }

    /// Puts off what is gathered, behind the planning of the same rows.
    func postponeAll(_ reading: inout FeedReading) {
        guard reading.postponedCount > 0 else { return }
        planAll(&reading)
        for (until, lines) in reading.takePostponed() {
            // A fault of the ledger stops the run, by whoever watches over it.
            _ = try? ledger.postpone(lines, until: until)
        }
    }
}
