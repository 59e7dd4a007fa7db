/// Watches the latest results at a site, and says when so many fail that sending on would do harm.
///
/// The default, more than 5 % of the last 200, is the lower ratio of the sweep rules of Momentum's Adaptive Delivery.
/// Results are final answers to a message: what is put off is none. Nothing is allocated after the start.
package struct FailureWatch: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        case accepted
        /// A permanent failure, 5xx.
        case refused
        /// A permanent failure with a policy text, 5.7.x: it speaks of the sender, and one is enough.
        case policy
    }

    package enum Alarm: Hashable, Sendable {
        case tooManyFailures(Int, of: Int)
        case policy
    }

    package struct Settings: Hashable, Sendable {
        /// How many results are looked at; before that many were seen only a policy text raises the alarm. From 1 to
        /// 1,000,000.
        package var window: Int
        /// More than this share of permanent failures is too much, from 0 to 1.
        package var mostFailures: Double

        package init(window: Int = 200, mostFailures: Double = 0.05) {
            self.window = min(max(1, window), 1_000_000)
            self.mostFailures = mostFailures >= 0 ? min(mostFailures, 1) : 0
        }
    }

    private let mostFailures: Double
    /// Whether each of the latest results was a failure, the oldest at `next`.
    private var ring: [Bool]
    private var next = 0
    private var seen = 0
    private var failures = 0
    /// Why the site should pause; nil as long as all is well. It stays until somebody looks at it and resumes.
    package private(set) var alarm: Alarm?

    package init(_ settings: Settings = Settings()) {
        mostFailures = settings.mostFailures
        ring = [Bool](repeating: false, count: settings.window)
    }

    /// - Returns: the alarm that this result has raised. Not again while it stands.
    package mutating func note(_ result: Result) -> Alarm? {
        keep(isFailure: result != .accepted)
        guard alarm == nil else { return nil }
        alarm = verdict(on: result)
        return alarm
    }

    /// Starts again with nothing seen: the results until now belong to what was put right since.
    package mutating func resume() {
        alarm = nil
        (next, seen, failures) = (0, 0, 0)
        for index in ring.indices { ring[index] = false }
    }

    private mutating func keep(isFailure: Bool) {
        if ring[next] { failures -= 1 }
        if isFailure { failures += 1 }
        ring[next] = isFailure
        next = next + 1 == ring.count ? 0 : next + 1
        seen = min(seen + 1, ring.count)
    }

    private func verdict(on result: Result) -> Alarm? {
        if result == .policy { return .policy }
        guard seen == ring.count && Double(failures) > mostFailures * Double(ring.count) else { return nil }
        return .tooManyFailures(failures, of: ring.count)
    }
}
