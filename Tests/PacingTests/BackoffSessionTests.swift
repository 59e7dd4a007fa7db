import Pacing
import Primitives
import Testing

/// Sessions of a hundred messages each with a receiver that greets only so many at once and answers 421 to the rest.
private struct CrowdedReceiver {
    var most: Int
    var backoff: Backoff
    var now = Instant.zero
    var standing = 0
    var opened = 0
    var refused = 0
    var messages = 0
    /// Standing sessions summed over the steps.
    var standingSum = 0
    var steps = 0
    var changes: [BackoffChange] = []
    private let delay: Interval
    private var sessions: [(messagesLeft: Int, busyUntil: Instant)] = []
    private var connecting: [Instant] = []
    private var pausedUntil = Instant.zero
    private var random: SeededRandom

    init(most: Int, limit: Int, delay: Interval, seed: UInt64) {
        self.most = most
        self.delay = delay
        backoff = Backoff(sessionLimit: limit)
        random = SeededRandom(seed: seed)
    }

    mutating func run(for length: Interval) {
        (opened, refused, messages, standingSum, steps) = (0, 0, 0, 0, 0)
        let end = now + length
        while now < end {
            now = now + .milliseconds(10)
            converse()
            connect()
            standingSum += sessions.count
            steps += 1
        }
    }

    var averageStanding: Double { Double(standingSum) / Double(max(1, steps)) }

    private mutating func note(_ sign: Backoff.Sign) {
        if let change = backoff.note(sign, at: now) { changes.append(change) }
    }

    private mutating func converse() {
        for index in sessions.indices where sessions[index].busyUntil <= now {
            sessions[index].messagesLeft -= 1
            sessions[index].busyUntil = now + delay + .milliseconds(Int64.random(in: 0...20, using: &random))
            messages += 1
            note(.accepted)
        }
        sessions.removeAll { $0.messagesLeft <= 0 }
    }

    private mutating func connect() {
        for due in connecting where due <= now {
            if sessions.count < most {
                opened += 1
                sessions.append((messagesLeft: 100, busyUntil: now + delay))
                note(.sessionReady)
            } else {
                refused += 1
                pausedUntil = now + .seconds(1)
                note(.shutDown)
            }
        }
        connecting.removeAll { $0 <= now }
        while now >= pausedUntil && sessions.count + connecting.count < backoff.sessionLimit {
            connecting.append(now + delay)
        }
    }
}

@Suite("Backoff: sessions")
struct BackoffSessionTests {
    @Test(
        "A hidden limit of connections is found within 15 %, with refusals below 2 %, and its double within 200 s",
        arguments: [(1, 100), (2, 10), (2, 500), (5, 100), (10, 1), (10, 500), (40, 100)] as [(Int, Int64)])
    func hiddenLimit(most: Int, delay: Int64) {
        let seed = UInt64(most)
        var receiver = CrowdedReceiver(most: most, limit: 100, delay: .milliseconds(delay), seed: seed)
        receiver.run(for: .seconds(100))
        receiver.run(for: .seconds(200))
        #expect(abs(receiver.averageStanding / Double(most) - 1) < 0.15, "\(receiver.averageStanding)")
        #expect(Double(receiver.refused) < 0.02 * Double(receiver.messages), "\(receiver.refused)")
        receiver.most = most * 2
        receiver.run(for: .seconds(200))
        receiver.run(for: .seconds(10))
        #expect(receiver.averageStanding > 0.85 * 2 * Double(most), "\(receiver.averageStanding)")
    }

    @Test("A healthy receiver gets all its sessions within five seconds, starting with 5")
    func opening() {
        var receiver = CrowdedReceiver(most: 1_000, limit: 50, delay: .milliseconds(20), seed: 1)
        #expect(receiver.backoff.sessionLimit == 5)
        receiver.run(for: .seconds(5))
        #expect(receiver.backoff.sessionLimit == 50 && receiver.changes.isEmpty)
    }

    @Test("The limit that is given holds, and is at least one", arguments: [(-4, 1), (0, 1), (1, 1), (3, 3), (5, 5)])
    func given(limit: Int, sessions: Int) {
        var backoff = Backoff(sessionLimit: limit)
        for number in 0..<1_000 as Range<Int64> {
            #expect(backoff.sessionLimit == sessions)
            _ = backoff.note(.sessionReady, at: .zero + .milliseconds(number))
        }
    }

    @Test("A window opens as wide as is asked, within the limit", arguments: [(-1, 1), (2, 2), (9, 9), (30, 20)])
    func initial(initial: Int, sessions: Int) {
        #expect(Backoff(sessionLimit: 20, initial: initial).sessionLimit == sessions)
    }

    @Test("No limit traps")
    func hugeLimit() {
        var backoff = Backoff(sessionLimit: .max, initial: .max)
        for sign in [Backoff.Sign.connectFailed, .connectFailed, .sessionReady, .accepted, .shutDown] {
            _ = backoff.note(sign, at: .zero)
        }
        #expect(backoff.sessionLimit == 999_999)
    }

    @Test("A window of N rises by one for N good signs, and only when a session was made since")
    func rise() {
        var backoff = Backoff(sessionLimit: 20)
        for number in 0..<40 as Range<Int64> { _ = backoff.note(.accepted, at: .zero + .milliseconds(number)) }
        #expect(backoff.sessionLimit == 5)
        _ = backoff.note(.sessionReady, at: .zero + .milliseconds(40))
        #expect(backoff.sessionLimit == 6)
        _ = backoff.note(.sessionReady, at: .zero + .milliseconds(41))
        for _ in 0..<4 { _ = backoff.note(.accepted, at: .zero + .milliseconds(42)) }
        #expect(backoff.sessionLimit == 6)
        _ = backoff.note(.accepted, at: .zero + .milliseconds(43))
        #expect(backoff.sessionLimit == 7)
    }

    @Test("The first failure takes back the last rise; then it takes as many as there are sessions, down to one")
    func fall() throws {
        var backoff = Backoff(sessionLimit: 4)
        var falls: [Int] = []
        for number in 1...20 {
            guard let change = backoff.note(.connectFailed, at: .zero) else { continue }
            falls.append(number)
            #expect(change.cause == .connectFailed && change.mayRise == .zero + .seconds(60))
            #expect(change.what == .sessions(from: 5 - falls.count, to: 4 - falls.count))
        }
        // 4 at once to 3, three failures to 2, two to 1.
        #expect(falls == [1, 4, 6])
        #expect(backoff.sessionLimit == 1)
    }

    @Test("One lost session in ten takes one session at most")
    func noise() {
        var backoff = Backoff(sessionLimit: 5)
        for number in 0..<1_000 as Range<Int64> {
            _ = backoff.note(number % 10 == 0 ? .shutDown : .sessionReady, at: .zero + .milliseconds(number))
        }
        #expect(backoff.sessionLimit == 4)
    }

    @Test("After trouble the window waits a minute, then half of it, and says when it has grown by a quarter")
    func memory() {
        var backoff = Backoff(sessionLimit: 100)
        _ = backoff.note(.shutDown, at: .zero)
        var rises: [Int64] = []
        var told: [BackoffChange.What] = []
        var last = backoff.sessionLimit
        for second in 1...130 as ClosedRange<Int64> {
            for _ in 0..<20 {
                if let change = backoff.note(.sessionReady, at: .zero + .seconds(second)) { told.append(change.what) }
            }
            if backoff.sessionLimit > last { rises.append(second) }
            last = backoff.sessionLimit
        }
        #expect(Array(rises.prefix(6)) == [60, 90, 105, 113, 117, 119])
        #expect(
            Array(told.prefix(3)) == [.sessions(from: 4, to: 5), .sessions(from: 5, to: 7), .sessions(from: 7, to: 9)])
    }
}
