import Pacing
import Primitives

/// What a lane is bound by, and how that stands: what every decision reads, and no more.
///
/// A worker may have a hundred thousand lanes, and what it reads of one comes from memory. So this is small, holds no
/// reference, and repeats what `Backoff` says.
struct LanePace {
    let source: Int
    let weight: Int
    let isOverflow: Bool
    let messageRates: LimitList
    let sessionRates: LimitList
    let sessionCounts: LimitList
    let messagesPerSession: Int?
    let learns: Bool
    let isWarmed: Bool
    /// There was an order for the lane.
    var isOrdered: Bool

    /// What was learned limits the rate of messages.
    var isSlowed = false
    /// When what was learned lets the next message go.
    var learnedOpening = Instant(nanoseconds: .min)
    /// Sessions that what was learned permits.
    var learnedSessions = Int.max
    /// Messages begun, each counted as its part of the lane's weight.
    var served: Int64 = 0
    /// Takes part in the sharing out of the site's mail.
    var isAble = true
    /// Has left its turn to another lane of the site.
    var hasYielded = false
    /// For the next message.
    var messageTurn = LaneTurn()
    /// For the next session; messages go on meanwhile.
    var sessionTurn = LaneTurn()
    /// Why the lane's mail waits, as of the last decision, and since when.
    var block = LaneBlock.none
    var blockedSince = Instant.zero

    /// What one message counts for in `served` of a lane with weight 1.
    static let unit: Int64 = 1_000_000
    /// So many messages, by weight 1, a lane may be before another that could go.
    static let lead: Int64 = 16 * unit

    init(_ plan: LanePlan, _ table: inout LimitTable, at now: Instant) {
        source = plan.source
        weight = max(1, plan.weight)
        isOverflow = plan.isOverflow
        messageRates = table.list(plan.messageRates, at: now)
        sessionRates = table.list(plan.sessionRates, at: now)
        sessionCounts = table.list(plan.sessionCounts, at: now)
        messagesPerSession = plan.messagesPerSession
        learns = plan.learns
        isWarmed = plan.warmup != nil
        isOrdered = plan.suspendedUntil > .zero
    }

    /// Whether `LaneMemory` has anything to say about a message.
    var isHeldByMore: Bool { isWarmed || isOrdered }

    /// Repeats what the lane has learned.
    mutating func learn(from backoff: borrowing Backoff) {
        isSlowed = backoff.messageRate != nil
        learnedOpening = backoff.opens(at: Instant(nanoseconds: .min))
        learnedSessions = backoff.sessionLimit
    }

    mutating func block(_ block: LaneBlock, at now: Instant) {
        guard block != self.block else { return }
        self.block = block
        blockedSince = now
    }
}

/// What orders and days make of a lane; `Backoff` is what its receiver does.
struct LaneMemory {
    var warmup: LaneWarmup?
    var orders = LaneOrders()

    init(_ plan: LanePlan) {
        warmup = plan.warmup.map { LaneWarmup($0) }
        orders.suspendedUntil = plan.suspendedUntil
    }

    mutating func take(at now: Instant, unixOrigin: Int64) {
        orders.take(at: now)
        warmup?.take(at: now, unixOrigin)
    }
}

/// How a lane stands with the limits that it has to wait for.
struct LaneTurn {
    /// The limit that the lane waits for; -1 for none.
    var awaited = -1
    /// The limit that has called the lane, as long as it has not gone; -1 for none. It goes before those that wait
    /// for other limits then: with two limits that are both waited for, nobody might ever be first at both.
    var calledBy = -1

    var isWaiting: Bool { awaited >= 0 }
    var isCalled: Bool { calledBy >= 0 }
}

/// Why the mail of a lane waits.
package enum LaneBlock: Hashable, Sendable {
    case none
    /// For a limit, by its place among the worker's.
    case limit(Int)
    /// By an order, until a time.
    case suspended
    /// For a rate that was ordered for a time.
    case ordered
    /// For what was learned from refusals.
    case backoff
    case warmup
    /// A first share of the site's mail is on its way.
    case canary
    /// That share has ended badly.
    case unhealthy
    /// No session could be made, the last time.
    case failing
    /// Its sessions have enough to do.
    case busy
}

/// What was ordered for a lane because of what a receiver said, for a time.
struct LaneOrders {
    var suspendedUntil = Instant.zero
    private var rate: RateGate?
    private var rateUntil = Instant.zero
    private var most: Int?
    private var mostUntil = Instant.zero
    private var messages: Int?
    private var messagesUntil = Instant.zero

    mutating func order(_ rate: Rate, until: Instant, at now: Instant) {
        self.rate = RateGate(rate, startingAt: now, isSpent: true)
        rateUntil = until
    }

    mutating func order(sessions: Int, until: Instant) {
        most = max(1, sessions)
        mostUntil = until
    }

    mutating func order(messagesPerSession: Int, until: Instant) {
        messages = max(1, messagesPerSession)
        messagesUntil = until
    }

    func messagesPerSession(at now: Instant) -> Int? { now < messagesUntil ? messages : nil }
    func gate(at now: Instant) -> RateGate? { now < rateUntil ? rate : nil }
    func sessions(at now: Instant) -> Int? { now < mostUntil ? most : nil }

    mutating func take(at now: Instant) {
        if now < rateUntil { rate?.take(at: now) }
    }
}

/// A lane's warmup, in the time of the day that its days are counted in.
struct LaneWarmup {
    let key: Int32
    private let zone: ZoneOffsets
    private(set) var gate: WarmupGate

    init(_ plan: WarmupPlan) {
        key = plan.key
        zone = plan.zone
        gate = WarmupGate(plan.schedule, plan.progress)
    }

    func opens(at now: Instant, _ unixOrigin: Int64) -> Instant? {
        let unixTime = microseconds(now, unixOrigin)
        let opens = gate.opens(at: unixTime, zone)
        return opens > unixTime ? now + .microseconds(opens - unixTime) : nil
    }

    mutating func take(at now: Instant, _ unixOrigin: Int64) { gate.take(at: microseconds(now, unixOrigin), zone) }
    /// What the journal is told of a message. One that is withdrawn stays counted: it may be sent on another day, and
    /// less than permitted does no harm.
    mutating func count(_ event: WarmupCount.Event) -> WarmupCount {
        switch event {
        case .intended, .withdrawn: break
        case .delivered: gate.noteDelivered()
        case .failed: gate.noteFailed()
        }
        let progress = gate.progress
        return WarmupCount(
            key: key, day: Int32(clamping: progress.day), hour: UInt8(clamping: progress.hour),
            stage: UInt16(clamping: progress.stage), event: event)
    }

    private func microseconds(_ now: Instant, _ unixOrigin: Int64) -> Int64 {
        (Instant(nanoseconds: unixOrigin) + (now - .zero)).nanoseconds / 1_000
    }
}
