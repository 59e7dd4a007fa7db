import Pacing
import Primitives

/// The limits of a worker's lanes, and the lanes that wait for each of them, in the order in which they came.
///
/// Of those that wait for a limit one is called at a time. So a choice costs the same however many lanes share a
/// limit, each of them has its turn, and nobody whose turn it is not goes before those that wait.
struct LimitTable {
    /// Small: a lane reads it at every decision.
    private struct Limit {
        /// Lanes that have it.
        var lanes: Int32 = 0
        /// Lanes that wait for their turn.
        var awaiting: Int32 = 0
        var most: Int32 = 0
        var inUse: Int32 = 0
        /// Nil for a limit that counts what is there.
        var gate: RateGate?

        /// Its parts, for `Dispatcher.readAhead`.
        var readAhead: Int64 { Int64(inUse) &+ (gate == nil ? 0 : 1) }

        func opens(at now: Instant) -> Instant {
            gate?.opens(at: now) ?? (inUse < most ? .zero : .never)
        }
    }

    private struct Queue {
        /// The limit's number in the run.
        let number: Int
        /// Lanes that were called and could not go yet; they go first.
        var called = ArrivalQueue<Int>()
        var waiting = ArrivalQueue<Int>()
        /// So many of those that wait next were listed by `listComing`.
        var listed = 0
    }

    /// A lane that was called and neither went nor passed holds the others up for so long.
    private static let patience = Interval.milliseconds(1)

    private var limits: [Limit] = []
    /// By the same places.
    private var queues: [Queue] = []
    /// The limits of each lane, one lane behind the other.
    private var listed: [Int32] = []
    /// Places by the limit's number in the run; -1 where none of the worker's lanes has it.
    private var places: [Int32] = []
    /// When somebody who waits for a limit may be called.
    private var openings = DeadlineHeap(owners: 0)

    /// When `nextCalled` may name somebody although nothing else happens.
    var earliest: Instant { openings.earliest }

    /// The place of a limit, which is made when it is new.
    ///
    /// A rate begins with nothing to spare: whoever sent before may have used it a moment ago.
    private mutating func place(of plan: LimitPlan, at now: Instant) -> Int {
        while places.count <= plan.number { places.append(-1) }
        if places[plan.number] < 0 {
            places[plan.number] = Int32(limits.count)
            queues.append(Queue(number: plan.number))
            switch plan.value {
            case .rate(let rate): limits.append(Limit(gate: RateGate(rate, startingAt: now, isSpent: true)))
            case .count(let most): limits.append(Limit(most: Int32(clamping: most)))
            }
        }
        return Int(places[plan.number])
    }

    func number(at place: Int) -> Int { queues[place].number }

    /// Whether a lane may go now, as far as this limit is concerned.
    ///
    /// - Parameter isCalled: it is the lane's turn.
    func admits(_ place: Int, isCalled: Bool, at now: Instant) -> Bool {
        (isCalled || limits[place].awaiting == 0) && opens(place, at: now) <= now
    }

    func opens(_ place: Int, at now: Instant) -> Instant { limits[place].opens(at: now) }

    /// The limits of another lane.
    mutating func limits(of plan: LanePlan, at now: Instant) -> LaneLimits {
        let first = Int32(listed.count)
        for plan in plan.messageRates + plan.sessionRates + plan.sessionCounts {
            let place = place(of: plan, at: now)
            limits[place].lanes += 1
            listed.append(Int32(place))
        }
        return LaneLimits(
            first: first, messageRates: UInt16(plan.messageRates.count), sessionRates: UInt16(plan.sessionRates.count),
            sessionCounts: UInt16(plan.sessionCounts.count))
    }

    /// The first of the limits that does not let a lane go now; nil when all do.
    func firstClosed(of list: LimitList, _ turn: LaneTurn, at now: Instant) -> Int? {
        for index in list.range where !admits(Int(listed[index]), isCalled: turn.isCalled, at: now) {
            return Int(listed[index])
        }
        return nil
    }

    /// Whether all of the limits are open, whosever turn it is.
    func areOpen(_ list: LimitList, at now: Instant) -> Bool {
        for index in list.range where opens(Int(listed[index]), at: now) > now { return false }
        return true
    }

    /// Whether somebody waits for one of the limits.
    func isAwaited(_ list: LimitList) -> Bool {
        for index in list.range where limits[Int(listed[index])].awaiting > 0 { return true }
        return false
    }

    /// As `Dispatcher.readAhead`.
    @inline(__always)
    func readAhead(_ list: LimitList) -> Int64 {
        var sum: Int64 = 0
        for index in list.range { sum &+= limits[Int(listed[index])].readAhead }
        return sum
    }

    func contains(_ list: LimitList, _ place: Int) -> Bool {
        for index in list.range where Int(listed[index]) == place { return true }
        return false
    }

    /// Whether no other lane has the limit, and none has waited for its turn at it.
    func isOwn(_ place: Int) -> Bool { limits[place].lanes == 1 && limits[place].awaiting == 0 }

    /// A message is begun, or a session made.
    private mutating func take(_ place: Int, at now: Instant) {
        if limits[place].gate == nil { limits[place].inUse += 1 } else { limits[place].gate?.take(at: now) }
        callNext(place, at: limits[place].opens(at: now))
    }

    /// As `take`, of each.
    mutating func take(_ list: LimitList, at now: Instant) {
        for index in list.range { take(Int(listed[index]), at: now) }
    }

    mutating func giveBack(_ list: LimitList) {
        for index in list.range { giveBack(Int(listed[index])) }
    }

    /// A session has ended.
    private mutating func giveBack(_ place: Int) {
        limits[place].inUse -= 1
        callNext(place, at: .zero)
    }

    /// The lane whose turn it was does not go now.
    mutating func pass(_ place: Int) { callNext(place, at: .zero) }

    /// The lane is called when it may go and those before it have.
    mutating func wait(_ place: Int, _ lane: Int, isCalled: Bool, at now: Instant) {
        if isCalled { queues[place].called.append(lane) } else { queues[place].waiting.append(lane) }
        limits[place].awaiting += 1
        callNext(place, at: limits[place].opens(at: now))
    }

    /// The next lane whose turn it is, and the limit that it has waited for.
    mutating func nextCalled(at now: Instant) -> (lane: Int, place: Int)? {
        while let place = openings.popExpired(at: now) {
            let opens = limits[place].opens(at: now)
            guard opens <= now else {
                callNext(place, at: opens)
                continue
            }
            guard let lane = queues[place].called.removeFirst() ?? queues[place].waiting.removeFirst() else { continue }
            limits[place].awaiting -= 1
            callNext(place, at: now + LimitTable.patience)
            return (lane, place)
        }
        return nil
    }

    /// Lists those that are called next when nearly all that were listed before have been called; else nobody.
    mutating func listComing(at place: Int, in coming: inout [Int]) {
        coming.removeAll(keepingCapacity: true)
        queues[place].listed = max(0, queues[place].listed - 1)
        guard queues[place].listed == 0 else { return }
        while coming.count < 16, let lane = queues[place].waiting[coming.count] { coming.append(lane) }
        queues[place].listed = coming.count
    }

    private mutating func callNext(_ place: Int, at time: Instant) {
        guard limits[place].awaiting > 0, time < .never else { return }
        openings.set(time, for: place)
    }
}

/// The limits of one lane, one behind the other in a `LimitTable`.
struct LaneLimits {
    let first: Int32
    let messageRates: UInt16
    let sessionRates: UInt16
    let sessionCounts: UInt16
}

/// Some of the limits of one lane.
struct LimitList {
    let first: Int32
    let end: Int32

    init(_ first: Int32, _ count: UInt16) {
        self.first = first
        end = first + Int32(count)
    }

    var range: Range<Int> { Int(first)..<Int(end) }
}
