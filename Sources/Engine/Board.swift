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

    private struct Question {
        var site: String?
        var answer: [LaneAccount]?
    }

    private let notice = Mutex(Notice())
    /// What somebody wants to know, and what the worker has said to it.
    private let question = Mutex<Question?>(nil)

    package init() {}

    func show(_ notice: Notice) { self.notice.withLock { $0 = notice } }

    package var current: Notice { notice.withLock { $0 } }

    func ask(about site: String?) { question.withLock { $0 = Question(site: site) } }

    /// The answer to the last question; nil as long as there is none.
    func takeAnswer() -> [LaneAccount]? { question.withLock { $0?.answer } }

    /// Has the worker answer a question that stands.
    func answer(_ account: (_ site: String?) -> [LaneAccount]) {
        guard let asked = question.withLock({ $0 }), asked.answer == nil else { return }
        let answer = account(asked.site)
        question.withLock { $0?.answer = answer }
    }
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
