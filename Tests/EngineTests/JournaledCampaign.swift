import Delivery
import Measurement
import Primitives
import SMTP
import Simulation
import Testing

@testable import Engine

/// A simulated campaign whose worker keeps a journal.
struct JournaledCampaign {
    var campaign: SimulatedCampaign
    /// What the worker does after so many turns; more than once if wanted.
    var events: [(turn: Int, event: Event)] = []
    var failingCommit = Int.max
    var claimsTooEarly = false

    enum Event {
        /// The power is lost: the worker is gone, what it has submitted may still arrive.
        case crash
        case stop
        case stopNow
        /// For five minutes.
        case pause
    }

    init(seed: UInt64) {
        campaign = SimulatedCampaign(seed: seed)
        // A receiver that answers once too often can make anybody believe anything.
        campaign.faults.unsolicitedReply = 0
    }

    var seed: UInt64 { campaign.seed }

    /// - Parameter network: tells the networks of one seed apart.
    func run(_ lines: some Collection<Int>, network number: UInt64 = 0) throws -> JournaledOutcome {
        let world = campaign.seed &+ number &* 1_000_003
        var network = SimulatedNetwork(
            seed: world, faults: campaign.faults, receivers: [SimulatedReceiver(port: 25)])
        let journal = SimulatedJournal(seed: world)
        journal.failingCommit = failingCommit
        journal.claimsTooEarly = claimsTooEarly
        network.journal = journal
        // To show progress wakes the worker often, which takes its time when virtual hours pass.
        let board = seed % 5 == 0 ? Board() : nil
        var worker = Worker(
            network: network, mission: try campaign.mission(), outcomes: journal, board: board, journal: journal)
        for line in lines { campaign.admit(line, to: &worker) }
        worker.closeAdmission()
        var outcome = JournaledOutcome(campaign: campaign, journal: journal)
        while !worker.isDone && !outcome.hasCrashed {
            worker.turn(atMost: outcome.isPaused ? .seconds(10) : nil)
            outcome.turns += 1
            for (turn, event) in events where turn == outcome.turns { happen(event, &worker, &outcome) }
            if outcome.isPaused && worker.network.now >= outcome.pauseEnd {
                outcome.isPaused = false
                worker.resume()
            }
            let shown = board?.current.counts.total ?? 0
            if shown > journal.durableOutcomes && !claimsTooEarly { Issue.record("seed \(seed): shown too early") }
            try #require(outcome.turns < 1_000_000, "seed \(seed): the worker does not come to an end")
        }
        outcome.note(&worker, board)
        return outcome
    }

    private func happen(
        _ event: Event, _ worker: inout Worker<SimulatedNetwork>, _ outcome: inout JournaledOutcome
    ) {
        switch event {
        case .crash:
            outcome.hasCrashed = true
            outcome.journal.crash()
        case .stop: worker.stop()
        case .stopNow:
            outcome.submissionsEnd = worker.network.now
            worker.stopNow()
        case .pause:
            outcome.isPaused = true
            outcome.pauseStart = worker.network.now
            worker.pause()
        }
    }
}

/// What a campaign with a journal came to: what the receivers know, and what the journal does.
struct JournaledOutcome {
    let campaign: SimulatedCampaign
    let journal: SimulatedJournal
    var turns = 0
    var hasCrashed = false
    var isPaused = false
    /// No message may be committed from then on.
    var submissionsEnd = Instant.never
    var pauseStart = Instant.never
    var pauseEnd: Instant { pauseStart + .seconds(300) }
    var unreachable: Trouble?
    var tally = Tally()
    var shown = OutcomeCounts()
    /// Messages that were open when all ended.
    var inFlight = 0
    var slotsInUse = 0
    var record = ReceiverRecord?.none
    /// Messages that the receivers took, by line.
    var taken: [Int: Int] = [:]

    init(campaign: SimulatedCampaign, journal: SimulatedJournal) {
        self.campaign = campaign
        self.journal = journal
    }

    mutating func note(_ worker: inout Worker<SimulatedNetwork>, _ board: Board?) {
        unreachable = worker.unreachable
        tally = worker.tally
        shown = board?.current.counts ?? OutcomeCounts()
        for slot in worker.connections.slots { inFlight += worker.connections[slot].inFlight.count }
        slotsInUse = worker.network.slotsInUse
        record = worker.network.finish().first
        for message in record?.accepted ?? [] {
            for recipient in message.recipients { taken[line(of: recipient), default: 0] += 1 }
        }
    }

    private func line(of address: String) -> Int {
        Int(address.dropFirst().prefix { $0 != "@" }) ?? -1
    }

    var seed: UInt64 { campaign.seed }
    /// What a reader of the journal knows of each message.
    var known: [Int: SimulatedJournal.Kind] { journal.lastSteps(durableOnly: true) }
    var intended: Set<Int> { Set(known.filter { $0.value == .intent }.keys) }

    func lines(_ outcome: Outcome) -> Set<Int> {
        Set(known.filter { $0.value == .outcome(outcome) }.keys)
    }

    /// Messages that have an outcome which would survive.
    var settled: Set<Int> {
        lines(.accepted).union(lines(.refused)).union(lines(.deferred)).union(lines(.inDoubt))
    }

    /// Whatever came to the receiver had been intended before, durably, each time.
    func hasIntentBeforeEachEnd() -> Bool {
        var ends: [Int: [Instant]] = [:]
        for (recipients, time) in record?.ended ?? [] {
            for recipient in recipients { ends[line(of: recipient), default: []].append(time) }
        }
        let intents = durableIntents
        return ends.allSatisfy { line, times in
            times.sorted().enumerated().allSatisfy { index, time in
                intents[line, default: []].count { $0 <= time } > index
            }
        }
    }

    /// When the intents of each line became durable.
    private var durableIntents: [Int: [Instant]] {
        var intents: [Int: [Instant]] = [:]
        for step in journal.steps where step.kind == .intent {
            if let time = step.durableAt { intents[step.line, default: []].append(time) }
        }
        return intents
    }

    /// Nobody has a message of whom the journal does not know that it may be so.
    func knowsWhoMayHaveMail() -> Bool {
        let may = lines(.accepted).union(lines(.inDoubt)).union(intended)
        return taken.keys.allSatisfy { may.contains($0) }
    }

    func expectDurability() {
        #expect(hasIntentBeforeEachEnd(), "seed \(seed): an end was submitted before its intent was durable")
        #expect(knowsWhoMayHaveMail(), "seed \(seed): mail of which the journal knows nothing")
        let intents = durableIntents
        for step in journal.steps where !hasPlausibleTimes(step, intendedAt: intents[step.line, default: []]) {
            Issue.record("seed \(seed): \(step)")
        }
        let end = min(submissionsEnd, journal.failedAt + Interval(nanoseconds: 1))
        let isTooLate = journal.steps.contains { ($0.attempt?.contentWritten ?? .zero) >= end }
        #expect(!isTooLate, "seed \(seed): something was submitted after the end")
        #expect(lines(.accepted).allSatisfy { taken[$0] == 1 }, "seed \(seed): somebody was lost")
        #expect(taken.values.allSatisfy { $0 == 1 }, "seed \(seed): somebody was sent two")
    }

    private func hasPlausibleTimes(_ step: SimulatedJournal.Step, intendedAt intents: [Instant]) -> Bool {
        guard case .outcome(let outcome) = step.kind else { return true }
        if outcome == .accepted && !journal.wantsAcceptances { return true }
        guard let attempt = step.attempt else { return false }
        guard attempt.contentWritten > .zero else { return outcome == .refused || outcome == .deferred }
        return attempt.connectStarted <= attempt.envelopeWritten
            && attempt.envelopeWritten <= attempt.contentWritten && attempt.contentWritten <= attempt.ended
            && intents.contains { $0 <= attempt.contentWritten }
    }

    /// At the end of a run that nothing has cut off, each message that was begun has one outcome.
    func expectEnd() {
        #expect(slotsInUse == 0, "seed \(seed)")
        #expect(inFlight == 0, "seed \(seed)")
        #expect(record?.violations.isEmpty ?? true, "seed \(seed)")
        guard !journal.hasFailed else { return }
        #expect(journal.steps.count == journal.durableCount, "seed \(seed): not everything is durable")
        #expect(intended.isEmpty, "seed \(seed): intended and nothing more: \(intended)")
        let outcomes = journal.steps.count { if case .outcome = $0.kind { true } else { false } }
        #expect(outcomes == settled.count, "seed \(seed): somebody had two outcomes")
        #expect(tally.counts.total == outcomes, "seed \(seed)")
    }
}
