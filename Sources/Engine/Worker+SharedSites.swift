import Delivery

/// A worker's place among those that share sites.
package struct Sharing: Sendable {
    let sites: SharedSites
    let worker: Int
}

/// Sites that all workers share: the worker fetches recipients and keeps to its share of the sessions.
extension Worker where Net: ~Copyable {
    /// Asks about every shared site for which it is time.
    mutating func visitSharedSites() {
        while let lane = dispatcher.nextToVisit() { visit(lane) }
    }

    private mutating func visit(_ lane: Int) {
        guard let sharing, let place = dispatcher.lanes[lane].share?.place else { return }
        var hasCome = false
        repeat {
            let supply = sharing.sites.visit(place, by: sharing.worker, standing(of: lane))
            dispatcher.settle(lane, sessions: supply.sessions, waitingOutside: isStopping ? 0 : supply.waiting)
            retire(from: lane, downTo: supply.sessions)
            supply.batch?.admit(to: &dispatcher)
            hasCome = supply.batch != nil
        } while hasCome && dispatcher.isLow(lane)
    }

    private func standing(of lane: Int) -> SharedSites.Standing {
        SharedSites.Standing(
            sessions: dispatcher.lanes[lane].sessions,
            hasMail: !isStopping && dispatcher.waitingCount(in: lane) > 0,
            takesBatch: !isStopping && dispatcher.isLow(lane),
            hasGivenUp: dispatcher.hasGivenUp(lane))
    }

    /// Fetches what else there is for the lane; false when nothing came.
    mutating func fetchMore(for lane: Int) -> Bool {
        visit(lane)
        return dispatcher.waitingCount(in: lane) > 0
    }

    /// Ends sessions of the lane until so many are left: those without work at once, the others when the
    /// messages that they have are done.
    private mutating func retire(from lane: Int, downTo count: Int) {
        guard dispatcher.lanes[lane].sessions > count else { return }
        var staying = connections.slots.count { stays($0, in: lane) }
        for slot in connections.slots where staying > count && stays(slot, in: lane) && connections[slot].isIdle {
            connections[slot].isRetiring = true
            release(slot)
            staying -= 1
        }
        for slot in connections.slots where staying > count && stays(slot, in: lane) {
            connections[slot].isRetiring = true
            staying -= 1
        }
    }

    private func stays(_ slot: ConnectionSlot, in lane: Int) -> Bool {
        guard connections[slot].lane == lane, !connections[slot].isRetiring else { return false }
        switch connections[slot].state {
        case .connecting, .open: return true
        case .free, .closing: return false
        }
    }
}
