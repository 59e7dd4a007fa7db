import Delivery
import Measurement
import Message
import Primitives
import SMTP
import Simulation
import Testing
import Uring

@testable import Engine

/// The production worker over a network with seeded faults. A failing seed is printed with the failure.
@Suite struct WorkerSimulationTests {
    @Test(arguments: 0..<300)
    func everyRecipientHasOneOutcomeAndNobodyIsSentTwice(seed: Int) throws {
        var campaign = SimulatedCampaign(seed: UInt64(seed))
        campaign.receiverForgets = seed % 3 == 0
        let world = try campaign.run()
        world.expectOneOutcomeEach()
        world.expectReceiversAgree()
        world.expectOrderlyEnd()
    }

    /// The receiver keeps the recipients of a failed transaction until RSET: none may get another's message.
    @Test(arguments: [Grouping.grouped, .lockstep, .chunked(), .chunked(depth: 3)], 0..<60)
    func aReceiverThatForgetsToClearSendsNobodyAnothersMail(grouping: Grouping, seed: Int) throws {
        var campaign = SimulatedCampaign(seed: UInt64(seed))
        campaign.grouping = grouping
        campaign.receiverForgets = true
        campaign.faults = .none
        campaign.faults.mailRefused = 0.05
        campaign.faults.recipientRefused = 0.05
        campaign.faults.dataRefused = 0.05
        campaign.faults.messageRefused = 0.1
        campaign.faults.withoutPipelining = 0.2
        campaign.faults.dataWithoutRecipients = 0.2
        let world = try campaign.run()
        world.expectOneOutcomeEach()
        world.expectReceiversAgree()
        world.expectOrderlyEnd()
    }

    @Test(arguments: [Grouping.grouped, .lockstep, .chunked(), .chunked(depth: 3)])
    func aQuietNetworkDeliversEverything(grouping: Grouping) throws {
        var campaign = SimulatedCampaign(seed: 7)
        campaign.faults = .none
        campaign.grouping = grouping
        campaign.recipients = 500
        let world = try campaign.run()
        #expect(world.tally.counts == OutcomeCounts(accepted: 500))
        world.expectOneOutcomeEach()
        world.expectReceiversAgree()
        world.expectOrderlyEnd()
    }

    /// RFC 9422: a receiver that counts further recipients would refuse them, which the replies would tell.
    @Test(arguments: [Grouping.grouped, .lockstep, .chunked(), .chunked(depth: 3)])
    func noMessageNamesMoreRecipientsThanTheReceiverTakes(grouping: Grouping) throws {
        var campaign = SimulatedCampaign(seed: 11)
        campaign.grouping = grouping
        var mission = try campaign.mission()
        mission.limits.recipientsPerMessage = 5
        var receiver = SimulatedReceiver(port: 25)
        receiver.offer.recipientLimit = 2
        let network = SimulatedNetwork(seed: 11, faults: .none, receivers: [receiver])
        var worker = Worker(network: network, mission: mission, outcomes: RecordingListener())
        worker.dispatcher.admitMadeUp(0..<200, site: 0)
        worker.closeAdmission()
        worker.run()
        #expect(worker.tally.counts == OutcomeCounts(accepted: 400, deferred: 600))
        #expect(worker.tally.replies.entries.map(\.code) == [250])
    }

    @Test(arguments: 0..<100)
    func recipientsThatComeInSlowlyAreAllSentTo(seed: Int) throws {
        var campaign = SimulatedCampaign(seed: UInt64(seed))
        campaign.faults = .none
        campaign.recipients = 300
        campaign.sites = 9
        campaign.comesInSlowly = true
        let world = try campaign.run()
        #expect(world.tally.counts == OutcomeCounts(accepted: 300), "seed \(seed)")
        world.expectReceiversAgree()
        world.expectOrderlyEnd()
    }

    /// Of 40 sites with ten messages each none needs a session of its own: a session goes on until it has had its 15.
    @Test(arguments: [Grouping.grouped, .lockstep, .chunked(), .chunked(depth: 3)], 0..<10)
    func aSessionServesOneSiteAfterTheOther(grouping: Grouping, seed: Int) throws {
        var campaign = SimulatedCampaign(seed: UInt64(seed))
        campaign.faults = .none
        campaign.grouping = grouping
        campaign.recipients = 400
        campaign.sites = 40
        campaign.comesInSlowly = seed % 2 == 0
        let world = try campaign.run()
        #expect(world.tally.sessionsOpened < 40, "seed \(seed)")
        #expect((0..<40).allSatisfy { world.tally.sites[$0].counts == OutcomeCounts(accepted: 10) }, "seed \(seed)")
        world.expectOneOutcomeEach()
        world.expectReceiversAgree()
        world.expectOrderlyEnd()
    }

    @Test func nobodyThereCallsTheRunOff() throws {
        var campaign = SimulatedCampaign(seed: 3)
        campaign.faults = .none
        campaign.faults.connectionRefused = 1
        let world = try campaign.run()
        #expect(world.unreachable == .connectionRefused)
        #expect(world.tally.counts == OutcomeCounts())
        #expect(world.slotsInUse == 0)
    }

    @Test(arguments: 0..<60)
    func stoppingFinishesWhatIsUnderWay(seed: Int) throws {
        var campaign = SimulatedCampaign(seed: UInt64(seed))
        campaign.faults = .none
        campaign.recipients = 400
        campaign.stopAfterTurns = 20 + seed
        let world = try campaign.run()
        #expect(world.tally.counts.total < 400, "seed \(seed)")
        let doubts = world.outcomes.verdicts.values.flatMap { $0 }.filter { $0.outcome == .inDoubt }
        #expect(doubts.isEmpty, "seed \(seed)")
        world.expectReceiversAgree()
        #expect(world.slotsInUse == 0, "seed \(seed)")
    }

    @Test func aMessageBeyondTheReceiversSizeIsRefusedUnsent() throws {
        var campaign = SimulatedCampaign(seed: 5)
        campaign.faults = .none
        campaign.recipients = 40
        campaign.sizeLimit = 600
        let world = try campaign.run()
        #expect(world.tally.counts == OutcomeCounts(refused: 40))
        #expect(world.records[0].accepted.isEmpty)
        #expect(world.outcomes.verdicts.values.allSatisfy { $0 == [Verdict(outcome: .refused, cause: .tooLarge)] })
        world.expectOrderlyEnd()
    }
}

/// A campaign of made-up rows at a few sites, to be run over the simulated network.
struct SimulatedCampaign {
    var seed: UInt64
    var faults: FaultPlan
    var grouping = Grouping.grouped
    var recipients = 60
    var sites = 3
    /// A few recipients each turn, instead of all before the first.
    var comesInSlowly = false
    var stopAfterTurns = Int.max
    var sizeLimit: Int?
    /// Whether what all messages share is sent from one place.
    var sharesPieces: Bool
    /// Recipients of a failed transaction get the session's next message, too, unless RSET comes before.
    var receiverForgets = false

    init(seed: UInt64) {
        self.seed = seed
        faults = .swarm(seed: seed)
        sharesPieces = seed % 3 == 0
        switch seed % 5 {
        case 0, 1: grouping = .chunked(depth: seed % 2 == 0 ? 16 : 3)
        case 4: grouping = .lockstep
        default: grouping = .grouped
        }
    }

    func run() throws -> SimulatedOutcome {
        var receiver = SimulatedReceiver(port: 25)
        if let sizeLimit { receiver.offer.sizeLimit = sizeLimit }
        receiver.offer.forgetsToClear = receiverForgets
        let network = SimulatedNetwork(seed: seed, faults: faults, receivers: [receiver])
        let outcomes = RecordingListener()
        var worker = Worker(network: network, mission: try mission(), outcomes: outcomes)
        var random = SeededRandom(seed: seed)
        var admitted = 0
        var turns = 0
        while !worker.isDone {
            if admitted < recipients {
                let end = comesInSlowly ? min(recipients, admitted + Int.random(in: 0...5, using: &random)) : recipients
                for number in admitted..<end { admit(number, to: &worker) }
                admitted = end
                if admitted == recipients { worker.closeAdmission() }
            }
            worker.turn(atMost: comesInSlowly ? .milliseconds(30) : nil)
            turns += 1
            if turns == stopAfterTurns { worker.stop() }
            try #require(turns < 1_000_000, "seed \(seed): the worker does not come to an end")
        }
        return SimulatedOutcome(campaign: self, worker: &worker, outcomes: outcomes)
    }

    func admit(_ number: Int, to worker: inout Worker<SimulatedNetwork>) {
        var buffer = ByteBuffer(capacity: 256)
        var writer = buffer.writer()
        PackedRow.begin(number: number, fieldCount: 1, into: &writer)
        PackedRow.append(Array(address(number).utf8).span, into: &writer)
        worker.dispatcher.admit(buffer.bytes(0..<writer.count), site: number % sites)
    }

    func address(_ number: Int) -> String { "r\(number)@site\(number % sites).test" }

    func mission() throws -> Mission {
        var limits = Limits()
        limits.sessions = 6
        limits.sessionsPerSite = 3
        limits.messagesPerNewSession = 4
        limits.messagesPerSession = 15
        let letter = try Letter.filler(
            byteCount: 700, fromAddress: "news@shop.example", messageIDDomain: "shop.example", runToken: "cafe")
        var mission = Mission(
            letter: letter, envelopeFrom: Array("bounces@shop.example".utf8),
            helloName: Array("mta.shop.example".utf8), destination: .loopback(port: 25), grouping: grouping,
            limits: limits, patience: .delivery, unixOrigin: 1_800_000_000_000_000_000)
        // The letter's own header is a piece then, and now and then the padding: sends are gathered.
        if sharesPieces { mission.shortestSharedPiece = 40 }
        return mission
    }
}

/// Keeps every verdict by row.
final class RecordingListener: OutcomeListener {
    var wantsAcceptances: Bool { false }
    var verdicts: [Int: [Verdict]] = [:]

    func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {
        verdicts[PackedRow(row).number, default: []].append(verdict)
    }

    func accepted(_ row: Span<UInt8>) {
        verdicts[PackedRow(row).number, default: []].append(Verdict(Reply(code: 250), at: .content))
    }
}

/// What a simulated campaign came to, on both sides.
struct SimulatedOutcome {
    let campaign: SimulatedCampaign
    let tally: Tally
    let unreachable: Trouble?
    let outcomes: RecordingListener
    let records: [ReceiverRecord]
    let slotsInUse: Int
    let bytesInUse: Int
    let sessions: Int

    init(
        campaign: SimulatedCampaign, worker: inout Worker<SimulatedNetwork>, outcomes: RecordingListener
    ) {
        self.campaign = campaign
        self.outcomes = outcomes
        tally = worker.tally
        unreachable = worker.unreachable
        slotsInUse = worker.network.slotsInUse
        bytesInUse = worker.dispatcher.pool.bytesInUse
        sessions = worker.dispatcher.sessions
        records = worker.network.finish()
    }

    var seed: UInt64 { campaign.seed }

    func expectOneOutcomeEach() {
        guard unreachable == nil else { return }
        for number in 0..<campaign.recipients {
            #expect(outcomes.verdicts[number]?.count == 1, "seed \(seed): recipient \(number)")
        }
        #expect(tally.counts.total == campaign.recipients, "seed \(seed)")
    }

    /// What the receivers took is what we say they took: once each, and each its own message.
    func expectReceiversAgree() {
        var taken: [String: Int] = [:]
        for message in records.flatMap(\.accepted) {
            for recipient in message.recipients { taken[recipient, default: 0] += 1 }
            let number = message.messageID.flatMap { Int($0.split(separator: "@")[0].split(separator: ".")[1]) }
            #expect(message.recipients == [number.map(campaign.address) ?? ""], "seed \(seed): somebody else's mail")
        }
        for number in 0..<campaign.recipients {
            let count = taken[campaign.address(number), default: 0]
            let outcome = outcomes.verdicts[number]?.first?.outcome
            #expect(count <= 1, "seed \(seed): recipient \(number) was sent \(count) messages")
            // A receiver that answers once too often can make anybody believe anything.
            if outcome == .accepted && campaign.faults.unsolicitedReply == 0 {
                #expect(count == 1, "seed \(seed): recipient \(number) was lost")
            }
            if count == 1 && campaign.faults.unsolicitedReply == 0 {
                #expect(outcome == .accepted || outcome == .inDoubt, "seed \(seed): recipient \(number) got it")
            }
        }
    }

    func expectOrderlyEnd() {
        #expect(slotsInUse == 0, "seed \(seed)")
        #expect(sessions == 0, "seed \(seed)")
        #expect(records.allSatisfy { $0.mostConnections <= 6 }, "seed \(seed)")
        #expect(records.flatMap(\.violations).isEmpty, "seed \(seed): \(records.flatMap(\.violations))")
        if unreachable == nil { #expect(bytesInUse <= campaign.sites * 512, "seed \(seed): records are left over") }
    }
}
