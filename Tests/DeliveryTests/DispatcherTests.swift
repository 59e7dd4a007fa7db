import Primitives
import Testing

@testable import Delivery

@Suite("Dispatcher")
struct DispatcherTests {
    private let now = Instant.zero + .seconds(1)

    @Test("Messages of a lane go in the order in which they came; returned ones go first")
    func order() {
        var dispatcher = Dispatcher(limits: Limits())
        for number in 1...4 { dispatcher.admit(number, site: 9) }
        var queue = RecordQueue()
        let first = dispatcher.takeNumber(from: 0, to: &queue, at: now)
        let second = dispatcher.takeNumber(from: 0, to: &queue, at: now)
        let hasReturned = dispatcher.putBack(from: &queue, to: 0) && dispatcher.putBack(from: &queue, to: 0)
        var others: [Int?] = []
        for _ in 0..<5 { others.append(dispatcher.takeNumber(from: 0, to: &queue, at: now)) }
        #expect(first == 1 && second == 2 && hasReturned)
        #expect(others == [1, 2, 3, 4, nil])
        dispatcher.pool.clear(&queue)
    }

    @Test("A message remembers when it was begun, and how often it was")
    func tag() {
        var dispatcher = Dispatcher(limits: Limits())
        dispatcher.admit(1, site: 0)
        var queue = RecordQueue()
        for attempt in 0..<3 {
            let time = now + .seconds(Int64(attempt))
            let hasTaken = dispatcher.take(from: 0, to: &queue, at: time)
            let tag = MessageTag(dispatcher.pool.firstTag(of: queue))
            #expect(hasTaken && tag == MessageTag(attempts: attempt, started: time))
            let hasReturned = dispatcher.putBack(from: &queue, to: 0)
            #expect(hasReturned == (attempt < 2))
        }
        // It had its three attempts and stays where it is.
        let waiting = dispatcher.waitingCount
        #expect(queue.count == 1 && waiting == 0)
        dispatcher.pool.clear(&queue)
    }

    @Test("A lane gets sessions one after the other, up to its limit")
    func sessionsOfOneSite() {
        var limits = Limits()
        limits.sessionsPerSite = 3
        limits.messagesPerNewSession = 2
        var dispatcher = Dispatcher(limits: limits)
        dispatcher.admit(1, site: 0)
        #expect(dispatcher.actions(at: now) == [.connect(lane: 0)])
        dispatcher.admit(2, site: 0)
        #expect(dispatcher.actions(at: now) == [.connect(lane: 0)])
        dispatcher.admit(3, site: 0)
        #expect(dispatcher.actions(at: now) == [])
        for number in 4...20 { dispatcher.admit(number, site: 0) }
        #expect(dispatcher.actions(at: now) == [.connect(lane: 0)])
        let sessions = dispatcher.sessions
        #expect(sessions == 3)
    }

    @Test("An idle session is given work before another is made, and only once")
    func idleSession() {
        var dispatcher = Dispatcher(limits: Limits())
        dispatcher.admit(1, site: 0)
        #expect(dispatcher.actions(at: now) == [.connect(lane: 0)])
        var queue = RecordQueue()
        _ = dispatcher.takeNumber(from: 0, to: &queue, at: now)
        dispatcher.sessionIsReady(in: 0)
        dispatcher.sessionIsIdle(17, in: 0)
        #expect(dispatcher.actions(at: now) == [])
        dispatcher.admit(2, site: 0)
        #expect(dispatcher.actions(at: now) == [.give(17)])
        #expect(dispatcher.actions(at: now) == [])
        dispatcher.pool.clear(&queue)
    }

    @Test("A session that leaves is given nothing more")
    func leavingSession() {
        var dispatcher = Dispatcher(limits: Limits())
        dispatcher.admitMadeUp(0..<1, site: 0)
        #expect(dispatcher.actions(at: now) == [.connect(lane: 0)])
        var queue = RecordQueue()
        _ = dispatcher.takeNumber(from: 0, to: &queue, at: now)
        dispatcher.sessionIsIdle(3, in: 0)
        dispatcher.idleSessionLeaves(3, in: 0)
        dispatcher.admit(2, site: 0)
        #expect(dispatcher.actions(at: now) == [])
        let givesUp = dispatcher.sessionEnded(in: 0, wasReady: false, failed: false, at: now)
        #expect(!givesUp && dispatcher.actions(at: now) == [.connect(lane: 0)])
        dispatcher.pool.clear(&queue)
    }

    @Test("An idle session serves another site that nothing else binds")
    func idleSessionMoves() {
        var limits = Limits()
        limits.sessions = 1
        var dispatcher = Dispatcher(limits: limits)
        dispatcher.admit(1, site: 0)
        #expect(dispatcher.actions(at: now) == [.connect(lane: 0)])
        var queue = RecordQueue()
        _ = dispatcher.takeNumber(from: 0, to: &queue, at: now)
        dispatcher.sessionIsReady(in: 0)
        dispatcher.sessionIsIdle(5, in: 0)
        dispatcher.admit(2, site: 1)
        #expect(dispatcher.actions(at: now) == [.move(5, to: 1)])
        #expect(dispatcher.sessionsBySite.map(\.site) == [1])
        let next = dispatcher.takeNumber(from: 1, to: &queue, at: now)
        #expect(next == 2)
        _ = dispatcher.sessionEnded(in: 1, wasReady: true, failed: false, at: now)
        #expect(dispatcher.sessions == 0 && dispatcher.sessionsBySite.isEmpty)
        dispatcher.pool.clear(&queue)
    }

    @Test("Each failure doubles the pause, and the last one gives up")
    func pauses() {
        var limits = Limits()
        limits.sessionsPerSite = 1
        limits.mostFailures = 4
        limits.firstPause = .seconds(1)
        var dispatcher = Dispatcher(limits: limits)
        dispatcher.admit(1, site: 0)
        var time = now
        for failure in 1...4 {
            #expect(dispatcher.actions(at: time) == [.connect(lane: 0)])
            let givesUp = dispatcher.sessionEnded(in: 0, wasReady: false, failed: true, at: time)
            #expect(givesUp == (failure == 4))
            let pause = Interval.seconds(1 << Int64(failure - 1))
            #expect(dispatcher.actions(at: time) == [])
            let earliest = dispatcher.earliestAction
            #expect(earliest == time + pause)
            #expect(dispatcher.actions(at: Instant(nanoseconds: earliest.nanoseconds - 1)) == [])
            time = time + pause
        }
    }

    @Test("A session that became ready makes up for the failures before it")
    func forgiven() {
        var limits = Limits()
        limits.sessionsPerSite = 1
        limits.mostFailures = 2
        var dispatcher = Dispatcher(limits: limits)
        dispatcher.admit(1, site: 0)
        var time = now
        for _ in 0..<5 {
            #expect(dispatcher.actions(at: time) == [.connect(lane: 0)])
            let givesUp = dispatcher.sessionEnded(in: 0, wasReady: false, failed: true, at: time)
            #expect(!givesUp)
            time = dispatcher.actions(at: time).isEmpty ? dispatcher.earliestAction : time
            #expect(dispatcher.actions(at: time) == [.connect(lane: 0)])
            dispatcher.sessionIsReady(in: 0)
            let givesUpAfterWork = dispatcher.sessionEnded(in: 0, wasReady: true, failed: false, at: time)
            #expect(!givesUpAfterWork)
            time = time + .seconds(1)
        }
    }

    @Test("A lane does not give up while it has a session")
    func stillConnected() {
        var limits = Limits()
        limits.sessionsPerSite = 2
        limits.messagesPerNewSession = 1
        limits.mostFailures = 1
        var dispatcher = Dispatcher(limits: limits)
        for number in 1...10 { dispatcher.admit(number, site: 0) }
        #expect(dispatcher.actions(at: now) == [.connect(lane: 0), .connect(lane: 0)])
        let first = dispatcher.sessionEnded(in: 0, wasReady: false, failed: true, at: now)
        let second = dispatcher.sessionEnded(in: 0, wasReady: false, failed: true, at: now)
        #expect(!first && second)
    }

    @Test("It is exhausted when nothing waits and nothing more comes")
    func exhaustion() {
        var dispatcher = Dispatcher(limits: Limits())
        var queue = RecordQueue()
        var states = [dispatcher.isExhausted]
        dispatcher.admit(1, site: 0)
        dispatcher.close()
        states.append(dispatcher.isExhausted)
        _ = dispatcher.takeNumber(from: 0, to: &queue, at: now)
        states.append(dispatcher.isExhausted)
        _ = dispatcher.putBack(from: &queue, to: 0)
        states.append(dispatcher.isExhausted)
        #expect(states == [false, false, true, false])
        dispatcher.pool.clear(&queue)
    }

    @Test("Made-up recipients have numbers and addresses, and are made when their turn comes")
    func madeUp() {
        var limits = Limits()
        limits.recipientsPerMessage = 3
        var dispatcher = Dispatcher(limits: limits, madeUpDomain: Array("load.test".utf8))
        dispatcher.admitMadeUp(7..<1_000_009, site: 0)
        let waiting = dispatcher.waitingCount
        let inUse = dispatcher.pool.bytesInUse
        #expect(waiting == 1_000_002 && inUse == 0)
        var queue = RecordQueue()
        for number in 7..<10 {
            let hasTaken = dispatcher.take(from: 0, to: &queue, at: now)
            let (readNumber, addresses) = dispatcher.first(of: queue)
            #expect(hasTaken && readNumber == number)
            #expect(
                addresses == ["r\(number)@load.test", "r\(number)-1@load.test", "r\(number)-2@load.test"])
            dispatcher.pool.removeFirst(of: &queue)
        }
        let left = dispatcher.waitingCount
        #expect(left == 999_999)
        dispatcher.pool.clear(&queue)
    }

    @Test("Sessions are counted by site")
    func sessionsBySite() {
        var dispatcher = Dispatcher(limits: Limits())
        for site in [40, 2, 11] { dispatcher.admit(1, site: site) }
        _ = dispatcher.actions(at: now)
        _ = dispatcher.sessionEnded(in: 1, wasReady: false, failed: false, at: now)
        let sites = dispatcher.sessionsBySite.map(\.site)
        let laneSites = (0..<3).map { dispatcher.site(of: $0) }
        let waiting = dispatcher.waitingCount(in: 1)
        #expect(sites == [40, 11] && laneSites == [40, 2, 11] && waiting == 1)
    }
}

extension Dispatcher {
    mutating func admit(_ number: Int, site: Int) {
        var buffer = ByteBuffer(capacity: 64)
        var row = buffer.writer()
        PackedRow.begin(number: number, fieldCount: 1, into: &row)
        PackedRow.append(Array("r\(number)@x.test".utf8).span, into: &row)
        admit(buffer.bytes(0..<row.count), site: site)
    }

    /// The number of the message that was taken, or nil when none was there.
    mutating func takeNumber(from lane: Int, to queue: inout RecordQueue, at now: Instant) -> Int? {
        guard take(from: lane, to: &queue, at: now) else { return nil }
        return PackedRow(pool.newest(of: queue)).number
    }

    /// All that is to be done now.
    mutating func actions(at now: Instant) -> [DispatcherAction] {
        var actions: [DispatcherAction] = []
        while let action = nextAction(at: now) {
            actions.append(action)
            guard actions.count < 1_000 else {
                Issue.record("there is no end of actions")
                break
            }
        }
        return actions
    }

    /// The number and the fields of the oldest record.
    func first(of queue: RecordQueue) -> (number: Int, fields: [String]) {
        let row = PackedRow(pool.first(of: queue))
        let fields = (0..<row.fieldCount).map { index in
            let field = row.field(index)
            return String(decoding: field.indices.map { field[$0] }, as: UTF8.self)
        }
        return (row.number, fields)
    }
}
