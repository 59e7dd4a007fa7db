/// How a whole campaign stands, over all its runs. Each recipient is counted once.
package struct CampaignTotals: Codable, Hashable, Sendable {
    /// All rows of the list that were read, the rejected ones included.
    package var recipients = 0
    package var accepted = 0
    package var refused = 0
    /// Deferred until there was no time left for another attempt.
    package var expired = 0
    /// In doubt and not sent again, until somebody decides.
    package var held = 0
    /// Given up: in doubt, and somebody has decided not to send again, or suppressed after they were planned.
    package var dropped = 0
    package var cancelled = 0
    /// Suppressed, invalid, or twice in the list.
    package var rejected = 0
    /// To be tried again.
    package var deferred = 0
    /// Never tried, or being tried now.
    package var waiting = 0

    package init() {}

    /// Recipients about whom nothing more will happen by itself.
    package var ended: Int { accepted + refused + expired + held + dropped + cancelled + rejected }

    /// Recipients that were sent to and did not get the mail for sure.
    package var undelivered: Int { refused + expired + held + dropped + cancelled }

    package var sum: Int { ended + deferred + waiting }
}
