import Primitives
import Testing

@testable import Pacing

/// `#expect` calls nothing that changes a value; a reference it may ask.
private final class Bucket {
    private var bucket: TokenBucket

    init(_ rate: Rate, at now: Instant) { bucket = TokenBucket(rate, at: now) }

    func take(at now: Instant) -> Bool { bucket.take(at: now) }
    func change(to rate: Rate?, at now: Instant) { bucket.change(to: rate, at: now) }
}

/// The same for the gate.
private final class Gate {
    private var gate: ReceiverGate<String>

    init(_ limits: ReceiverLimits) { gate = ReceiverGate(limits, begun: .zero) }

    var limits: ReceiverLimits { gate.limits }
    var sourceCount: Int { gate.sourceCount }

    func admit(_ source: String, at now: Instant) -> Bool { gate.admit(source, at: now) }
    func leave(_ source: String) { gate.leave(source) }
    func takeMessage(from source: String?, at now: Instant) -> Bool { gate.takeMessage(from: source, at: now) }
}

@Suite("Token bucket of a receiver")
struct TokenBucketTests {
    private func instant(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test("Holds its burst, refills without a pause, never more than it holds")
    func refill() {
        let bucket = Bucket(Rate(3, per: .seconds(1), burst: 2), at: .zero)
        // Whole thirds of a second are no whole milliseconds: 333 is too early, 334 is not.
        let steps: [(Int64, Bool)] = [
            (0, true), (0, true), (0, false), (333, false), (334, true), (334, false), (666, false), (667, true),
            (5_000, true), (5_000, true), (5_000, false),
        ]
        for (time, isTaken) in steps { #expect(bucket.take(at: instant(time)) == isTaken, "\(time) ms") }
    }

    @Test("Who keeps exactly to the rate is never refused", arguments: [1, 3, 7, 1_000, 999_983] as [Int64])
    func exact(count: Int64) {
        let bucket = Bucket(Rate(count, per: .seconds(1), burst: 2), at: .zero)
        #expect(bucket.take(at: .zero) && bucket.take(at: .zero))
        for number in 1..<5_000 as Range<Int64> {
            let due = (number * 1_000_000_000 + count - 1) / count
            if bucket.take(at: Instant(nanoseconds: due - 1)) || !bucket.take(at: Instant(nanoseconds: due)) {
                return _ = Issue.record("message \(number)")
            }
        }
    }

    @Test("A clock that goes back refills nothing")
    func backwards() {
        let bucket = Bucket(Rate(1, per: .seconds(1)), at: instant(10_000))
        #expect(bucket.take(at: instant(9_000)))
        for time in [10_000, 9_000, 0, 10_999, 5_000, 10_999] as [Int64] { #expect(!bucket.take(at: instant(time))) }
        #expect(bucket.take(at: instant(11_000)))
    }

    @Test("Another rate goes on with the tokens that are there")
    func change() {
        let bucket = Bucket(Rate(10, per: .seconds(1), burst: 10), at: .zero)
        for _ in 0..<6 { #expect(bucket.take(at: .zero)) }
        bucket.change(to: Rate(1, per: .seconds(60), burst: 3), at: .zero)
        for _ in 0..<3 { #expect(bucket.take(at: .zero)) }
        #expect(!bucket.take(at: instant(59_999)))
        #expect(bucket.take(at: instant(60_000)))
        bucket.change(to: nil, at: instant(60_000))
        for _ in 0..<100 { #expect(bucket.take(at: instant(60_000))) }
        bucket.change(to: Rate(1, per: .seconds(1), burst: 2), at: instant(60_000))
        for isTaken in [true, true, false] { #expect(bucket.take(at: instant(60_000)) == isTaken) }
    }

    @Test("The largest numbers do not stop the process")
    func extremes() {
        let largest = Rate(.max, per: Interval(nanoseconds: .max), burst: .max)
        let bucket = Bucket(largest, at: Instant(nanoseconds: .min))
        #expect(bucket.take(at: .never))
        bucket.change(to: Rate(1, per: Interval(nanoseconds: 1)), at: .never)
        bucket.change(to: largest, at: .zero)
        #expect(bucket.take(at: .never))
    }
}

@Suite("Limits of a receiver")
struct ReceiverGateTests {
    private func gate(_ set: (inout ReceiverLimits) -> Void) -> Gate {
        var limits = ReceiverLimits()
        set(&limits)
        return Gate(limits)
    }

    @Test("Without limits everybody may do everything")
    func open() {
        let gate = gate { _ in }
        #expect(gate.limits.isEmpty)
        for _ in 0..<100 {
            #expect(gate.admit("a", at: .zero))
            #expect(gate.takeMessage(from: "a", at: .zero))
        }
    }

    @Test("Connections count until they leave", arguments: [true, false])
    func connections(perSource: Bool) {
        let gate = gate {
            $0.connections = 2
            $0.perSource = perSource
        }
        for isAdmitted in [true, true, false] { #expect(gate.admit("a", at: .zero) == isAdmitted) }
        #expect(gate.admit("b", at: .zero) == perSource)
        gate.leave("a")
        #expect(gate.admit("a", at: .zero))
        #expect(!gate.admit("a", at: .zero))
    }

    @Test("A rate is of all, or of each source", arguments: [true, false])
    func rate(perSource: Bool) {
        let gate = gate {
            $0.rate = Rate(1, per: .seconds(1))
            $0.perSource = perSource
        }
        #expect(gate.takeMessage(from: "a", at: .zero))
        #expect(gate.takeMessage(from: "b", at: .zero) == perSource)
        #expect(!gate.takeMessage(from: "a", at: .zero))
        #expect(gate.takeMessage(from: "b", at: .zero + .seconds(1)))
    }

    @Test("Changes of the rate come at their time, in whatever order they are given")
    func changes() {
        let gate = gate {
            $0.rate = Rate(1, per: .seconds(1))
            $0.rateChanges = [
                .init(after: .seconds(20), rate: Rate(2, per: .seconds(1), burst: 2)),
                .init(after: .seconds(10), rate: nil),
            ]
        }
        func taken(at seconds: Int64) -> Int {
            (0..<50).count { _ in gate.takeMessage(from: nil, at: .zero + .seconds(seconds)) }
        }
        let counts = [0, 9, 10, 19, 20, 21, 40].map { taken(at: $0) }
        #expect(counts == [1, 1, 50, 50, 2, 2, 2])
    }

    @Test("Every window of a random run keeps to rate and burst", arguments: 0..<20 as Range<UInt64>)
    func windows(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (count, burst) = (Int64.random(in: 1...50, using: &random), Int64.random(in: 1...9, using: &random))
        let gate = gate { $0.rate = Rate(count, per: .seconds(1), burst: burst) }
        var (now, taken): (Int64, [Int64]) = (0, [])
        for _ in 0..<3_000 {
            now += Int64.random(in: 0...2_000_000_000 / count / 3, using: &random)
            if gate.takeMessage(from: nil, at: Instant(nanoseconds: now)) { taken.append(now) }
        }
        let most = Int(count + burst)
        for first in taken.indices.dropLast(most) {
            #expect(taken[first + most] - taken[first] >= 1_000_000_000, "seed \(seed)")
        }
        let asked = min(Double(now) / 1e9 * Double(count), 3_000)
        #expect(Double(taken.count) >= 0.7 * asked, "seed \(seed)")
    }

    @Test("Sources that nobody needs any more are forgotten, the others are not")
    func forgetting() {
        let gate = gate {
            $0.rate = Rate(1, per: .seconds(1))
            $0.connections = 1
            $0.perSource = true
        }
        #expect(gate.admit("stays", at: .zero))
        for number in 0..<50_000 as Range<Int64> {
            #expect(gate.takeMessage(from: "\(number)", at: .zero + .milliseconds(number)))
            #expect(!gate.takeMessage(from: "\(number)", at: .zero + .milliseconds(number)))
        }
        #expect(!gate.admit("stays", at: .zero + .seconds(100)))
        #expect(gate.sourceCount < 4_000)
    }
}
