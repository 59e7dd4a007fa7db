import Delivery
import Pacing
import Primitives
import Shaping
import Simulation
import Testing
import Uring

@testable import Engine

/// Recipients whose send window closes while their mail waits at a worker.
@Suite("Send windows that close")
struct ClosingWindowTests {
    @Test("Nothing begins behind the closing, whatever it waited for; the others go on", arguments: 0..<20)
    func closing(seed: UInt64) throws {
        var campaign = SimulatedCampaign(seed: seed)
        campaign.sites = 1
        campaign.faults = .none
        // A session that is lost gives its messages back.
        if seed % 2 == 1 { (campaign.faults.resetBeforeReply, campaign.faults.closing) = (0.05, 0.05) }
        let journal = SimulatedJournal(seed: seed, slowest: .milliseconds(20))
        var network = SimulatedNetwork(
            seed: seed, faults: campaign.faults, receivers: [SimulatedReceiver(port: 25)])
        network.journal = journal
        var mission = try campaign.mission()
        mission.limits.rowsHaveTerms = true
        mission.limits.mostFailures = .max
        mission.firstFailures = .max
        var worker = Worker(network: network, mission: mission, outcomes: journal, journal: journal)
        worker.describe(slowSite)
        let start = worker.network.now
        let closes = (start + .seconds(4)).unixMicroseconds(origin: mission.unixOrigin)
        for number in 0..<200 {
            let term = number % 2 == 0 ? SendingTerm(closes: closes, opens: 77) : SendingTerm(closes: .max, opens: .max)
            admit(number, of: campaign, term, to: &worker)
        }
        worker.closeAdmission()
        worker.run()
        check(journal, closing: start + .seconds(4), seed)
    }

    private func check(_ journal: SimulatedJournal, closing: Instant, _ seed: UInt64) {
        let last = journal.lastSteps(durableOnly: true)
        let postponed = last.filter { $0.value == .postponement(until: 77) }.keys
        #expect(last.count == 200, "seed \(seed): somebody is lost")
        #expect(postponed.allSatisfy { $0 % 2 == 0 }, "seed \(seed): a window that never closes")
        // Half of twenty a second in four seconds went, or less where sessions are lost.
        #expect((55...95).contains(postponed.count), "seed \(seed): \(postponed.count)")
        for step in journal.steps where step.line % 2 == 0 {
            guard case .outcome = step.kind, let attempt = step.attempt, attempt.envelopeWritten > .zero else {
                continue
            }
            #expect(attempt.envelopeWritten < closing, "seed \(seed): line \(step.line)")
        }
    }

    private var slowSite: SiteDescription {
        var lane = LanePlan()
        lane.sessionCounts = [LimitPlan(0, .count(2))]
        lane.messageRates = [LimitPlan(1, .rate(Rate(20, per: .seconds(1))))]
        return SiteDescription(site: 0, name: "one.test", fate: .mail([]), plan: SitePlan(lanes: [lane]))
    }

    private func admit(
        _ number: Int, of campaign: SimulatedCampaign, _ term: SendingTerm, to worker: inout Worker<SimulatedNetwork>
    ) {
        var buffer = ByteBuffer(capacity: 256)
        var writer = buffer.writer()
        PackedRow.begin(number: number, fieldCount: 1, into: &writer)
        PackedRow.append(Array(campaign.address(number).utf8).span, into: &writer)
        var batch = RecipientBatch()
        batch.append(buffer.bytes(0..<writer.count), site: 0, term)
        batch.admit(to: &worker.dispatcher)
    }
}
