import Pacing
import Primitives

/// What a lane is bound by, and how that stands: what every decision reads, and no more.
///
/// A worker may have a hundred thousand lanes, and what it reads of one comes from memory. So this is small, holds no
/// reference, and repeats what `Backoff` says.
struct LanePace {
    let source: Int32
    /// What a message counts for in `served`.
    let cost: Int32
    private let limits: LaneLimits
    let messagesPerSession: Int32?
    let mostFailures: Int32?
    /// Sessions that what was learned permits.
    var learnedSessions = Int32.max
    let isOverflow: Bool
    let learns: Bool
    let isWarmed: Bool
    /// There was an order for the lane.
    var isOrdered: Bool
    /// What was learned limits the rate of messages.
    var isSlowed = false
    /// Messages are spaced, by that or by a slow start.
    var isSpaced = false
    /// Takes part in the sharing out of the site's mail.
    var isAble = true
    /// Has left its turn to another lane of the site.
    var hasYielded = false
    /// For the next message.
    var messageTurn = LaneTurn()
    /// For the next session; messages go on meanwhile.
    var sessionTurn = LaneTurn()
    /// A message has gone.
    private var hasBegun = false
    /// When what was learned lets the next message go.
    var learnedOpening = Instant(nanoseconds: .min)
    /// Messages begun, each counted as its part of the lane's weight.
    var served: Int64 = 0
    /// Since when the lane's mail waits for the same, and for what, as of the last decision.
    var blockedSince = Instant.zero
    var block = LaneBlock.none

    /// What one message counts for in `served` of a lane with weight 1.
    static let unit: Int32 = 1_000_000
    /// So many messages, by weight 1, a lane may be before another that could go.
    static let lead = 16 * Int64(unit)

    init(_ plan: LanePlan, _ table: inout LimitTable, at now: Instant) {
        source = Int32(clamping: plan.source)
        cost = LanePace.unit / Int32(clamping: max(1, plan.weight))
        isOverflow = plan.isOverflow
        limits = table.limits(of: plan, at: now)
        messagesPerSession = plan.messagesPerSession.map { Int32(clamping: $0) }
        mostFailures = plan.mostConnectFailures.map { Int32(clamping: max(1, $0)) }
        learns = plan.learns
        isWarmed = plan.warmup != nil
        isOrdered = plan.suspendedUntil > .zero
    }

    var messageRates: LimitList { LimitList(limits.first, limits.messageRates) }
    var sessionRates: LimitList { LimitList(messageRates.end, limits.sessionRates) }
    var sessionCounts: LimitList { LimitList(sessionRates.end, limits.sessionCounts) }

    /// Whether `LaneMemory` has anything to say about a message.
    var isHeldByMore: Bool { isWarmed || isOrdered }

    /// Whether `Backoff` makes anything of a message: of the first, and of each that it spaces.
    var tellsBackoff: Bool { learns && (isSpaced || !hasBegun) }

    /// Its parts, for `Dispatcher.readAhead`.
    var readAhead: Int64 { Int64(cost) &+ served &+ (block == .none ? 0 : 1) }

    /// Repeats what the lane has learned.
    mutating func learn(from backoff: borrowing Backoff) {
        isSlowed = backoff.messageRate != nil
        isSpaced = backoff.isPaced
        learnedOpening = backoff.opens(at: Instant(nanoseconds: .min))
        learnedSessions = Int32(clamping: backoff.sessionLimit)
    }

    /// A message goes.
    mutating func begin() {
        served += Int64(cost)
        hasBegun = true
        messageTurn.end()
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

    /// When mail may go, and what it waits for.
    func opens(learned: Instant, at now: Instant, unixOrigin: Int64) -> (Instant, LaneBlock) {
        if now < orders.suspendedUntil { return (orders.suspendedUntil, .suspended) }
        if let gate = orders.gate(at: now), gate.opens(at: now) > now { return (gate.opens(at: now), .ordered) }
        if learned > now { return (learned, .backoff) }
        guard let opens = warmup?.opens(at: now, unixOrigin), opens > now else { return (now, .none) }
        return (opens, .warmup)
    }

    mutating func take(at now: Instant, unixOrigin: Int64) {
        orders.take(at: now)
        warmup?.take(at: now, unixOrigin)
    }
}

/// How a lane stands with the limits that it has to wait for.
struct LaneTurn {
    private var awaitedPlace: Int32 = -1
    private var callingPlace: Int32 = -1

    init() {}

    init(awaited place: Int) { awaitedPlace = Int32(place) }

    init(calledBy place: Int) { callingPlace = Int32(place) }

    /// The limit that has called the lane, as long as it has not gone; -1 for none. It goes before those that wait
    /// for other limits then: with two limits that are both waited for, nobody might ever be first at both.
    var calledBy: Int { Int(callingPlace) }
    /// The lane waits for its turn at a limit.
    var isWaiting: Bool { awaitedPlace >= 0 }
    var isCalled: Bool { callingPlace >= 0 }

    /// The lane has gone, or does not go now.
    mutating func end() { callingPlace = -1 }
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
        let unixTime = now.unixMicroseconds(origin: unixOrigin)
        let opens = gate.opens(at: unixTime, zone)
        return opens > unixTime ? now + .microseconds(opens - unixTime) : nil
    }

    mutating func take(at now: Instant, _ unixOrigin: Int64) {
        gate.take(at: now.unixMicroseconds(origin: unixOrigin), zone)
    }

    /// What the journal is told of a message. One that is withdrawn stays counted: it may be sent on another day, and
    /// less than permitted does no harm.
    mutating func count(_ event: WarmupCount.Event) -> WarmupCount {
        switch event {
        case .intended: break
        case .delivered: gate.noteDelivered()
        case .failed: gate.noteFailed()
        }
        let progress = gate.progress
        return WarmupCount(
            key: key, day: Int32(clamping: progress.day), hour: UInt8(clamping: progress.hour),
            stage: UInt16(clamping: progress.stage), event: event)
    }
}
