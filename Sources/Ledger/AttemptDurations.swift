import Delivery
import Measurement
import Primitives

/// How long the parts of an attempt took, in microseconds; nil for what did not take place.
package struct AttemptDurations: Hashable, Sendable {
    /// From asking for the connection to the first MAIL; for the first message of a session only.
    package var connect: Int64?
    /// From MAIL to the content.
    package var envelope: Int64?
    /// From the content to the end.
    package var content: Int64?
    /// All of it.
    package var whole: Int64?

    package init() {}

    package init(of attempt: Attempt) {
        let isFirst = attempt.sessionMessages == 0
        let start = isFirst ? attempt.connectStarted : attempt.envelopeWritten
        if isFirst { connect = span(attempt.connectStarted, attempt.envelopeWritten) }
        envelope = span(attempt.envelopeWritten, attempt.contentWritten)
        content = span(attempt.contentWritten, attempt.ended)
        whole = span(start, attempt.ended)
    }

    private func span(_ start: Instant, _ end: Instant) -> Int64? {
        start == .zero || end == .zero ? nil : (end - start).microseconds
    }
}

extension StepKind {
    /// What an attempt came to that a worker noted as this step.
    var outcome: Outcome? {
        switch self {
        case .accepted: .accepted
        case .refused: .refused
        case .deferred: .deferred
        case .inDoubt: .inDoubt
        case .intent, .withdrawn, .expired, .resend, .dropped, .cancelled, .postponed: nil
        }
    }
}
