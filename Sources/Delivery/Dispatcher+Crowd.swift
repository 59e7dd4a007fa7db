import Primitives

// Lanes that want a session while the worker has as many as it may.
extension Dispatcher {
    /// Whether somebody waits for the place that an idle session holds.
    package var isCrowded: Bool { firstOfCrowd != nil }

    private var firstOfCrowd: Int? { entitled.last ?? crowdedOut.first }

    /// The lane whose turn it is to have a free place, if somebody waits for one. Those that want none any more are
    /// passed over, or the place would be lost to all behind them.
    ///
    /// - Parameter needsToMove: the place is that of another lane's session: nobody is passed over who may not have it.
    mutating func nextOfCrowd(at now: Instant, ifMovable needsToMove: Bool = false) -> Int? {
        while let lane = firstOfCrowd, !needsToMove || mayMove(lane) {
            leaveCrowd(lane)
            if decision(about: lane, at: now) == .connect { return lane }
        }
        return nil
    }

    mutating func crowdOut(_ lane: Int) {
        if isEntitled(lane) { return claim(lane) }
        guard !lanes[lane].isCrowdedOut else { return }
        lanes[lane].isCrowdedOut = true
        crowdedOut.append(lane)
    }

    /// Puts the lane before those who wait for their turn.
    mutating func claim(_ lane: Int) {
        guard !lanes[lane].isAmongEntitled else { return }
        lanes[lane].isAmongEntitled = true
        entitled.append(lane)
    }

    /// The first of the crowd is decided about anew.
    private mutating func leaveCrowd(_ lane: Int) {
        if entitled.popLast() != nil {
            lanes[lane].isAmongEntitled = false
        } else {
            _ = crowdedOut.removeFirst()
            lanes[lane].isCrowdedOut = false
        }
        list(lane)
    }

    /// Whether the lane's part of all mail that waits is worth another of the worker's sessions.
    ///
    /// Who waits for a place has one in turn, for as many messages as a session may have. A site with much of the mail
    /// keeps its part of the places besides: else it would go on alone, with few sessions, when all others are through.
    func isEntitled(_ lane: Int) -> Bool {
        let part = waitingCount(in: lane) + (lanes[lane].share?.waitingOutside ?? 0)
        return (lanes[lane].sessions + 1) * (waitingCount + waitingOutside) <= limits.sessions * part
    }
}
