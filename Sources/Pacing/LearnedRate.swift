import Primitives

/// Messages per second that a receiver takes, learned from what it accepts and puts off.
///
/// At first: no limit, or a slow start (`SlowStart`). What is accepted before the first trouble is a burst as likely as
/// a rate: it counts as that of a second at least.
///
/// Down: two deferrals within two hundred acceptances, or one block, lower the limit to 0.85 (0.5 for a block) of the
/// rate that was accepted of late, and never below an eighth of the limit at once. After that nothing is concluded for
/// a second, in which the replies to what was sent before come in. When more than a quarter of the replies were
/// deferrals nevertheless, the next decrease waits twice as long as the one before, up to 512 s. From the sixth of
/// these on, and where nothing is accepted, none goes below a message a second: slower sending is no cure.
///
/// Up: the rate at which trouble came is remembered. The limit rises towards it by 0.4 % of it each second, then beyond
/// it with the cube of time, slowly at first: by 4 % in 44 s, to its double in 130 s.
/// All of that goes ten times as fast until trouble has come twice at the same rate, give or take a quarter: the first
/// measure is a guess. Time is counted by what is accepted, each message as the time from one to the next at the limit
/// and as half a second at most: a pause raises nothing, and a receiver of a few an hour is not tried after every few.
struct LearnedRate: Hashable, Sendable {
    /// No limit is lower: one message a minute.
    static let lowest = 1.0 / 60
    /// Where decreases end while nothing is accepted or nothing is cured by them.
    static let lowestUnlearned = 1.0
    static let reaction = Interval.seconds(1)

    /// Messages per second; nil for no limit.
    private(set) var limit: Double?
    /// When the limit may rise, and the next decrease may come.
    private(set) var mayRise = Instant(nanoseconds: .min)

    /// The rate at which trouble came last.
    private var memory = 0.0
    private var isConfirmed = false
    /// The part of the memory at which the limit stood after the last decrease.
    private var start = 0.0
    /// Seconds of sending at the limit since then; tenths of them as long as the memory is a guess.
    private var calm = 0.0
    /// Decreases in a row that cured nothing.
    private var futile = 0
    private var nextDecrease = Instant(nanoseconds: .min)
    private var strikes = 0
    private var isReacting = false
    private var meter = ReplyMeter()
    /// When the next message is due, in nanoseconds.
    private var due = Int64.min
    /// While nothing has been learned yet.
    private var slowStart: SlowStart?

    /// - Parameter startsSlowly: the pace that no refusal has limited yet begins low.
    init(startsSlowly: Bool) {
        slowStart = startsSlowly ? SlowStart() : nil
    }

    /// - Parameter acceptedPerSecond: what was accepted of late, without a limit.
    init(acceptedPerSecond: Double, at now: Instant) {
        meter = ReplyMeter(acceptedPerSecond: acceptedPerSecond, at: now)
    }

    /// Whether messages are spaced, by what was learned or because nothing is known yet.
    var isPaced: Bool { limit != nil || slowStart != nil }

    func opens(at now: Instant) -> Instant {
        guard isPaced else { return now }
        // A turn of the sender's loop that comes late must not cost a part of the rate.
        return max(now, Instant(nanoseconds: saturatingDifference(due, 10_000_000)))
    }

    mutating func take(at now: Instant) {
        meter.begin(at: now)
        slowStart?.begin(at: now)
        guard isPaced else { return }
        due = saturatingSum(max(due, now.nanoseconds), spacing)
    }

    mutating func noteAccepted(at now: Instant) {
        guard !isReacting(at: now) else { return }
        meter.count(isAccepted: true, at: now, limit: limit ?? 0, longestGap: longestGap)
        strikes = max(0, strikes - 1)
        if slowStart?.noteAccepted(at: now) ?? false { slowStart = nil }
        guard let before = limit else { return }
        calm += min(1 / before, 0.5) * (isConfirmed ? 1 : 10)
        // Never down, not even by rounding.
        limit = max(before, min(risen, 1e9))
    }

    mutating func noteDeferred(at now: Instant) {
        guard !isReacting(at: now) else { return }
        meter.count(isAccepted: false, at: now, limit: limit ?? 0, longestGap: longestGap)
        strikes = min(strikes + 200, 400)
        guard strikes >= 400 && meter.isConclusive && now >= nextDecrease else { return }
        decrease(to: 0.85, at: now)
    }

    mutating func noteBlocked(at now: Instant) {
        guard !isReacting(at: now) else { return }
        meter.count(isAccepted: false, at: now, limit: limit ?? 0, longestGap: longestGap)
        guard now >= nextDecrease else { return }
        decrease(to: 0.5, at: now)
    }

    /// What comes within the reaction time answers what was sent before the decrease.
    private mutating func isReacting(at now: Instant) -> Bool {
        guard isReacting else { return false }
        if now < mayRise { return true }
        isReacting = false
        meter.restart(at: now)
        return false
    }

    private mutating func decrease(to part: Double, at now: Instant) {
        let isCured = meter.deferredShare <= 0.25
        futile = isCured ? max(0, futile - 1) : min(futile + 1, 9)
        let (measured, least) = (measured, least)
        isConfirmed = abs(measured - memory) <= memory / 4
        memory = max(measured, least)
        let lowered = max(least, memory * part)
        limit = lowered
        start = lowered / memory
        slowStart = nil
        calm = 0
        strikes = 0
        isReacting = true
        mayRise = now + LearnedRate.reaction
        nextDecrease = now + LearnedRate.reaction * (1 << Int64(futile))
        due = now.nanoseconds
    }

    /// The rate that was accepted of late, within what one decrease may do.
    private var measured: Double {
        let before = limit ?? meter.repliesPerSecond
        return min(max(accepted, before / 8), limit ?? .infinity)
    }

    private var accepted: Double {
        if let limit { return limit * meter.acceptedShareOfAllowed }
        // What is accepted in less than a second may be all that there is for this second.
        return slowStart == nil ? meter.acceptedPerSecond : meter.acceptedInSecond
    }

    /// Where the next decrease ends at the latest: nothing is learned where nothing is accepted, or nothing is cured.
    private var least: Double {
        if accepted > 0 && futile <= 5 { return LearnedRate.lowest }
        return min(limit ?? .infinity, LearnedRate.lowestUnlearned)
    }

    private var risen: Double {
        let untilMemory = (1 - start) / 0.004
        guard calm > untilMemory else { return memory * (start + 0.004 * calm) }
        let beyond = (calm - untilMemory) / 130
        return memory * (1 + beyond * beyond * beyond)
    }

    /// Nanoseconds between two messages.
    private var spacing: Int64 {
        guard let limit = limit ?? slowStart?.pace else { return 0 }
        return max(1, saturatingInteger(1e9 / limit))
    }

    /// What of the time between two replies counts as sending, in nanoseconds.
    private var longestGap: Int64 { max(1_000_000_000, saturatingProduct(spacing, 4)) }
}
