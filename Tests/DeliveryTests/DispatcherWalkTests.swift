import Primitives
import Testing

@testable import Delivery

@Suite("Dispatcher: random walks")
struct DispatcherWalkTests {
    @Test("No message is lost or doubled, whatever becomes of the sessions", arguments: 0..<150)
    func walk(seed: UInt64) {
        var walk = DispatcherWalk(seed: seed)
        for _ in 0..<400 { walk.step() }
        walk.finish()
        #expect(walk.problems.isEmpty, "seed \(seed)\n\(walk.problems.prefix(5).joined(separator: "\n"))")
    }
}

/// A dispatcher with sessions that come, work, idle and break at random, and where every message should be.
private struct DispatcherWalk: ~Copyable {
    enum State {
        case connecting
        case ready
        case idle
    }

    struct Session {
        var lane: Int
        var state = State.connecting
        var queue = RecordQueue()
        var numbers: [Int] = []
        var messages = 0
    }

    /// What is known of the messages of a lane, by number.
    struct LaneModel {
        var site: Int
        var returned: [Int] = []
        var waiting: [Int] = []
        var pausedUntil = Instant.zero
        var failures = 0
    }

    private(set) var problems: [String] = []
    private var random: SeededRandom
    private var dispatcher: Dispatcher
    private var now = Instant.zero + .seconds(1)
    private var sessions: [Int: Session] = [:]
    private var nextSlot = 0
    private var lanes: [LaneModel] = []
    private var admitted = 0
    private var attempts: [Int: Int] = [:]
    /// How each message ended: once only.
    private var ended: [Int: String] = [:]

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        var limits = Limits()
        limits.sessions = Int.random(in: 1...6, using: &random)
        limits.sessionsPerSite = Int.random(in: 1...4, using: &random)
        limits.messagesPerNewSession = Int.random(in: 1...5, using: &random)
        limits.messagesPerSession = Int.random(in: 1...20, using: &random)
        limits.mostAttempts = Int.random(in: 1...3, using: &random)
        limits.mostFailures = Int.random(in: 1...4, using: &random)
        limits.firstPause = .milliseconds(10)
        dispatcher = Dispatcher(limits: limits)
    }

    mutating func step() {
        if random.oneIn(3) { admit() }
        if random.oneIn(4) { now = now + .milliseconds(Int64.random(in: 0...40, using: &random)) }
        act()
        for slot in sessions.keys.sorted() where random.oneIn(2) { advance(slot, mayFail: true) }
        check()
    }

    /// Nothing fails any more and time goes on: everything must end.
    mutating func finish() {
        dispatcher.close()
        for _ in 0..<20_000 where !(dispatcher.isExhausted && sessions.isEmpty) {
            act()
            if sessions.isEmpty { now = max(now, dispatcher.earliestAction) }
            // Nobody would ever wake up again.
            if now == .never { break }
            for slot in sessions.keys.sorted() { advance(slot, mayFail: false) }
        }
        check()
        if ended.count != admitted || !sessions.isEmpty {
            problems.append("\(ended.count) of \(admitted) messages have ended, \(sessions.count) sessions")
        }
        if dispatcher.isExhausted == false { problems.append("not exhausted") }
    }

    private mutating func admit() {
        let site = Int.random(in: 0..<8, using: &random) * 3
        for _ in 0..<Int.random(in: 1...10, using: &random) {
            dispatcher.admit(admitted, site: site)
            lanes[laneNumber(of: site)].waiting.append(admitted)
            admitted += 1
        }
    }

    private mutating func laneNumber(of site: Int) -> Int {
        if let lane = lanes.firstIndex(where: { $0.site == site }) { return lane }
        lanes.append(LaneModel(site: site))
        return lanes.count - 1
    }

    private mutating func act() {
        for action in dispatcher.actions(at: now) {
            switch action {
            case .connect(let lane):
                if now < lanes[lane].pausedUntil { problems.append("lane \(lane) connects while it pauses") }
                if lanes[lane].returned.isEmpty && lanes[lane].waiting.isEmpty {
                    problems.append("lane \(lane) connects without mail")
                }
                sessions[nextSlot] = Session(lane: lane)
                nextSlot += 1
            case .give(let slot):
                if sessions[slot]?.state != .idle { problems.append("slot \(slot) is not idle") }
                sessions[slot]?.state = .ready
            case .move(let slot, let lane):
                if sessions[slot]?.state != .idle { problems.append("slot \(slot) is not idle") }
                move(slot, to: lane)
            case .release(let slot):
                if sessions[slot]?.state != .idle { problems.append("slot \(slot) is not idle") }
                end(slot, failed: false)
            }
        }
    }

    private mutating func move(_ slot: Int, to lane: Int) {
        if lanes[lane].returned.isEmpty && lanes[lane].waiting.isEmpty {
            problems.append("lane \(lane) is given a session without mail")
        }
        lanes[lane].failures = 0
        sessions[slot]?.lane = lane
        sessions[slot]?.state = .ready
    }

    private mutating func advance(_ slot: Int, mayFail: Bool) {
        guard let session = sessions[slot] else { return }
        switch session.state {
        case .connecting:
            if mayFail && random.oneIn(4) { return end(slot, failed: true) }
            dispatcher.sessionIsReady(in: session.lane)
            lanes[session.lane].failures = 0
            sessions[slot]?.state = .ready
        case .ready:
            if mayFail && random.oneIn(12) { return lose(slot) }
            work(slot)
        case .idle:
            guard random.oneIn(10) || dispatcher.isClosed || dispatcher.isCrowded else { return }
            dispatcher.idleSessionLeaves(slot, in: session.lane)
            end(slot, failed: false)
        }
    }

    /// Ends the oldest message or takes another; without either the session rests.
    private mutating func work(_ slot: Int) {
        guard var session = sessions[slot] else { return }
        let isWornOut = session.messages >= dispatcher.limits.messagesPerSession
        if session.numbers.count < 2, !isWornOut, take(&session) {
            sessions[slot] = session
        } else if !session.numbers.isEmpty {
            finishOldest(of: &session, "sent")
            sessions[slot] = session
        } else if !isWornOut, let next = dispatcher.moveSession(from: session.lane, at: now) {
            move(slot, to: next)
        } else if isWornOut || dispatcher.isCrowded {
            end(slot, failed: false)
        } else {
            sessions[slot]?.state = .idle
            dispatcher.sessionIsIdle(slot, in: session.lane)
        }
    }

    private mutating func take(_ session: inout Session) -> Bool {
        let expected = lanes[session.lane].returned.first ?? lanes[session.lane].waiting.first
        let number = dispatcher.takeNumber(from: session.lane, to: &session.queue, at: now)
        if number != expected { problems.append("\(number ?? -1) was taken, not \(expected ?? -1)") }
        guard let number else { return false }
        if lanes[session.lane].returned.isEmpty {
            lanes[session.lane].waiting.removeFirst()
        } else {
            lanes[session.lane].returned.removeFirst()
        }
        session.numbers.append(number)
        session.messages += 1
        return true
    }

    private mutating func finishOldest(of session: inout Session, _ how: String) {
        let number = dispatcher.first(of: session.queue).number
        dispatcher.pool.removeFirst(of: &session.queue)
        if number != session.numbers.removeFirst() { problems.append("\(number) is not the oldest") }
        if let before = ended[number] { problems.append("\(number) is \(how), but was \(before)") }
        ended[number] = how
    }

    /// The connection breaks: what is under way goes back, or has had its attempts.
    private mutating func lose(_ slot: Int) {
        guard var session = sessions[slot] else { return }
        while let number = session.numbers.first {
            attempts[number, default: 0] += 1
            let isLast = attempts[number, default: 0] >= dispatcher.limits.mostAttempts
            let isBack = dispatcher.putBack(from: &session.queue, to: session.lane)
            if isBack == isLast { problems.append("attempt \(attempts[number, default: 0]): \(isBack)") }
            if isBack {
                session.numbers.removeFirst()
                lanes[session.lane].returned.append(number)
            } else {
                finishOldest(of: &session, "given up")
            }
        }
        sessions[slot] = session
        end(slot, failed: false)
    }

    private mutating func end(_ slot: Int, failed: Bool) {
        guard var session = sessions.removeValue(forKey: slot) else { return }
        dispatcher.pool.clear(&session.queue)
        let lane = session.lane
        let givesUp = dispatcher.sessionEnded(
            in: lane, wasReady: session.state != .connecting, failed: failed, at: now)
        guard failed else { return }
        lanes[lane].failures += 1
        lanes[lane].pausedUntil = now + .milliseconds(10 << Int64(lanes[lane].failures - 1))
        let isAlone = !sessions.values.contains { $0.lane == lane }
        if givesUp != (isAlone && lanes[lane].failures >= dispatcher.limits.mostFailures) {
            problems.append("gives up: \(givesUp) after \(lanes[lane].failures) failures, alone: \(isAlone)")
        }
        if givesUp { giveUp(lane) }
    }

    private mutating func giveUp(_ lane: Int) {
        var messages = Session(lane: lane)
        while take(&messages) { finishOldest(of: &messages, "deferred") }
        dispatcher.pool.clear(&messages.queue)
    }

    private mutating func check() {
        let waiting = lanes.reduce(0) { $0 + $1.waiting.count + $1.returned.count }
        let counted = dispatcher.waitingCount
        if counted != waiting { problems.append("\(counted) wait, \(waiting) should") }
        let sessionCount = dispatcher.sessions
        if sessionCount != sessions.count || sessionCount > dispatcher.limits.sessions {
            problems.append("\(sessionCount) sessions are counted, \(sessions.count) are there")
        }
        let bySite = dispatcher.sessionsBySite.map { "\($0.site): \($0.sessions)" }
        let expected = lanes.indices.compactMap { lane -> String? in
            let count = sessions.values.count { $0.lane == lane }
            if count > dispatcher.limits.sessionsPerSite { problems.append("\(count) sessions of one site") }
            return count > 0 ? "\(lanes[lane].site): \(count)" : nil
        }
        if bySite != expected { problems.append("\(bySite), but \(expected)") }
        if dispatcher.isExhausted != (dispatcher.isClosed && waiting == 0) { problems.append("exhausted") }
    }
}
