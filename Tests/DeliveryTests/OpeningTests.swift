import Primitives
import Testing

@testable import Delivery

@Suite struct OpeningTests {
    private let now = Instant.zero + .seconds(1)

    @Test func aLaneOpensSoManyAtOnceAndMoreAsTheyBecomeReady() {
        var dispatcher = crowd(of: 1_000)
        #expect(dispatcher.actions(at: now).count == 32)
        for _ in 0..<20 { dispatcher.sessionIsReady(in: 0) }
        #expect(dispatcher.actions(at: now).count == 20)
        _ = dispatcher.sessionEnded(in: 0, wasReady: true, failed: false, at: now)
        #expect(dispatcher.actions(at: now).isEmpty)
        _ = dispatcher.sessionEnded(in: 0, wasReady: false, failed: false, at: now)
        #expect(dispatcher.actions(at: now).count == 1)
    }

    @Test func allSessionsAreThereWhenTheyAreReady() {
        var dispatcher = crowd(of: 60)
        for ready in 0..<60 {
            let hasAll = dispatcher.hasAllSessions
            #expect(!hasAll, "with \(ready)")
            _ = dispatcher.actions(at: now)
            dispatcher.sessionIsReady(in: 0)
        }
        let hasAll = dispatcher.hasAllSessions
        #expect(hasAll)
    }

    /// Those that end before they are ready make room, and a whole crowd gets its sessions in the end.
    @Test func everySessionIsOpenedInTheEnd() {
        var dispatcher = crowd(of: 500)
        var opened = 0
        for round in 0..<100 where opened < 500 {
            let count = dispatcher.actions(at: now).count
            #expect(count > 0, "round \(round)")
            for index in 0..<count {
                if index % 5 == 4 {
                    _ = dispatcher.sessionEnded(in: 0, wasReady: false, failed: false, at: now)
                } else {
                    dispatcher.sessionIsReady(in: 0)
                    opened += 1
                }
            }
        }
        #expect(opened == 500)
    }

    private func crowd(of sessions: Int) -> Dispatcher {
        var limits = Limits()
        limits.sessions = sessions
        limits.sessionsPerSite = sessions
        limits.messagesPerNewSession = 1
        var dispatcher = Dispatcher(limits: limits)
        dispatcher.admitMadeUp(0..<1_000_000, site: 0)
        return dispatcher
    }
}
