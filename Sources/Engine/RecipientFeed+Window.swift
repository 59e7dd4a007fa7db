import Campaign
import Delivery
import Ledger
import Pacing
import Primitives
import Uring

/// Recipients whose day has not begun, or is over, where they are.
extension RecipientFeed {
    /// Rows that are put off together.
    private static let mostPostponedAtOnce = 10_000

    /// How long the send window is open for the row that was just packed; nil when it is the same for all.
    func term(_ count: Int, _ reading: inout FeedReading, now: Int64) -> SendingTerm? {
        guard hasWindowByRecipient, let window else { return nil }
        return reading.term(inField: reading.campaign.zoneField, of: count, window, now: now)
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
