import Delivery
import Engine
import Measurement
import Primitives

/// A journal in memory that takes virtual time to be durable, with seeded delays, and forgets the rest in a crash.
///
/// What was handed over is written as one commit, and what comes meanwhile as the next, at once.
package final class SimulatedJournal: Journal, OutcomeListener {
    package enum Kind: Equatable {
        case intent
        case withdrawal
        case outcome(Outcome)
        case postponement(until: Int64)
        /// Not about a message: the line is 0.
        case note(Note)
    }

    package enum Note: Equatable {
        case count(WarmupCount)
        case suspension(scope: String, until: Int64, reason: String, rule: String)
        case audit(String)
    }

    /// One thing that was noted, nearly always about a message.
    package struct Step {
        package let line: Int
        package let kind: Kind
        /// Of an outcome.
        package let attempt: Attempt?
        /// When it became durable; nil as long as it is not.
        package fileprivate(set) var durableAt: Instant?
    }

    /// All that was noted, durable or not.
    package private(set) var steps: [Step] = []
    package private(set) var durableCount = 0
    /// Outcomes that would survive a crash now.
    package private(set) var durableOutcomes = 0
    package private(set) var hasFailed = false
    /// When it failed; never, so far.
    package private(set) var failedAt = Instant.never
    /// The commit that fails, counted from 1.
    package var failingCommit = Int.max
    /// Says that everything is durable at once, as does a disk that lies.
    package var claimsTooEarly = false

    private var handedOver = 0
    private var commits = 0
    private var commit: (count: Int, end: Instant)?
    private var isDead = false
    private var random: SeededRandom
    private let slowest: Interval
    package let wantsAcceptances: Bool

    /// - Parameter slowest: how long a commit takes at most; nil leaves it to the seed.
    package init(seed: UInt64, slowest: Interval? = nil) {
        random = SeededRandom(seed: seed ^ 0x1ED6_E500)
        let scales: [Interval] = [.microseconds(200), .milliseconds(5), .milliseconds(400)]
        wantsAcceptances = seed % 2 == 0
        let chosen = scales[Int.random(in: 0..<scales.count, using: &random)]
        self.slowest = slowest ?? chosen
    }

    package func intends(_ row: Span<UInt8>) -> UInt64 {
        note(row, .intent)
        return UInt64(steps.count)
    }

    package func withdraws(_ row: Span<UInt8>) { note(row, .withdrawal) }

    package func postpones(_ row: Span<UInt8>, until: Int64) { note(row, .postponement(until: until)) }

    package func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {
        note(row, .outcome(verdict.outcome), attempt)
    }

    package func accepted(_ row: Span<UInt8>) { note(row, .outcome(.accepted)) }

    package func counts(_ count: WarmupCount) { note(.count(count)) }

    package func suspends(scope: String, until: Int64, reason: String, rule: String) {
        note(.suspension(scope: scope, until: until, reason: reason, rule: rule))
    }

    package func audits(_ what: String) { note(.audit(what)) }

    private func note(_ note: Note) {
        steps.append(Step(line: 0, kind: .note(note), attempt: nil, durableAt: nil))
    }

    private func note(_ row: Span<UInt8>, _ kind: Kind, _ attempt: Attempt? = nil) {
        steps.append(Step(line: PackedRow(row).number, kind: kind, attempt: attempt, durableAt: nil))
    }

    package func handOver(at now: Instant) -> UInt64 {
        handedOver = steps.count
        beginCommit(at: now)
        return UInt64(handedOver)
    }

    package var durable: UInt64 { UInt64(claimsTooEarly ? handedOver : durableCount) }

    /// When what is being written will be durable; nil when nothing is.
    package var nextCommit: Instant? { commit?.end }

    /// Lets time pass; whether the worker should look.
    func advance(to now: Instant) -> Bool {
        guard let commit, commit.end <= now, !isDead else { return false }
        self.commit = nil
        commits += 1
        if commits == failingCommit {
            hasFailed = true
            failedAt = commit.end
            return true
        }
        for index in durableCount..<commit.count {
            steps[index].durableAt = commit.end
            if case .outcome = steps[index].kind { durableOutcomes += 1 }
        }
        durableCount = commit.count
        beginCommit(at: commit.end)
        return true
    }

    private func beginCommit(at now: Instant) {
        guard commit == nil, !hasFailed, !isDead, handedOver > durableCount else { return }
        commit = (handedOver, now + random.interval(upTo: slowest))
    }

    /// Loses power: nothing more becomes durable.
    package func crash() {
        isDead = true
        commit = nil
    }
}

extension SimulatedJournal {
    /// The last that a reader of the journal would know of each message.
    package func lastSteps(durableOnly: Bool) -> [Int: Kind] {
        var last: [Int: Kind] = [:]
        for step in steps.prefix(durableOnly ? durableCount : steps.count) where !step.isNote {
            last[step.line] = step.kind
        }
        return last
    }

    /// What was noted beside the messages, in its order.
    package func notes(durableOnly: Bool) -> [Note] {
        steps.prefix(durableOnly ? durableCount : steps.count).compactMap {
            if case .note(let note) = $0.kind { note } else { nil }
        }
    }
}

extension SimulatedJournal.Step {
    fileprivate var isNote: Bool {
        if case .note = kind { true } else { false }
    }
}
