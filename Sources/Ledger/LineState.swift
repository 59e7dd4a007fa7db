/// Where a recipient of a campaign stands. The raw values are kept in memory only; files use the names.
package enum LineState: UInt8, CaseIterable, Sendable {
    /// Not read yet.
    case unseen
    case waiting
    /// Gets no mail: suppressed, a duplicate, or not an address.
    case rejected
    /// The end of its message is about to be handed to the kernel, or was.
    case intended
    case accepted
    case refused
    /// Put off until a time.
    case deferred
    /// It may have been accepted, and is held.
    case inDoubt
    /// Put off for longer than the retry schedule goes on.
    case expired
    /// Given up by the operator.
    case dropped
    /// Not sent when the campaign was cancelled.
    case cancelled

    /// The name in reports and files. It never changes.
    package var name: String {
        switch self {
        case .unseen: "unseen"
        case .waiting: "waiting"
        case .rejected: "rejected"
        case .intended: "intended"
        case .accepted: "accepted"
        case .refused: "refused"
        case .deferred: "deferred"
        case .inDoubt: "in_doubt"
        case .expired: "expired"
        case .dropped: "dropped"
        case .cancelled: "cancelled"
        }
    }

    /// Whether something will still happen to it without the operator.
    package var isUnfinished: Bool {
        switch self {
        case .waiting, .intended, .deferred: true
        case .unseen, .rejected, .accepted, .refused, .inDoubt, .expired, .dropped, .cancelled: false
        }
    }
}

/// What happened to recipients: one entry of the ledger's ordered log.
package enum StepKind: UInt8, CaseIterable, Sendable {
    /// The end of the message is about to be handed to the kernel.
    case intent
    /// It was not handed over after all.
    case withdrawn
    case accepted
    case refused
    case deferred
    case inDoubt
    case expired
    /// To be sent again although it may have been accepted.
    case resend
    case dropped
    case cancelled
    /// Put off before anything was tried, because its time has not come.
    case postponed

    /// The name in the ledger's file. It never changes.
    package var name: String {
        switch self {
        case .intent: "intent"
        case .withdrawn: "withdrawn"
        case .accepted: "accepted"
        case .refused: "refused"
        case .deferred: "deferred"
        case .inDoubt: "in_doubt"
        case .expired: "expired"
        case .resend: "resend"
        case .dropped: "dropped"
        case .cancelled: "cancelled"
        case .postponed: "postponed"
        }
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    package init?(name: String) {
        guard let kind = StepKind.byName[name] else { return nil }
        self = kind
    }

    /// The state a step leads to, or nil when it cannot happen in that state.
    package func state(from state: LineState) -> LineState? {
        switch self {
        case .intent: state == .waiting || state == .deferred ? .intended : nil
        case .withdrawn: state == .intended ? .waiting : nil
        case .accepted: state == .intended ? .accepted : nil
        case .refused: state.isUnfinished ? .refused : nil
        case .deferred: state.isUnfinished ? .deferred : nil
        case .inDoubt: state == .intended ? .inDoubt : nil
        case .expired: state.isUnfinished ? .expired : nil
        case .resend: state == .inDoubt || state == .intended ? .waiting : nil
        case .dropped: state == .inDoubt || state == .waiting || state == .deferred ? .dropped : nil
        case .cancelled: state == .waiting || state == .deferred ? .cancelled : nil
        case .postponed: state == .waiting || state == .deferred ? .deferred : nil
        }
    }
}
