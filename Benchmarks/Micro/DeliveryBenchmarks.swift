import Benchmark
import Delivery
import Primitives

func deliveryBenchmarks() {
    // Admits a recipient, chooses its session, takes it.
    Benchmark("Dispatcher-admit-take") { benchmark in
        var dispatcher = Dispatcher(limits: Limits())
        let row = packedRow()
        var queue = RecordQueue()
        let now = Instant.zero
        dispatcher.admit(row.span, site: 0)
        _ = dispatcher.nextAction(at: now)
        _ = dispatcher.take(from: 0, to: &queue, at: now)
        dispatcher.pool.removeFirst(of: &queue)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            dispatcher.sessionIsIdle(0, in: 0)
            dispatcher.admit(row.span, site: 0)
            blackHole(dispatcher.nextAction(at: now))
            blackHole(dispatcher.take(from: 0, to: &queue, at: now))
            dispatcher.pool.removeFirst(of: &queue)
        }
        benchmark.stopMeasurement()
        dispatcher.pool.clear(&queue)
    }

    Benchmark("Dispatcher-made-up") { benchmark in
        var dispatcher = Dispatcher(limits: Limits())
        var queue = RecordQueue()
        dispatcher.admitMadeUp(0..<1_000_000_000, site: 0)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            blackHole(dispatcher.take(from: 0, to: &queue, at: .zero))
            dispatcher.pool.removeFirst(of: &queue)
        }
        benchmark.stopMeasurement()
        dispatcher.pool.clear(&queue)
    }

    // Chooses among a million recipients whose sites all have rates, and takes one; each a thousand times.
    for choice in PacedCampaign.Case.allCases {
        let shared = PacedCampaign.Shared(choice)
        Benchmark("Dispatcher-\(choice.rawValue)") { benchmark in
            shared.refill()
            benchmark.startMeasurement()
            shared.send(benchmark.scaledIterations.count)
            benchmark.stopMeasurement()
        }
    }
}
