/// A first share of a site's mail goes ahead; the rest waits until that has ended well.
///
/// While the list is still being read, the share grows with what is known of it: what went ahead of ten recipients
/// speaks for ten, not for the million behind them.
package struct Canary: Hashable, Sendable {
    package enum Answer: Hashable, Sendable {
        case begin
        /// The first share is on its way.
        case holdUntilSettled
        /// It has ended, and badly.
        case holdUnhealthy
    }

    private let share: Double
    private let least: Int
    private let healthyShare: Double
    private var settled = 0
    private var healthy = 0

    /// - Parameters:
    ///   - share: of the site's recipients, from 0 to 1.
    ///   - least: how many go ahead at least; less than 1 counts as 1.
    ///   - healthyShare: of those that have ended, how many must have been accepted; 0.9 is the share at which
    ///     SparkPost's warmup goes on.
    package init(share: Double = 0.01, least: Int = 10, healthyShare: Double = 0.9) {
        self.share = share >= 0 ? min(share, 1) : 0
        self.least = max(1, least)
        self.healthyShare = healthyShare >= 0 ? min(healthyShare, 1) : 0
    }

    /// A message has ended: accepted, or refused for good. What is put off has not ended.
    package mutating func noteSettled(isHealthy: Bool) {
        settled += 1
        if isHealthy { healthy += 1 }
    }

    /// Whether one more may go.
    ///
    /// - Parameters:
    ///   - known: recipients of the site that are known by now, at least as many as `begun`.
    ///   - begun: those whose first attempt has begun.
    package func mayBegin(known: Int, begun: Int) -> Answer {
        let ahead = ahead(of: known)
        guard begun >= ahead else { return .begin }
        guard settled >= ahead else { return .holdUntilSettled }
        return Double(healthy) >= healthyShare * Double(settled) ? .begin : .holdUnhealthy
    }

    /// How many of so many go ahead.
    package func ahead(of known: Int) -> Int {
        let part = saturatingInteger((Double(max(0, known)) * share).rounded(.up))
        return min(max(least, Int(part)), max(0, known))
    }
}
