import Primitives
import Testing

@testable import Delivery

@Suite("Lane")
struct LaneTests {
    private static let now = Instant.zero + .seconds(100)
    private static let later = now + .milliseconds(1)

    @Test(
        "The next decision of a lane",
        arguments: [
            // waiting, sessions, idle slots, paused until, decision
            (0, 0, [], .zero, .idle), (0, 2, [5], .zero, .idle), (0, 0, [], later, .idle),
            (1, 0, [], .zero, .connect), (1, 1, [7], .zero, .send(7)), (1, 2, [7, 3], .zero, .send(3)),
            // An idle session takes messages even while no other may be made.
            (1, 1, [7], later, .send(7)), (1, 4, [7], .zero, .send(7)),
            // A further session only for enough messages: 3 for each that is there.
            (2, 1, [], .zero, .idle), (3, 1, [], .zero, .connect), (5, 2, [], .zero, .idle),
            (6, 2, [], .zero, .connect), (8, 3, [], .zero, .idle), (9, 3, [], .zero, .connect),
            // And no more than 4.
            (1_000, 4, [], .zero, .idle), (1_000, 5, [], .zero, .idle),
            // A pause ends when its time has come.
            (1, 0, [], later, .wait(until: later)), (1, 0, [], now, .connect),
            (3, 1, [], later, .wait(until: later)), (1_000, 4, [], later, .idle),
        ] as [(Int, Int, [Int], Instant, LaneDecision)])
    func next(waiting: Int, sessions: Int, idle: [Int], pausedUntil: Instant, decision: LaneDecision) {
        var limits = Limits()
        limits.sessionsPerSite = 4
        limits.messagesPerNewSession = 3
        var lane = Lane(site: 0, mail: 0)
        lane.sessions = sessions
        lane.idleSessions = idle
        lane.pausedUntil = pausedUntil
        #expect(lane.next(waiting: waiting, at: Self.now, within: limits) == decision)
    }
}
