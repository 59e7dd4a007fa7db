import Benchmark

/// What one step of the per-message path costs. Each iteration is a thousand steps.
let benchmarks: @Sendable () -> Void = {
    // Set once, before anything runs.
    unsafe Benchmark.defaultConfiguration = Benchmark.Configuration(
        metrics: [.cpuTotal, .wallClock, .throughput], warmupIterations: 20, scalingFactor: .kilo,
        maxDuration: .seconds(1), maxIterations: 100_000,
        // Machines differ, and so do days: a threshold catches what has become several times as slow, as a call
        // across modules does that is no longer inlined, and nothing finer. Instruction counts are for that.
        thresholds: [.cpuTotal: BenchmarkThresholds(relative: [.p50: 200]), .wallClock: .none, .throughput: .none])
    primitivesBenchmarks()
    smtpBenchmarks()
    messageBenchmarks()
    deliveryBenchmarks()
    campaignBenchmarks()
}
