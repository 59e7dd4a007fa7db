import Campaign
import Delivery
import Uring

/// What becomes of a recipient whose message may or may not have been accepted.
package enum DoubtPolicy: String, Hashable, Sendable {
    /// It gets no further mail until the operator decides: nobody gets the message twice.
    case hold
    /// It is sent to again: everybody gets the message.
    case resend
}

/// How a campaign's ledger is opened.
package struct LedgerOptions: Sendable {
    package var campaign: String
    /// Whether a state directory without a campaign gets one.
    package var isMade = true
    /// Without any, those of before hold: for commands that do not send.
    package var inputs: [InputFingerprint] = []
    /// Inputs that differ from those of before take their place. See `Ledger.open`.
    package var acceptsChanges = false
    /// Nil: as it was before.
    package var doubtPolicy: DoubtPolicy?
    package var retry: RetrySchedule
    /// For the random part of delays.
    package var seed: UInt64 = 1
    /// Nanoseconds between the origin of the workers' clock and 1970.
    package var unixOrigin: Int64 = 0
    /// Microseconds since 1970.
    package var clock: @Sendable () -> Int64 = { WallClock.microseconds }
    /// Makes the log of attempts, on the thread that will write it. It is given a name that no other campaign has, and
    /// that is the same in all runs of this one.
    package var makeSink: (@Sendable (_ uniqueName: String) throws -> any AttemptSink)?
    /// Called once, on the ledger's thread, when nothing will become durable any more.
    package var onFault: @Sendable (LedgerFault) -> Void = { _ in }
    package var failpoints = LedgerFailpoints.fromEnvironment()
    /// Rows to be planned that may wait, in bytes. More make the commits longer that intents wait for.
    package var mostPlanBytesWaiting = 1_024 * 1_024

    package init(campaign: String, doubtPolicy: DoubtPolicy? = nil, retry: RetrySchedule = RetrySchedule()) {
        self.campaign = campaign
        self.doubtPolicy = doubtPolicy
        self.retry = retry
    }
}
