import Delivery
import Measurement
import Message
import Primitives
import SMTP
import Simulation
import Synchronization
import Testing
import Uring

@testable import Engine

/// Two workers over simulated networks that share a site which is too big for one of them.
@Suite struct SharedSiteTests {
    @Test(arguments: 0..<40)
    func theLimitHoldsInSumAndEveryoneIsSentTo(seed: Int) throws {
        try expectLimitInSum(Team(seed: UInt64(seed)))
    }

    /// A directory or rules say what binds a site; then the same holds.
    @Test(arguments: 0..<20)
    func aSiteThatWasDescribedKeepsToItsSharesToo(seed: Int) throws {
        var team = Team(seed: UInt64(seed))
        team.isDescribed = true
        try expectLimitInSum(team)
    }

    private func expectLimitInSum(_ quiet: Team) throws {
        var team = quiet
        let seed = team.seed
        if seed % 2 == 1 { team.useFaults() }
        let result = try team.run()
        #expect(result.mostSessions <= team.sessionsPerSite, "seed \(seed)")
        #expect(result.openSessions == 0, "seed \(seed)")
        guard !result.wasCalledOff else { return }
        #expect(result.verdicts == [Int](repeating: 1, count: team.recipients), "seed \(seed)")
        if seed % 2 == 0 { #expect(result.accepted == team.recipients, "seed \(seed)") }
    }

    /// Whoever is the owner, both work, and about equally.
    @Test(arguments: 0..<4)
    func nobodyIsIdleWhileThereIsWorkToShare(seed: Int) throws {
        var team = Team(seed: UInt64(seed))
        team.sessionsPerSite = 8
        team.recipients = 3_000
        let result = try team.run()
        #expect(result.mostSessions == 8, "seed \(seed)")
        for count in result.settledBy { #expect(count >= 1_000, "seed \(seed): \(result.settledBy)") }
    }

    /// A worker that gets no session defers the little that it had taken; the other gets the whole share and
    /// the rest of the mail.
    @Test func aShareThatCannotBeUsedGoesBack() throws {
        var team = Team(seed: 5)
        team.sessionsPerSite = 6
        team.recipients = 3_000
        team.lamed = 0
        let result = try team.run()
        #expect(result.mostSessionsOfWorker == [3, 6])
        #expect(result.verdicts == [Int](repeating: 1, count: team.recipients))
        #expect(result.accepted >= 2_000)
    }

    /// When no worker gets a session the whole list is deferred, and soon.
    @Test func aSiteThatIsDownIsDeferredWhole() throws {
        var team = Team(seed: 6)
        team.recipients = 3_000
        team.faults.connectionRefused = 1
        let result = try team.run()
        #expect(result.verdicts == [Int](repeating: 1, count: team.recipients))
        #expect(result.accepted == 0)
        #expect(result.end < .zero + .seconds(300), "\(result.end)")
    }
}

/// Two workers, one shared site, and its recipients in batches.
private struct Team {
    let seed: UInt64
    var faults = FaultPlan.none
    var recipients = 600
    var sessionsPerSite: Int
    /// The workers were told what binds the site.
    var isDescribed = false
    /// A worker that can connect to nobody.
    var lamed: Int?
    /// A worker that was called comes after this time at the latest.
    private var longestWait = Interval.milliseconds(30)

    init(seed: UInt64) {
        self.seed = seed
        sessionsPerSite = 2 + Int(seed % 7)
    }

    /// A network with faults for ten minutes; whoever waits in vain there waits long.
    mutating func useFaults() {
        faults = .swarm(seed: seed)
        recipients = 400
        longestWait = .seconds(2)
    }

    struct Result {
        var mostSessions = 0
        var mostSessionsOfWorker = [0, 0]
        var settledBy = [0, 0]
        var openSessions = 0
        var wasCalledOff = false
        var accepted = 0
        /// How many verdicts each recipient has.
        var verdicts: [Int] = []
        var end = Instant.zero
    }

    /// Which workers have been called to the shared site.
    final class Calls: Sendable {
        private let calls = Mutex([false, false])

        func call(_ worker: Int) { calls.withLock { $0[worker] = true } }

        func take(_ worker: Int) -> Bool {
            calls.withLock { calls in
                defer { calls[worker] = false }
                return calls[worker]
            }
        }
    }

    func run() throws -> Result {
        let calls = Calls()
        let sites = SharedSites(workers: 2) { calls.call($0) }
        let place = sites.add(limit: sessionsPerSite, owner: Int(seed % 2))
        let outcomes = RecordingListener()
        var first = try worker(0, sites, place, outcomes)
        var second = try worker(1, sites, place, outcomes)
        var result = Result()
        var posted = 0
        var turns = 0
        while !first.isDone || !second.isDone {
            if posted < recipients {
                let end = min(recipients, posted + 150)
                sites.post(batch(posted..<end), to: place)
                posted = end
                if posted == recipients {
                    close(&first)
                    close(&second)
                }
            }
            let firstIsNext = second.isDone || (!first.isDone && first.network.now <= second.network.now)
            if firstIsNext { turn(&first, calls.take(0)) } else { turn(&second, calls.take(1)) }
            note(&result, first.dispatcher.sessions, second.dispatcher.sessions)
            turns += 1
            try #require(turns < 300_000, "seed \(seed): the workers do not come to an end")
        }
        result.settledBy = [first.tally.counts.total, second.tally.counts.total]
        result.openSessions = first.dispatcher.sessions + second.dispatcher.sessions
        result.wasCalledOff = first.unreachable != nil || second.unreachable != nil
        result.accepted = first.tally.counts.accepted + second.tally.counts.accepted
        result.verdicts = (0..<recipients).map { outcomes.verdicts[$0]?.count ?? 0 }
        result.end = max(first.network.now, second.network.now)
        return result
    }

    private func note(_ result: inout Result, _ first: Int, _ second: Int) {
        result.mostSessions = max(result.mostSessions, first + second)
        result.mostSessionsOfWorker[0] = max(result.mostSessionsOfWorker[0], first)
        result.mostSessionsOfWorker[1] = max(result.mostSessionsOfWorker[1], second)
    }

    private func turn(_ worker: inout Worker<SimulatedNetwork>, _ isCalled: Bool) {
        if isCalled { worker.dispatcher.visitSharedSites() }
        worker.visitSharedSites()
        worker.turn(atMost: longestWait)
    }

    private func close(_ worker: inout Worker<SimulatedNetwork>) {
        worker.dispatcher.visitSharedSites()
        worker.closeAdmission()
        worker.visitSharedSites()
    }

    private func worker(
        _ index: Int, _ sites: SharedSites, _ place: Int, _ outcomes: RecordingListener
    ) throws -> Worker<SimulatedNetwork> {
        var faults = faults
        if index == lamed { faults.connectionRefused = 1 }
        var network = SimulatedNetwork(
            seed: seed &* 2 &+ UInt64(index), faults: faults, receivers: [SimulatedReceiver(port: 25)])
        network.healing = .zero + .seconds(lamed == nil ? 600 : 1_000_000)
        var worker = Worker(
            network: network, mission: try mission(), outcomes: outcomes,
            sharing: Sharing(sites: sites, worker: index))
        if isDescribed { worker.describe(description) }
        worker.dispatcher.share(site: 0, place: place)
        return worker
    }

    private var description: SiteDescription {
        var lane = LanePlan()
        lane.sessionCounts = [LimitPlan(0, .count(sessionsPerSite))]
        lane.learns = true
        return SiteDescription(site: 0, name: "site0.test", fate: .mail([]), plan: SitePlan(lanes: [lane]))
    }

    private func batch(_ numbers: Range<Int>) -> RecipientBatch {
        var batch = RecipientBatch()
        var buffer = ByteBuffer(capacity: 256)
        for number in numbers {
            var writer = buffer.writer()
            PackedRow.begin(number: number, fieldCount: 1, into: &writer)
            PackedRow.append(Array("r\(number)@site0.test".utf8).span, into: &writer)
            batch.append(buffer.bytes(0..<writer.count), site: 0)
        }
        return batch
    }

    private func mission() throws -> Mission {
        var limits = Limits()
        limits.sessions = 20
        limits.sessionsPerSite = sessionsPerSite
        limits.messagesPerNewSession = 4
        limits.messagesPerSession = 40
        let letter = try Letter.filler(
            byteCount: 700, fromAddress: "news@shop.example", messageIDDomain: "shop.example", runToken: "cafe")
        var mission = Mission(
            letter: letter, envelopeFrom: Array("bounces@shop.example".utf8),
            helloName: Array("mta.shop.example".utf8), destination: .loopback(port: 25),
            grouping: seed % 3 == 0 ? .grouped : .chunked(depth: 8), limits: limits, patience: .delivery,
            unixOrigin: 1_800_000_000_000_000_000)
        mission.firstFailures = .max
        return mission
    }
}
