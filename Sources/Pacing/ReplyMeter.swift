import Primitives

/// How many replies came of late, and how many of them were good, by the time in which there was something to answer.
///
/// Two stretches of at least five seconds and 32 replies, the newer one still growing: what it says is never older
/// than both, and never rests on a handful of replies for long.
struct ReplyMeter: Hashable, Sendable {
    private struct Stretch: Hashable, Sendable {
        var accepted = 0.0
        var replies = 0.0
        var seconds = 0.0
        var allowed = 0.0
    }

    private var older = Stretch()
    private var newer = Stretch()
    /// When the last reply came, or the first message went.
    private var latest: Instant?

    init() {}

    /// As if so much had been accepted in the last second.
    init(acceptedPerSecond: Double, at now: Instant) {
        older = Stretch(accepted: acceptedPerSecond, replies: acceptedPerSecond, seconds: 1)
        latest = now
    }

    /// A message goes: the time until its reply counts.
    mutating func begin(at now: Instant) {
        if latest == nil { latest = now }
    }

    mutating func restart(at now: Instant) {
        self = ReplyMeter()
        latest = now
    }

    /// - Parameters:
    ///   - limit: messages per second that were allowed since the last reply; zero where there was no limit.
    ///   - longestGap: in nanoseconds; what is longer between two replies was a pause in the sending.
    mutating func count(isAccepted: Bool, at now: Instant, limit: Double, longestGap: Int64) {
        if newer.seconds >= 5 && newer.replies >= 32 {
            older = newer
            newer = Stretch()
        }
        let gap = (now - (latest ?? now)).nanoseconds
        let seconds = Double(min(max(0, gap), longestGap)) / 1e9
        latest = now
        newer.seconds += seconds
        newer.allowed += seconds * limit
        newer.replies += 1
        if isAccepted { newer.accepted += 1 }
    }

    /// Whether there are enough replies, over enough time, to call something a rate.
    var isConclusive: Bool { (replies >= 16 && seconds >= 0.1) || seconds >= 60 }

    var acceptedPerSecond: Double { accepted / max(seconds, 0.1) }

    /// As `acceptedPerSecond`, of one second at least.
    var acceptedInSecond: Double { accepted / max(seconds, 1) }

    /// What was accepted, as a part of what was allowed: at a limit that rises, the rate of the last seconds says
    /// too little.
    var acceptedShareOfAllowed: Double {
        let allowed = older.allowed + newer.allowed
        return allowed > 0 ? accepted / allowed : 0
    }

    var repliesPerSecond: Double { replies / max(seconds, 0.1) }

    var deferredShare: Double { replies > 0 ? 1 - accepted / replies : 0 }

    private var accepted: Double { older.accepted + newer.accepted }

    private var replies: Double { older.replies + newer.replies }

    private var seconds: Double { older.seconds + newer.seconds }
}
