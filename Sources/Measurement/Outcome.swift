/// How it ended for one recipient, as far as this run knows.
package enum Outcome: UInt8, CaseIterable, Sendable {
    /// The receiver has taken responsibility: a 2xx to the content.
    case accepted
    /// The receiver will never take it: a 5xx.
    case refused
    /// Not now: a 4xx, or a fault before the content could have been taken.
    case deferred
    /// The content may or may not have been taken: the final reply never came.
    case inDoubt

    /// The name in reports and files. It never changes.
    package var name: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .deferred: "deferred"
        case .inDoubt: "in_doubt"
        }
    }
}

/// Recipients by outcome.
package struct OutcomeCounts: Hashable, Sendable {
    package var accepted: Int
    package var refused: Int
    package var deferred: Int
    package var inDoubt: Int

    package init(accepted: Int = 0, refused: Int = 0, deferred: Int = 0, inDoubt: Int = 0) {
        self.accepted = accepted
        self.refused = refused
        self.deferred = deferred
        self.inDoubt = inDoubt
    }

    package var total: Int { accepted + refused + deferred + inDoubt }

    package mutating func add(_ recipients: Int, _ outcome: Outcome) {
        switch outcome {
        case .accepted: accepted += recipients
        case .refused: refused += recipients
        case .deferred: deferred += recipients
        case .inDoubt: inDoubt += recipients
        }
    }

    package mutating func add(_ other: OutcomeCounts) {
        accepted += other.accepted
        refused += other.refused
        deferred += other.deferred
        inDoubt += other.inDoubt
    }
}
