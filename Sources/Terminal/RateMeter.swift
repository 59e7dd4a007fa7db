import Primitives

/// The rate of outcomes over the last few seconds, from snapshots that come at any distance.
struct RateMeter {
    private static let window = Interval.seconds(5)
    private static let mostSamples = 128

    private var samples: [Sample] = [Sample(elapsed: .zero, outcomes: 0)]

    /// - Returns: outcomes a second, now; 0 as long as no time has passed.
    mutating func update(elapsed: Interval, outcomes: Int) -> Double {
        samples.append(Sample(elapsed: elapsed, outcomes: outcomes))
        while samples.count > 2 && (isBeforeWindow(samples[1]) || samples.count > RateMeter.mostSamples) {
            samples.removeFirst()
        }
        return RateMeter.rate(from: samples[0], to: Sample(elapsed: elapsed, outcomes: outcomes))
    }

    /// One sample from before the window stays, so that the window is always covered.
    private func isBeforeWindow(_ sample: Sample) -> Bool {
        guard let last = samples.last else { return false }
        return last.elapsed.seconds - sample.elapsed.seconds >= RateMeter.window.seconds
    }

    private static func rate(from: Sample, to: Sample) -> Double {
        let seconds = to.elapsed.seconds - from.elapsed.seconds
        return seconds > 0 ? Double(to.outcomes - from.outcomes) / seconds : 0
    }

    private struct Sample {
        var elapsed: Interval
        var outcomes: Int
    }
}
