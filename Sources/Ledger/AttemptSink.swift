import Measurement
import SMTP

/// Where attempts are logged. Made and called on the ledger's own thread, after the attempts have become durable.
package protocol AttemptSink: AnyObject {
    /// May keep what it writes until `flush`.
    func write(_ record: borrowing AttemptRecord)

    /// Called after the records of a commit. An error ends the run, as an error of the ledger itself does.
    func flush() throws
}

/// One attempt at a recipient, for a log. Its bytes are lent for the call.
package struct AttemptRecord: ~Escapable {
    /// When it ended: microseconds since 1970.
    package var at: Int64
    package var line: Int
    package let address: Span<UInt8>
    /// What the attempt itself came to.
    package var outcome: Outcome
    /// What that means for the recipient: an attempt that put it off may have been its last.
    package var state: LineState
    /// The server's reply; 0 when none decided.
    package var code = 0
    package var enhanced: EnhancedCode?
    /// The words of the reply, or why there was none.
    package let text: Span<UInt8>
    /// Counted from 1.
    package var attempt = 1
    /// The number of the site in the run.
    package var site = 0
    /// Messages of its session before this one.
    package var sessionMessages = 0
    package var durations = AttemptDurations()

    @_lifetime(copy address, copy text)
    package init(
        at: Int64, line: Int, address: Span<UInt8>, outcome: Outcome, state: LineState, text: Span<UInt8>
    ) {
        self.at = at
        self.line = line
        self.address = address
        self.outcome = outcome
        self.state = state
        self.text = text
    }
}
