import Delivery
import Measurement
import Primitives
import SMTP
import Simulation
import Testing

@testable import Engine

/// The production worker with a journal, over a network with seeded faults: what it has submitted is known after
/// every crash. A failing seed is printed with the failure.
@Suite struct JournalSimulationTests {
    @Test(arguments: 0..<300)
    func everyMessageIsIntendedThenSubmittedThenSettled(seed: Int) throws {
        let campaign = JournaledCampaign(seed: UInt64(seed))
        let outcome = try campaign.run(0..<campaign.campaign.recipients)
        outcome.expectDurability()
        outcome.expectEnd()
        guard outcome.unreachable == nil else { return }
        #expect(outcome.settled.count == campaign.campaign.recipients, "seed \(seed)")
    }

    /// Whatever the turn: nobody who is sent to again can have been sent to, but for those known to be in doubt.
    @Test(arguments: 0..<300)
    func aCrashLosesNobodyAndHidesNothing(seed: Int) throws {
        var campaign = JournaledCampaign(seed: UInt64(seed))
        let everybody = Set(0..<campaign.campaign.recipients)
        var random = SeededRandom(seed: UInt64(seed) ^ 0xC4A5)
        let latest = 16 << Int.random(in: 0..<6, using: &random)
        campaign.events = [(Int.random(in: 1...latest, using: &random), .crash)]
        let crashed = try campaign.run(everybody.sorted())
        crashed.expectDurability()
        let undurable = crashed.journal.steps.count - crashed.journal.durableCount
        #expect(crashed.intended.count <= crashed.inFlight + undurable, "seed \(seed): too many in doubt")

        campaign.events = []
        let isHeld = seed % 2 == 0
        let done = isHeld ? crashed.settled.union(crashed.intended) : crashed.settled
        let rest = everybody.subtracting(done)
        let resumed = try campaign.run(rest.sorted(), network: 1)
        resumed.expectDurability()
        resumed.expectEnd()
        for line in everybody {
            let count = crashed.taken[line, default: 0] + resumed.taken[line, default: 0]
            let wasInDoubt = crashed.intended.contains(line)
            #expect(count <= (isHeld || !wasInDoubt ? 1 : 2), "seed \(seed): line \(line) got \(count)")
        }
        guard resumed.unreachable == nil else { return }
        #expect(resumed.settled == rest, "seed \(seed): somebody was lost")
    }

    @Test(arguments: 0..<120)
    func afterAFailureNothingMoreIsSubmitted(seed: Int) throws {
        var campaign = JournaledCampaign(seed: UInt64(seed))
        var random = SeededRandom(seed: UInt64(seed) ^ 0xFA11)
        campaign.failingCommit = Int.random(in: 1...30, using: &random)
        let everybody = 0..<campaign.campaign.recipients
        let outcome = try campaign.run(everybody)
        outcome.expectDurability()
        outcome.expectEnd()
        guard outcome.journal.hasFailed else { return }
        #expect(outcome.shown.total <= outcome.journal.durableOutcomes, "seed \(seed): shown and not durable")
    }

    /// A disk that says too early that all is written must be caught by what the tests above look for.
    @Test func aJournalThatLosesWhatItCalledDurableIsCaught() throws {
        var caught = 0
        for seed in 0..<40 {
            var campaign = JournaledCampaign(seed: UInt64(seed))
            campaign.campaign.faults = .none
            campaign.claimsTooEarly = true
            campaign.events = [(20 + seed, .crash)]
            let outcome = try campaign.run(0..<campaign.campaign.recipients)
            if !outcome.knowsWhoMayHaveMail() { caught += 1 }
        }
        #expect(caught > 0)
    }

    @Test(arguments: [Grouping.grouped, .lockstep, .chunked(), .chunked(depth: 3)], 0..<40)
    func aSecondStopAwaitsTheFinalRepliesAndSubmitsNothing(grouping: Grouping, seed: Int) throws {
        var campaign = JournaledCampaign(seed: UInt64(seed))
        campaign.campaign.faults = .none
        campaign.campaign.grouping = grouping
        campaign.campaign.recipients = 300
        campaign.events = [(10 + seed, .stop), (10 + seed + seed % 3, .stopNow)]
        let outcome = try campaign.run(0..<300)
        outcome.expectDurability()
        outcome.expectEnd()
        #expect(outcome.lines(.inDoubt).isEmpty && outcome.lines(.deferred).isEmpty, "seed \(seed)")
        #expect(outcome.settled == Set(outcome.taken.keys), "seed \(seed)")
        #expect(outcome.settled.count < 300, "seed \(seed)")
    }

    @Test(arguments: 0..<60)
    func aPauseFinishesWhatIsUnderWayAndBeginsNothing(seed: Int) throws {
        var campaign = JournaledCampaign(seed: UInt64(seed))
        campaign.campaign.faults = .none
        campaign.campaign.recipients = 200
        campaign.events = [(10 + seed, .pause)]
        let outcome = try campaign.run(0..<200)
        outcome.expectDurability()
        outcome.expectEnd()
        #expect(outcome.lines(.accepted).count == 200, "seed \(seed)")
        let begun = outcome.journal.steps.compactMap(\.attempt?.envelopeWritten)
        let pause = outcome.pauseStart..<outcome.pauseEnd
        #expect(!begun.contains { $0 > pause.lowerBound && pause.contains($0) }, "seed \(seed): there was no pause")
        #expect(begun.contains { $0 >= pause.upperBound }, "seed \(seed): the pause came too late")
    }

    @Test func aStopEndsAPause() throws {
        var campaign = JournaledCampaign(seed: 4)
        campaign.campaign.faults = .none
        campaign.campaign.recipients = 200
        campaign.events = [(60, .pause), (70, .stop)]
        let outcome = try campaign.run(0..<200)
        outcome.expectDurability()
        outcome.expectEnd()
        #expect((1..<200).contains(outcome.settled.count))
    }

    @Test(arguments: [Grouping.grouped, .lockstep, .chunked()])
    func everyAttemptKnowsItsPlaceInItsSession(grouping: Grouping) throws {
        // The journal of an even seed wants to know of acceptances one by one.
        var campaign = JournaledCampaign(seed: 12)
        campaign.campaign.faults = .none
        campaign.campaign.grouping = grouping
        campaign.campaign.recipients = 200
        let outcome = try campaign.run(0..<200)
        outcome.expectDurability()
        var sessions: [Instant: Set<[Int]>] = [:]
        for attempt in outcome.journal.steps.compactMap(\.attempt) {
            sessions[attempt.connectStarted, default: []].insert([attempt.site, attempt.sessionMessages])
        }
        #expect(sessions.values.reduce(0) { $0 + $1.count } >= 200 / 3)
        #expect(outcome.journal.steps.compactMap(\.attempt).allSatisfy { $0.sessionMessages < 15 })
        #expect(outcome.journal.steps.compactMap(\.attempt).contains { $0.sessionMessages == 14 })
    }
}
