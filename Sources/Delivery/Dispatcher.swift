import Primitives

/// Decides for one worker which message goes next, on which session, and when a new session is made.
///
/// Pure: it is told what happened and says what to do. One worker owns it; a site's limits have one owner.
package struct Dispatcher: ~Copyable {
    package let limits: Limits
    package internal(set) var lanes: [Lane] = []
    /// The memory of every record that waits or is under way in this worker.
    package var pool = PagePool()
    /// Lanes by number of their site; -1 where the site belongs to another worker.
    private var laneOfSite: [Int32] = []
    /// Lanes whose decision may have changed, each once.
    private var listed: [Int] = []
    private var paused = DeadlineHeap(owners: 0)
    /// Lanes that have had an idle session and may have one still, each once.
    var idleLanes: [Int] = []
    /// Lanes that want a session while the worker has as many as it may, the longest waiting first.
    var crowdedOut = ArrivalQueue<Int>()
    /// Sessions that connect or stand, over all lanes.
    package internal(set) var sessions = 0
    /// Messages that wait for a session, over all lanes.
    package internal(set) var waitingCount = 0
    /// Lanes of shared sites to ask about, each once.
    var toVisit: [Int] = []
    /// Lanes for which mail waits outside of this worker.
    var suppliedLanes = 0
    /// Whether more recipients may still be admitted.
    package private(set) var isClosed = false
    private let madeUpDomain: [UInt8]

    /// - Parameter madeUpDomain: the domain of made-up recipients, in a reserved name (RFC 2606).
    package init(limits: Limits, madeUpDomain: [UInt8] = Array("bench.test".utf8)) {
        self.limits = limits
        self.madeUpDomain = madeUpDomain
    }

    /// Whether everything that was admitted has been given to a session and nothing more will come.
    package var isExhausted: Bool { isClosed && waitingCount == 0 && suppliedLanes == 0 }

    /// Puts a recipient into the lane of its site. Next: `Lane.next`.
    package mutating func admit(_ row: Span<UInt8>, site: Int) {
        let lane = laneNumber(of: site)
        pool.append(row, tag: 0, to: &lanes[lane].waiting)
        waitingCount += 1
        list(lane)
    }

    /// Adds messages that are made up when their turn comes: for a benchmark.
    package mutating func admitMadeUp(_ numbers: Range<Int>, site: Int) {
        let lane = laneNumber(of: site)
        lanes[lane].madeUp = numbers
        waitingCount += numbers.count
        list(lane)
    }

    /// No recipient will be admitted any more.
    package mutating func close() { isClosed = true }

    /// The next thing to do: a session to make, or an idle one to give work. Nil when nothing is left now.
    package mutating func nextAction(at now: Instant) -> DispatcherAction? {
        while let lane = paused.popExpired(at: now) { list(lane) }
        if let lane = nextOfCrowd(at: now) { return connect(lane) }
        while let lane = listed.last {
            switch lanes[lane].next(at: now, within: limits) {
            case .send(let slot):
                lanes[lane].idleSessions.removeLast()
                return .give(slot)
            case .connect where sessions >= limits.sessions:
                crowdOut(lane)
                unlist()
                if let slot = takeIdleSession() { return .release(slot) }
            case .connect:
                return connect(lane)
            case .wait(let until):
                paused.set(until, for: lane)
                unlist()
            case .idle:
                unlist()
            }
        }
        return nil
    }

    private mutating func connect(_ lane: Int) -> DispatcherAction {
        sessions += 1
        lanes[lane].sessions += 1
        lanes[lane].opening += 1
        return .connect(lane: lane)
    }

    /// The lane of the crowd whose turn it is to have a free place, if there is one. Those that want none any
    /// more are passed over, or the place would be lost to all behind them.
    private mutating func nextOfCrowd(at now: Instant) -> Int? {
        while sessions < limits.sessions, let lane = crowdedOut.removeFirst() {
            lanes[lane].isCrowdedOut = false
            list(lane)
            if lanes[lane].next(at: now, within: limits) == .connect { return lane }
        }
        return nil
    }

    private mutating func crowdOut(_ lane: Int) {
        guard !lanes[lane].isCrowdedOut else { return }
        lanes[lane].isCrowdedOut = true
        crowdedOut.append(lane)
    }

    /// An idle session of any lane, which then is idle no longer.
    private mutating func takeIdleSession() -> Int? {
        while let lane = idleLanes.last {
            if let slot = lanes[lane].idleSessions.popLast() { return slot }
            idleLanes.removeLast()
            lanes[lane].isAmongIdle = false
        }
        return nil
    }

    /// When `nextAction` may have something to say although nothing else happens.
    package var earliestAction: Instant { paused.earliest }

    /// Moves the lane's next message to the end of a session's queue; false when none waits.
    package mutating func take(from lane: Int, to queue: inout RecordQueue, at now: Instant) -> Bool {
        if !lanes[lane].returned.isEmpty {
            let attempts = MessageTag(pool.firstTag(of: lanes[lane].returned)).attempts
            let tag = MessageTag(attempts: attempts, started: now).rawValue
            pool.moveFirst(of: &lanes[lane].returned, tag: tag, to: &queue)
        } else if !lanes[lane].waiting.isEmpty {
            let tag = MessageTag(attempts: 0, started: now).rawValue
            pool.moveFirst(of: &lanes[lane].waiting, tag: tag, to: &queue)
        } else if let number = lanes[lane].takeMadeUp() {
            makeUp(number, to: &queue, at: now)
        } else {
            return false
        }
        waitingCount -= 1
        if lanes[lane].share != nil { visitIfLow(lane) }
        return true
    }

    /// Takes the oldest message of a lost session back, to be tried on another session; false when it has had
    /// its attempts, and stays where it is.
    ///
    /// - Parameter countsAttempt: false when the message had no part in the session's end.
    package mutating func putBack(
        from queue: inout RecordQueue, to lane: Int, countsAttempt: Bool = true
    ) -> Bool {
        let attempts = MessageTag(pool.firstTag(of: queue)).attempts + (countsAttempt ? 1 : 0)
        guard attempts < limits.mostAttempts else { return false }
        let tag = MessageTag(attempts: attempts, started: .zero).rawValue
        pool.moveFirst(of: &queue, tag: tag, to: &lanes[lane].returned)
        waitingCount += 1
        list(lane)
        if lanes[lane].share != nil { visit(lane) }
        return true
    }

    /// `r<number>@<domain>`, with `-<index>` behind the number for the second recipient of a message and on.
    private mutating func makeUp(_ number: Int, to queue: inout RecordQueue, at now: Instant) {
        let recipients = limits.recipientsPerMessage
        let shortest = 2 + ByteWriter.digitCount(of: number.magnitude) + madeUpDomain.count
        var count = PackedRow.headerCount + recipients * (2 + shortest)
        for index in 1..<recipients { count += Dispatcher.markCount(of: index) }
        let tag = MessageTag(attempts: 0, started: now).rawValue
        var row = pool.append(count: count, tag: tag, to: &queue)
        PackedRow.begin(number: number, fieldCount: recipients, into: &row)
        appendMadeUp(number, mark: nil, count: shortest, to: &row)
        for index in 1..<recipients {
            appendMadeUp(number, mark: index, count: shortest + Dispatcher.markCount(of: index), to: &row)
        }
        precondition(row.remaining == 0 && !row.overflowed, "a made-up row fills its record")
    }

    @inline(__always)
    private func appendMadeUp(_ number: Int, mark: Int?, count: Int, to row: inout ByteWriter) {
        PackedRow.beginField(count: count, into: &row)
        row.append(UInt8(ascii: "r"))
        row.append(decimal: number)
        if let mark { row.append(decimal: -mark) }
        row.append(UInt8(ascii: "@"))
        row.append(madeUpDomain.span)
    }

    /// Bytes of the mark that tells the recipients of one message apart.
    private static func markCount(of index: Int) -> Int { 1 + ByteWriter.digitCount(of: index.magnitude) }

    mutating func laneNumber(of site: Int) -> Int {
        while laneOfSite.count <= site { laneOfSite.append(-1) }
        if laneOfSite[site] < 0 {
            laneOfSite[site] = Int32(lanes.count)
            lanes.append(Lane(site: site))
        }
        return Int(laneOfSite[site])
    }

    mutating func list(_ lane: Int) {
        guard !lanes[lane].isListed else { return }
        lanes[lane].isListed = true
        listed.append(lane)
    }

    private mutating func unlist() {
        lanes[listed.removeLast()].isListed = false
    }
}

/// What a worker should do next.
package enum DispatcherAction: Hashable, Sendable {
    /// Make a session for this lane; it counts as one of the lane's from now on.
    case connect(lane: Int)
    /// The idle session of this slot has work waiting.
    case give(Int)
    /// The idle session of this slot should end: others wait for its place.
    case release(Int)
}
