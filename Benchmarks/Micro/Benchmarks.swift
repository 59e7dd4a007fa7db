import Benchmark

/// What one step of the per-message path costs. Each iteration is a thousand steps.
///
/// No name holds a blank: `thresholds check` does not find the file of one that does.
let benchmarks: @Sendable () -> Void = {
    // Set once, before anything runs.
    unsafe Benchmark.defaultConfiguration = Benchmark.Configuration(
        metrics: [.wallClock], warmupIterations: 20, scalingFactor: .kilo,
        maxDuration: .seconds(1), maxIterations: 100_000,
        // Machines differ, and so do days: a threshold catches what has become several times as slow, as a call
        // across modules does that is no longer inlined, and nothing finer. Instruction counts are for that.
        thresholds: [.wallClock: BenchmarkThresholds(relative: [.p90: 300])])
    primitivesBenchmarks()
    smtpBenchmarks()
    messageBenchmarks()
    deliveryBenchmarks()
    campaignBenchmarks()
}
