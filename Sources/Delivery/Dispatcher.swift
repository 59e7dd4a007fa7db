import Pacing
import Primitives

/// Decides for one worker which message goes next, on which session, and when a new session is made.
///
/// Pure: it is told what happened and says what to do. One worker owns it; a site's limits have one owner.
package struct Dispatcher: ~Copyable {
    package let limits: Limits
    package internal(set) var lanes: [Lane] = []
    var mails: [SiteMail] = []
    /// Of the lanes that have more to heed than the run's limits.
    var paces: [LanePace] = []
    /// What their receivers have taught, by the same places; of a lane that learns nothing, what never hears anything.
    var backoffs: [Backoff] = []
    /// By the same places.
    var memories: [LaneMemory] = []
    var limitTable = LimitTable()
    var cares: [SiteCare] = []
    /// Nanoseconds between the origin of all instants and 1970: days begin by the calendar.
    let unixOrigin: Int64
    /// The memory of every record that waits or is under way in this worker.
    package var pool = PagePool()
    /// The places of mail by number of the site; -1 where the site belongs to another worker.
    private var mailOfSite: [Int32] = []
    /// Lanes whose decision may have changed, each once.
    private var listed: [Int] = []
    private var paused = DeadlineHeap(owners: 0)
    /// Lanes that are to be decided about soon, as long as they are read ahead.
    var coming: [Int] = []
    /// Made of what was read ahead, or the compiler would leave it unread.
    var readAheadSum: Int64 = 0
    /// Lanes that have had an idle session and may have one still, each once.
    var idleLanes: [Int] = []
    /// Lanes that want a session while the worker has as many as it may, the longest waiting first.
    var crowdedOut = ArrivalQueue<Int>()
    /// Lanes that want a session which their part of the mail entitles them to: they are served before the crowd.
    var entitled: [Int] = []
    /// Sessions that connect or stand, over all lanes.
    package internal(set) var sessions = 0
    /// Messages that wait for a session, over all lanes.
    package internal(set) var waitingCount = 0
    /// Lanes of shared sites to ask about, each once.
    var toVisit: [Int] = []
    /// Messages for the lanes that wait outside of this worker.
    var waitingOutside = 0
    /// Whether more recipients may still be admitted.
    package private(set) var isClosed = false
    private let madeUpDomain: [UInt8]

    /// - Parameter madeUpDomain: the domain of made-up recipients, in a reserved name (RFC 2606).
    package init(limits: Limits, unixOrigin: Int64 = 0, madeUpDomain: [UInt8] = Array("bench.test".utf8)) {
        self.limits = limits
        self.unixOrigin = unixOrigin
        self.madeUpDomain = madeUpDomain
    }

    /// Whether everything that was admitted has been given to a session and nothing more will come.
    package var isExhausted: Bool { isClosed && waitingCount == 0 && waitingOutside == 0 }

    /// Puts a recipient into the lane of its site. Next: `Lane.next`.
    package mutating func admit(_ row: Span<UInt8>, site: Int) {
        let mail = mailNumber(of: site)
        pool.append(row, tag: 0, to: &mails[mail].waiting)
        waitingCount += 1
        listLanes(of: mail)
    }

    /// Adds messages that are made up when their turn comes: for a benchmark.
    package mutating func admitMadeUp(_ numbers: Range<Int>, site: Int) {
        let mail = mailNumber(of: site)
        mails[mail].madeUp = numbers
        waitingCount += numbers.count
        listLanes(of: mail)
    }

    /// No recipient will be admitted any more.
    package mutating func close() { isClosed = true }

    /// The next thing to do: a session to make, or an idle one to give work. Nil when nothing is left now.
    package mutating func nextAction(at now: Instant) -> DispatcherAction? {
        if paused.earliest <= now { endPauses(at: now) }
        while let called = limitTable.nextCalled(at: now) { comesToItsTurn(called.lane, at: called.place) }
        if sessions < limits.sessions, let lane = nextOfCrowd(at: now) { return connect(lane, at: now) }
        while let lane = listed.last {
            switch decision(about: lane, at: now) {
            case .send(let slot):
                lanes[lane].idleSessions.removeLast()
                return .give(slot)
            case .connect:
                if let slot = takeMovable(for: lane) { return .move(slot, to: lane) }
                guard sessions >= limits.sessions else { return connect(lane, at: now) }
                crowdOut(lane)
                unlist()
                if let idle = takeIdleSession() { return .release(idle.slot) }
            case .wait(let until):
                paused.set(until, for: lane)
                unlist()
            case .queue(let limit):
                waitForTurn(lane, at: limit, now)
                unlist()
            case .idle:
                unlist()
            }
        }
        return nil
    }

    private mutating func endPauses(at now: Instant) {
        coming.removeAll(keepingCapacity: true)
        while let lane = paused.popExpired(at: now) { coming.append(lane) }
        readAhead(coming, areCalled: false)
        for lane in coming { list(lane) }
    }

    @inline(__always)
    mutating func decision(about lane: Int, at now: Instant) -> LaneDecision {
        guard lanes[lane].pace < 0 else { return pacedDecision(about: lane, at: now) }
        return lanes[lane].next(waiting: mails[lanes[lane].mail].count, at: now, within: limits)
    }

    private mutating func connect(_ lane: Int, at now: Instant) -> DispatcherAction {
        if lanes[lane].pace >= 0 { takeSession(lane, at: now) }
        sessions += 1
        lanes[lane].sessions += 1
        lanes[lane].opening += 1
        return .connect(lane: lane)
    }

    /// An idle session of any lane, or of any that it may leave, which then is idle no longer.
    mutating func takeIdleSession(ifMovable isForAnother: Bool = false) -> (slot: Int, lane: Int)? {
        while let lane = idleLanes.last, !isForAnother || mayMove(lane) {
            if let slot = lanes[lane].idleSessions.popLast() { return (slot, lane) }
            idleLanes.removeLast()
            lanes[lane].isAmongIdle = false
        }
        return nil
    }

    /// When `nextAction` may have something to say although nothing else happens.
    ///
    /// A time that has passed when something has happened that it has not looked at: a session that has just become
    /// idle has no time yet at which its lane may send again.
    package var earliestAction: Instant { listed.isEmpty ? min(paused.earliest, limitTable.earliest) : .zero }

    /// Moves the lane's next message to the end of a session's queue; false when none waits, or none may go now.
    package mutating func take(from lane: Int, to queue: inout RecordQueue, at now: Instant) -> Bool {
        guard lanes[lane].pace < 0 || mayTake(lane, at: now) else { return false }
        guard takeUnpaced(from: lane, to: &queue, at: now) else { return false }
        if lanes[lane].pace >= 0 { hasTaken(lane, at: now) }
        return true
    }

    /// As `take`, whatever binds the lane: for mail that does not go out.
    package mutating func takeUnpaced(from lane: Int, to queue: inout RecordQueue, at now: Instant) -> Bool {
        let mail = lanes[lane].mail
        if !mails[mail].returned.isEmpty {
            let attempts = MessageTag(pool.firstTag(of: mails[mail].returned)).attempts
            let tag = MessageTag(attempts: attempts, started: now).rawValue
            pool.moveFirst(of: &mails[mail].returned, tag: tag, to: &queue)
        } else if !mails[mail].waiting.isEmpty {
            let tag = MessageTag(attempts: 0, started: now).rawValue
            pool.moveFirst(of: &mails[mail].waiting, tag: tag, to: &queue)
        } else if let number = mails[mail].takeMadeUp() {
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
        pool.moveFirst(of: &queue, tag: tag, to: &mails[lanes[lane].mail].returned)
        waitingCount += 1
        listLanes(of: lanes[lane].mail)
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

    func isKnown(_ site: Int) -> Bool { site < mailOfSite.count && mailOfSite[site] >= 0 }

    /// Where the mail of a site waits; a site that nobody has told about has one lane, and the run's limits.
    mutating func mailNumber(of site: Int) -> Int {
        if !isKnown(site) { addSite(site, paces: [], care: -1) }
        return Int(mailOfSite[site])
    }

    /// Makes the lanes of a site: one for each pace, at least one.
    mutating func addSite(_ site: Int, paces: [Int], care: Int) {
        while mailOfSite.count <= site { mailOfSite.append(-1) }
        mailOfSite[site] = Int32(mails.count)
        for pace in paces.isEmpty ? [-1] : paces { lanes.append(Lane(site: site, mail: mails.count, pace: pace)) }
        mails.append(SiteMail(lanes: lanes.count - max(1, paces.count)..<lanes.count, care: care))
    }

    mutating func listLanes(of mail: Int) {
        for lane in mails[mail].lanes { list(lane) }
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
    /// The idle session of this slot is another lane's from now on.
    case move(Int, to: Int)
    /// The idle session of this slot should end: others wait for its place.
    case release(Int)
}
