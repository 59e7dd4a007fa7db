import Measurement
import Primitives
import SMTP
import Simulation
import Testing

@testable import Engine

@Suite("The messages of a benchmark")
struct MadeUpSupplyTests {
    @Test("every message is taken once", arguments: [1, 2, 3], [1, 5, 999, 20_000, 123_457])
    func once(workers: Int, count: Int) {
        let supply = MadeUpSupply(count: count, workers: workers)
        var next = 0
        var portions = 0
        while let numbers = supply.take() {
            #expect(numbers.lowerBound == next && !numbers.isEmpty)
            next = numbers.upperBound
            portions += 1
        }
        #expect(next == count)
        #expect(portions >= min(workers, count))
        if workers == 1 { #expect(portions == 1) }
    }

    @Test("a worker takes until nothing is left, and what a faster one took is not missed")
    func shared() throws {
        let supply = MadeUpSupply(count: 5_000, workers: 2)
        var campaign = SimulatedCampaign(seed: 3)
        campaign.faults = .none
        var sent = 0
        let other = supply.take()?.count ?? 0
        for _ in 0..<2 {
            let network = SimulatedNetwork(seed: 3, faults: .none, receivers: [SimulatedReceiver(port: 25)])
            var worker = Worker(
                network: network, mission: try campaign.mission(), outcomes: RecordingListener(), supply: supply)
            worker.run()
            sent += worker.tally.counts.accepted
        }
        #expect(sent + other == 5_000)
    }
}
