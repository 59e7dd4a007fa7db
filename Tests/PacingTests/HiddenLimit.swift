import Pacing
import Primitives

/// A receiver that takes so many messages a second and puts off the rest: a token bucket that nobody told us about.
struct HiddenLimit {
    var perSecond: Double
    var burst: Double
    private var tokens: Double
    private var latest = Instant.zero

    init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
        tokens = burst
    }

    mutating func accepts(at now: Instant) -> Bool {
        tokens = min(burst, tokens + (now - latest).seconds * perSecond)
        latest = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}

/// A sender with mail without end that sends whatever its backoff lets go, in virtual time.
struct GreedySender {
    var backoff: Backoff
    var receiver: HiddenLimit
    var now = Instant.zero
    var accepted = 0
    var deferred = 0
    var changes: [BackoffChange] = []
    private var random: SeededRandom
    private let delay: Interval
    private let mostInFlight: Int
    private var inFlight = ArrivalQueue<(due: Instant, isAccepted: Bool)>()
    private var inFlightCount = 0
    private var latestReply = Instant.zero

    init(receiver: HiddenLimit, delay: Interval, seed: UInt64, startsSlowly: Bool = false) {
        backoff = Backoff(sessionLimit: 1_000, startsSlowly: startsSlowly)
        self.receiver = receiver
        self.delay = delay
        random = SeededRandom(seed: seed)
        mostInFlight = 20 + Int(4 * receiver.perSecond * delay.seconds)
    }

    /// Returns the share of messages that were put off, and how many were accepted per second.
    mutating func run(for length: Interval) -> (deferredShare: Double, perSecond: Double) {
        let end = now + length
        (accepted, deferred) = (0, 0)
        while now < end { step() }
        return (Double(deferred) / Double(max(1, accepted + deferred)), Double(accepted) / length.seconds)
    }

    private mutating func step() {
        let opens = inFlightCount < mostInFlight ? backoff.opens(at: now) : .never
        if let first = inFlight.first, first.due <= max(now, opens) {
            now = max(now, first.due)
            return hear()
        }
        now = max(now, opens)
        backoff.take(at: now)
        let jitter = Interval(nanoseconds: Int64.random(in: 0...delay.nanoseconds / 4, using: &random))
        latestReply = max(latestReply, now + delay + jitter)
        inFlight.append((latestReply, receiver.accepts(at: now)))
        inFlightCount += 1
    }

    private mutating func hear() {
        guard let reply = inFlight.removeFirst() else { return }
        inFlightCount -= 1
        if reply.isAccepted { accepted += 1 } else { deferred += 1 }
        if let change = backoff.note(reply.isAccepted ? .accepted : .deferred, at: now) { changes.append(change) }
    }
}
