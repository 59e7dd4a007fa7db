import Delivery
import Primitives
import Synchronization

/// The sites that are too big for one worker: their recipients wait here until a worker takes some, and their
/// sessions are divided here.
///
/// A worker comes once for many messages and once for each session that ends: a lock costs nothing then.
package final class SharedSites: Sendable {
    /// What a worker finds when it comes.
    struct Supply {
        var batch: RecipientBatch?
        /// Sessions that the worker shall have for the site: see `SessionShares.settle`.
        var sessions: Int
        /// Recipients that still wait here.
        var waiting: Int

        var hasMore: Bool { waiting > 0 }
    }

    /// How a worker stands with a site.
    struct Standing {
        var sessions: Int
        /// Mail waits at the worker itself.
        var hasMail: Bool
        /// It could do with more.
        var takesBatch: Bool
        /// The site gives it no session. It gets no more mail then, unless that is so for every worker.
        var hasGivenUp: Bool
    }

    fileprivate struct Site {
        var shares: SessionShares
        var backlog = ArrivalQueue<RecipientBatch>()
        /// Recipients in it.
        var waiting = 0
        /// Workers that have been here and got no batch that they could do with.
        var awaitsMail: [Bool]
        /// Workers that were told that recipients wait here.
        var expectsMore: [Bool]
        var haveGivenUp: [Bool]
    }

    private let sites = Mutex<[Site]>([])
    private let backlogBytes = Atomic(0)
    private let workers: Int
    private let call: @Sendable (_ worker: Int) -> Void

    /// - Parameter call: has a worker come to all sites. From any thread.
    init(workers: Int, call: @escaping @Sendable (_ worker: Int) -> Void) {
        self.workers = workers
        self.call = call
    }

    /// Bytes of recipients that wait here.
    var bytesWaiting: Int { backlogBytes.load(ordering: .relaxed) }

    /// Makes a site a shared one. Every worker has to be told its place here, which is returned.
    ///
    /// - Parameters:
    ///   - limit: sessions that the site may have, over all workers.
    ///   - owner: the worker that has had the site for itself.
    func add(limit: Int, owner: Int) -> Int {
        sites.withLock { sites in
            let shares = SessionShares(limit: limit, workers: workers, owner: owner)
            let nobody = [Bool](repeating: false, count: workers)
            sites.append(Site(shares: shares, awaitsMail: nobody, expectsMore: nobody, haveGivenUp: nobody))
            return sites.count - 1
        }
    }

    func post(_ batch: RecipientBatch, to place: Int) {
        backlogBytes.add(batch.bytes.count, ordering: .relaxed)
        let calls = sites.withLock { sites in
            sites[place].backlog.append(batch)
            sites[place].waiting += batch.count
            return takeAll(&sites[place].awaitsMail)
        }
        for worker in calls { call(worker) }
    }

    /// Settles a worker's share of a site, and gives it recipients if it may send to some.
    func visit(_ place: Int, by worker: Int, _ standing: Standing) -> Supply {
        let (supply, calls) = sites.withLock { sites in
            let supply = sites[place].visited(by: worker, standing)
            var calls = sites[place].shares.takeCalls()
            // Whoever counts on what was here has to know that it is gone.
            if supply.batch != nil && !supply.hasMore { calls += takeAll(&sites[place].expectsMore) }
            return (supply, calls)
        }
        if let batch = supply.batch { backlogBytes.subtract(batch.bytes.count, ordering: .relaxed) }
        for other in calls where other != worker { call(other) }
        return supply
    }
}

extension SharedSites.Site {
    fileprivate mutating func visited(by worker: Int, _ standing: SharedSites.Standing) -> SharedSites.Supply {
        haveGivenUp[worker] = standing.hasGivenUp
        let isHopeless = haveGivenUp.allSatisfy { $0 }
        let takes = standing.takesBatch && !backlog.isEmpty && (isHopeless || !standing.hasGivenUp)
        let sessions = shares.settle(worker, sessions: standing.sessions, hasMail: standing.hasMail || takes)
        let batch = takes && (sessions > 0 || isHopeless) ? backlog.removeFirst() : nil
        waiting -= batch?.count ?? 0
        awaitsMail[worker] = standing.takesBatch && batch == nil
        expectsMore[worker] = !backlog.isEmpty
        return SharedSites.Supply(batch: batch, sessions: sessions, waiting: waiting)
    }
}

/// The numbers of those that are marked; afterwards none is.
private func takeAll(_ marks: inout [Bool]) -> [Int] {
    let marked = marks.indices.filter { marks[$0] }
    for number in marked { marks[number] = false }
    return marked
}
