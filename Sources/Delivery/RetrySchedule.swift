import Primitives

/// When a recipient whose delivery was put off is tried again, and when that ends.
///
/// Times are microseconds since 1970, because they outlive the process. Arithmetic saturates: no schedule, number of
/// attempts or clock can trap.
package struct RetrySchedule: Hashable, Sendable {
    package enum Delays: Hashable, Sendable {
        /// Each delay is the one before it times `factor`, and none is longer than `most`.
        ///
        /// Lengthened by up to a tenth, at random, so that recipients put off together do not all come back at once.
        /// Never shortened: a receiver that greylists for five minutes would refuse whoever comes ten seconds early.
        case doubling(first: Interval, factor: Double, most: Interval)
        /// Exactly these delays, and the last of them from then on. None at all means one attempt only.
        case list([Interval])
    }

    package var delays: Delays
    /// Counted from the first attempt.
    package var giveUp: Interval

    package init(
        delays: Delays = .doubling(first: .seconds(300), factor: 2, most: .seconds(4 * 3_600)),
        giveUp: Interval = .seconds(72 * 3_600)
    ) {
        self.delays = delays
        self.giveUp = giveUp
    }

    /// When to try next, or nil to give up.
    ///
    /// Gives up when the delay ends after `firstAttempt` + `giveUp`. An attempt at that very time is still made, and
    /// one that only its random part would move behind it is made then. With a clock that stands before
    /// `firstAttempt`, time is counted from `now`.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts were made, from 1; what is less counts as 1.
    ///   - random: one number is drawn for `doubling`, none for a list.
    package func next(
        afterAttempt attempt: Int, firstAttempt: Int64, now: Int64, random: inout SeededRandom
    ) -> Int64? {
        guard let delay = delay(afterAttempt: max(1, attempt)) else { return nil }
        let spread = spread(of: delay, &random)
        let end = saturatingSum(min(firstAttempt, now), max(0, giveUp.microseconds))
        let (due, isBeyondAllTime) = now.addingReportingOverflow(delay)
        guard !isBeyondAllTime && due <= end else { return nil }
        return min(saturatingSum(due, spread), end)
    }

    /// In microseconds, without the random part.
    private func delay(afterAttempt attempt: Int) -> Int64? {
        switch delays {
        case .doubling(let first, let factor, let most):
            let longest = max(0, most.microseconds)
            let start = min(max(0, first.microseconds), longest)
            return grown(start, by: factor, times: attempt - 1, atMost: longest)
        case .list(let delays):
            guard let last = delays.last else { return nil }
            return max(0, (attempt <= delays.count ? delays[attempt - 1] : last).microseconds)
        }
    }

    private func spread(of delay: Int64, _ random: inout SeededRandom) -> Int64 {
        guard case .doubling = delays else { return 0 }
        return Int64.random(in: 0...(delay / 10), using: &random)
    }
}

/// A factor of 1 or less, or one that is no number, leaves the delay as it is.
private func grown(_ delay: Int64, by factor: Double, times: Int, atMost longest: Int64) -> Int64 {
    guard factor > 1 && delay > 0 else { return delay }
    let length = Double(delay) * power(factor, times)
    return length < Double(longest) ? Int64(length) : longest
}

/// By squaring: a few dozen steps for any exponent. What is too large becomes infinite.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}

private func saturatingSum(_ time: Int64, _ delay: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(delay)
    return overflow ? .max : sum
}
