import Delivery
import Measurement
import Synchronization

/// Where one worker shows a few times a second how far it is. Read by whoever draws progress.
package final class Board: Sendable {
    /// One worker's numbers at one moment.
    package struct Notice: Sendable {
        package var counts = OutcomeCounts()
        package var sites: [SiteTally] = []
        package var sessions = 0
        /// Sessions by site; sites without are left out.
        package var siteSessions: [(site: Int, sessions: Int)] = []
        package var waiting = 0
    }

    private let notice = Mutex(Notice())

    package init() {}

    func show(_ notice: Notice) { self.notice.withLock { $0 = notice } }

    package var current: Notice { notice.withLock { $0 } }
}

extension Board.Notice {
    init(_ tally: Tally, _ dispatcher: borrowing Dispatcher) {
        counts = tally.counts
        sites = tally.sites
        sessions = dispatcher.sessions
        siteSessions = dispatcher.sessionsBySite
        waiting = dispatcher.waitingCount
    }
}
