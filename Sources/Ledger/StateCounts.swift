/// Recipients by state.
package struct StateCounts: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: LineState.allCases.count)

    package init() {}

    package subscript(state: LineState) -> Int { counts[Int(state.rawValue)] }

    /// All rows of the list that were read.
    package var total: Int { counts.reduce(0, +) }

    /// Those to whom something will still happen without the operator.
    package var unfinished: Int { self[.waiting] + self[.intended] + self[.deferred] }

    mutating func move(from old: LineState, to new: LineState) {
        if old != .unseen { counts[Int(old.rawValue)] -= 1 }
        counts[Int(new.rawValue)] += 1
    }
}

/// How a campaign stands, as far as it would survive a loss of power.
package struct Standing: Hashable, Sendable {
    package var counts = StateCounts()
    /// The last line of the recipients file that was read; 0 when none was.
    package var plannedThrough = 0
    /// Nothing stands behind that line.
    package var isPlanningComplete = false
    /// The operator has cancelled the campaign.
    package var isCancelled = false
    /// Recipients that workers of this process have got and not settled.
    package var handedOver = 0
    /// When the next recipient falls due that no worker has: microseconds since 1970, 0 for at once, nil when there
    /// is none. May be too early, never too late; `Ledger.takeSelection` corrects it.
    package var nextDue: Int64?

    package init() {}

    /// Recipients held in doubt: they wait for the operator.
    package var held: Int { counts[.inDoubt] }

    /// Nothing more will happen without the operator.
    package var hasEnded: Bool { counts.unfinished == 0 && (isPlanningComplete || isCancelled) }
}
