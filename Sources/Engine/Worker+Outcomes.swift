import Delivery
import Measurement
import Primitives
import SMTP

/// Verdicts are counted and told, and progress is shown.
extension Worker where Net: ~Copyable {
    /// The verdict on recipients of the session's oldest message.
    ///
    /// - Parameter textCount: how much of `replyText` the deciding reply takes.
    mutating func settleOldest(
        _ slot: ConnectionSlot, recipients: Int, _ verdict: Verdict, textCount: Int = 0
    ) {
        var attempt = Attempt(site: connections[slot].site, ended: network.now)
        if journal != nil { complete(&attempt, atOldestOf: slot) }
        settle(connections[slot].inFlight, recipients: recipients, verdict, textCount, attempt)
    }

    /// The verdict on the oldest message of a queue.
    mutating func settle(
        _ queue: RecordQueue, recipients: Int, _ verdict: Verdict, _ textCount: Int, _ attempt: Attempt
    ) {
        tally.record(verdict.outcome, site: attempt.site, recipients: recipients)
        outcomes.settled(
            dispatcher.pool.first(of: queue), recipients: recipients, verdict,
            text: replyText.bytes(0..<textCount), attempt)
    }

    mutating func publishWhenDue() {
        guard board != nil, journal == nil, network.now >= nextPublication else { return }
        publish()
        nextPublication = network.now + .milliseconds(200)
    }

    mutating func publish() {
        board?.show(Board.Notice(tally, dispatcher))
    }
}

extension EnhancedCode {
    /// As the tally counts it.
    var packed: UInt32 {
        PackedEnhancedCode.packed(class: Int(classDigit), subject: Int(subject), detail: Int(detail))
    }
}

extension GroupingsUsed {
    init(_ style: Grouping.Style) {
        switch style {
        case .lockstep: self = .lockstep
        case .grouped: self = .grouped
        case .chunked: self = .chunked
        }
    }
}
