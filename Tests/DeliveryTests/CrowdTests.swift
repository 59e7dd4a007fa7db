import Primitives
import Testing

@testable import Delivery

@Suite("More sites than sessions")
struct CrowdTests {
    private let now = Instant.zero + .seconds(1)

    private func dispatcher(sessions: Int, perSite: Int = 1) -> Dispatcher {
        var limits = Limits()
        limits.sessions = sessions
        limits.sessionsPerSite = perSite
        limits.messagesPerNewSession = 1
        return Dispatcher(limits: limits)
    }

    @Test("The place of a session that ends goes to the site that has waited longest", arguments: [1, 2, 3])
    func fairShares(sessions: Int) throws {
        var dispatcher = dispatcher(sessions: sessions)
        for site in 0..<7 { dispatcher.admitMadeUp(0..<1_000, site: site) }
        var standing = dispatcher.connects(at: now)
        #expect(standing.count == sessions)
        var turns = [Int](repeating: 0, count: 7)
        for _ in 0..<70 {
            let lane = try #require(standing.first)
            standing.removeFirst()
            turns[lane] += 1
            _ = dispatcher.sessionEnded(in: lane, wasReady: false, failed: false, at: now)
            let connects = dispatcher.connects(at: now)
            #expect(connects.count == 1)
            standing += connects
        }
        #expect(turns == [Int](repeating: 10, count: 7))
    }

    @Test("A site with most of the mail keeps its part of the places, the others have the rest in turn")
    func parts() throws {
        var dispatcher = dispatcher(sessions: 10, perSite: 10)
        dispatcher.admitMadeUp(0..<9_000, site: 0)
        for site in 1..<10 { dispatcher.admitMadeUp(0..<100, site: site) }
        var standing = dispatcher.connects(at: now)
        #expect(standing == [Int](repeating: 9, count: 10))
        var turns = [Int](repeating: 0, count: 10)
        for step in 0..<1_000 {
            let lane = standing.remove(at: step % standing.count)
            _ = dispatcher.sessionEnded(in: lane, wasReady: false, failed: false, at: now)
            let next = try #require(dispatcher.connects(at: now).first)
            standing.append(next)
            turns[next] += 1
            if step >= 30 { #expect(standing.count { $0 == 0 } >= 9, "step \(step)") }
        }
        let (least, most) = (try #require(turns[1...].min()), try #require(turns[1...].max()))
        #expect(least > 1 && most - least <= 1, "\(turns)")
        #expect(dispatcher.sessions == 10)
    }

    @Test("A session without work goes to the site that has waited longest, if that has work still")
    func sessionMoves() throws {
        var dispatcher = dispatcher(sessions: 1)
        for site in 0..<4 { dispatcher.admit(site, site: site) }
        let first = try #require(dispatcher.connects(at: now).first)
        dispatcher.sessionIsReady(in: first)
        var queue = RecordQueue()
        _ = dispatcher.takeNumber(from: first, to: &queue, at: now)
        // The others wait from the last to the first; the mail of site 2 or 1 is gone when its turn comes.
        let waiting = [3, 2, 1, 0].filter { $0 != first }
        _ = dispatcher.takeNumber(from: waiting[0], to: &queue, at: now)
        var lane = first
        var order: [Int] = []
        while let next = dispatcher.moveSession(from: lane, at: now) {
            order.append(next)
            _ = dispatcher.takeNumber(from: next, to: &queue, at: now)
            lane = next
        }
        #expect(order == Array(waiting.dropFirst()))
        #expect(dispatcher.sessions == 1 && dispatcher.sessionsBySite.map(\.sessions) == [1])
        #expect(dispatcher.connects(at: now) == [])
        dispatcher.pool.clear(&queue)
    }

    @Test("A site that waits is in the crowd once, however much mail comes for it")
    func waitsOnce() {
        var dispatcher = dispatcher(sessions: 1)
        dispatcher.admit(1, site: 0)
        #expect(dispatcher.connects(at: now) == [0])
        for number in 0..<5 {
            dispatcher.admit(number, site: 1)
            #expect(dispatcher.connects(at: now) == [])
        }
        dispatcher.admit(9, site: 2)
        #expect(dispatcher.connects(at: now) == [])
        var order: [Int] = []
        var standing = 0
        for _ in 0..<4 {
            _ = dispatcher.sessionEnded(in: standing, wasReady: false, failed: false, at: now)
            guard let lane = dispatcher.connects(at: now).first else { break }
            order.append(lane)
            standing = lane
        }
        #expect(order == [1, 2, 0, 1])
    }

    @Test("A site that has nothing to send any more does not keep its place from the next one")
    func placeIsPassedOn() throws {
        var dispatcher = dispatcher(sessions: 2, perSite: 2)
        for _ in 0..<3 { dispatcher.admit(1, site: 0) }
        dispatcher.admit(1, site: 1)
        _ = dispatcher.connects(at: now)
        // Site 1 or site 0 wants a second session, then site 2 its first.
        dispatcher.admit(1, site: 1)
        dispatcher.admit(1, site: 2)
        _ = dispatcher.connects(at: now)
        var queue = RecordQueue()
        for lane in 0..<2 { while dispatcher.take(from: lane, to: &queue, at: now) {} }
        let isCrowded = dispatcher.isCrowded
        #expect(isCrowded)
        let standing = try #require(dispatcher.sessionsBySite.map(\.site).first)
        _ = dispatcher.sessionEnded(in: standing, wasReady: false, failed: false, at: now)
        #expect(dispatcher.connects(at: now) == [2])
        dispatcher.pool.clear(&queue)
    }

    @Test("The crowd is a queue, and forgets those who have left", arguments: 0..<50)
    func crowd(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var crowd = ArrivalQueue<Int>()
        var model: [Int] = []
        for number in 0..<500 {
            if random.oneIn(2) {
                crowd.append(number)
                model.append(number)
            } else {
                #expect(crowd.removeFirst() == (model.isEmpty ? nil : model.removeFirst()), "seed \(seed)")
            }
            #expect(crowd.isEmpty == model.isEmpty, "seed \(seed)")
        }
    }

    @Test("A site that pauses does not keep its place from the next one")
    func pausedInTheCrowd() throws {
        var dispatcher = dispatcher(sessions: 1)
        for site in 0..<3 { dispatcher.admit(1, site: site) }
        var order: [Int] = []
        for _ in 0..<3 {
            let lane = try #require(dispatcher.connects(at: now).first)
            order.append(lane)
            _ = dispatcher.sessionEnded(in: lane, wasReady: false, failed: true, at: now)
        }
        #expect(order.sorted() == [0, 1, 2])
    }
}

extension Dispatcher {
    /// The lanes that sessions are to be made for now.
    fileprivate mutating func connects(at now: Instant) -> [Int] {
        actions(at: now).compactMap { action in
            if case .connect(let lane) = action { lane } else { nil }
        }
    }
}
