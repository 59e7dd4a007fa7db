import Primitives

/// How many sessions a receiver bears: the concurrency arithmetic of Postfix's scheduler, with a memory.
///
/// Each good sign of a window of N counts 1/N, and so does each bad one; a whole one moves the window by a session.
/// The first bad sign after a rise takes it back at once, so that a window never wavers above what is borne. A session
/// that stands takes back a quarter of a bad sign: the odd lost connection is no limit.
///
/// The window rises only after a session was made since the last rise: what is not used is not tried.
/// Beyond the window at which trouble came it rises after a minute without trouble, then after half of that, and so on
/// to a second: a limit that was lifted is found out within two minutes and a second for each session.
struct SessionWindow: Hashable, Sendable {
    private static let firstWait = Interval.seconds(60)
    private static let shortestWait = Interval.seconds(1)

    let most: Int
    private(set) var window: Int

    /// Where the window stood after the last trouble.
    private var known: Int
    private var goods = 0
    /// In quarters of a sign.
    private var bads = 0
    private var hasRisen = true
    private var hasNewSession = false
    /// How long there must be no trouble before the window rises above `known`.
    private var wait = SessionWindow.firstWait
    /// Time with good signs since the last trouble or rise; gaps of more than a second count as one.
    private var calm = Interval.zero
    private var latest: Instant?

    init(most: Int, initial: Int) {
        self.most = min(max(1, most), 1_000_000)
        window = min(max(1, initial), self.most)
        known = self.most
    }

    mutating func noteAccepted(at now: Instant) {
        noteGood(at: now)
    }

    mutating func noteReady(at now: Instant) {
        bads = max(0, bads - 1)
        hasNewSession = true
        noteGood(at: now)
    }

    mutating func noteFailure(at now: Instant) {
        latest = now
        calm = .zero
        wait = SessionWindow.firstWait
        bads += 4
        guard hasRisen || bads >= 4 * window else { return }
        window = max(1, window - 1)
        known = window
        goods = 0
        bads = 0
        hasRisen = false
    }

    func mayRise(from now: Instant) -> Instant { now + wait }

    private mutating func noteGood(at now: Instant) {
        let gap = min(max(now - (latest ?? now), .zero), .seconds(1))
        latest = now
        calm = Interval(nanoseconds: saturatingSum(calm.nanoseconds, gap.nanoseconds))
        goods = min(goods + 1, window)
        guard window < most && goods >= window && hasNewSession else { return }
        if window >= known {
            guard calm >= wait else { return }
            wait = max(SessionWindow.shortestWait, Interval(nanoseconds: wait.nanoseconds / 2))
        }
        window += 1
        goods = 0
        bads = 0
        calm = .zero
        hasRisen = true
        hasNewSession = false
    }
}
