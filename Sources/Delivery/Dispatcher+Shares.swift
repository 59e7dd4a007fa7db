/// A worker's part of a site that all workers share.
package struct LaneShare {
    /// The site's place among the shared ones.
    package let place: Int
    /// Sessions that the worker shall have for it.
    var sessions: Int
    /// Messages for the site that wait outside of the worker, as it last heard.
    var waitingOutside = 0
    /// Stands in the dispatcher's list of lanes to ask about.
    var isToBeVisited = false

    var isSupplied: Bool { waitingOutside > 0 }

    /// Mail that should wait in the lane: enough for a turn in which every session fills its depth.
    var lowMark: Int { 2 * 32 * max(1, sessions) }
}

// Sites that all workers share. What waits for them, and how many sessions each worker may have, is settled
// outside; the dispatcher says when it is time to ask, and keeps to the answer.
extension Dispatcher {
    /// From now on the site is shared. The worker keeps the sessions it has until it has asked.
    package mutating func share(site: Int, place: Int) {
        let lane = mails[mailNumber(of: site)].lanes.lowerBound
        lanes[lane].share = LaneShare(place: place, sessions: lanes[lane].sessions)
        visit(lane)
    }

    /// Asks about every shared site: something may have changed outside.
    package mutating func visitSharedSites() {
        for lane in lanes.indices where lanes[lane].share != nil { visit(lane) }
    }

    /// The next lane to ask about; nil when there is none.
    package mutating func nextToVisit() -> Int? {
        guard let lane = toVisit.popLast() else { return nil }
        lanes[lane].share?.isToBeVisited = false
        return lane
    }

    /// Whether the lane could do with more mail.
    package func isLow(_ lane: Int) -> Bool {
        guard let share = lanes[lane].share else { return false }
        return waitingCount(in: lane) < share.lowMark
    }

    /// Whether the site has given no session for so long that its mail was deferred.
    package func hasGivenUp(_ lane: Int) -> Bool {
        mails[lanes[lane].mail].lanes.allSatisfy {
            lanes[$0].sessions == 0 && lanes[$0].failures >= mostFailures(of: $0)
        }
    }

    private func mostFailures(of lane: Int) -> Int {
        guard lanes[lane].pace >= 0, let most = paces[lanes[lane].pace].mostFailures else { return limits.mostFailures }
        return min(Int(most), limits.mostFailures)
    }

    /// What was settled for the lane: so many sessions, and how many messages still wait outside.
    package mutating func settle(_ lane: Int, sessions: Int, waitingOutside: Int) {
        guard let share = lanes[lane].share else { return }
        self.waitingOutside += waitingOutside - share.waitingOutside
        lanes[lane].share?.waitingOutside = waitingOutside
        lanes[lane].share?.sessions = sessions
        list(lane)
    }

    /// Whether the lane gets more mail, from outside or because the list goes on.
    package func mayGetMore(_ lane: Int) -> Bool {
        !isClosed || (lanes[lane].share?.isSupplied ?? false)
    }

    /// A lane that runs dry asks whether there is more, and gives back its share when there is not.
    mutating func visitIfLow(_ lane: Int) {
        guard let share = lanes[lane].share, !share.isToBeVisited else { return }
        let waiting = waitingCount(in: lane)
        if waiting == 0 || (share.isSupplied && waiting < share.lowMark) { visit(lane) }
    }

    mutating func visit(_ lane: Int) {
        guard let share = lanes[lane].share, !share.isToBeVisited else { return }
        lanes[lane].share?.isToBeVisited = true
        toVisit.append(lane)
    }
}
