import Pacing
import Primitives

/// The limits of a worker's lanes, and the lanes that wait for each of them, in the order in which they came.
///
/// Of those that wait for a limit one is called at a time. So a choice costs the same however many lanes share a
/// limit, each of them has its turn, and nobody whose turn it is not goes before those that wait.
struct LimitTable {
    private struct Limit {
        /// In the run.
        let number: Int
        /// Nil for a limit that counts what is there.
        var gate: RateGate?
        var most = 0
        var inUse = 0
        /// Lanes that were called and could not go yet; they go first.
        var called = ArrivalQueue<Int>()
        var waiting = ArrivalQueue<Int>()

        var isAwaited: Bool { !called.isEmpty || !waiting.isEmpty }

        func opens(at now: Instant) -> Instant {
            gate?.opens(at: now) ?? (inUse < most ? .zero : .never)
        }
    }

    /// A lane that was called and neither went nor passed holds the others up for so long.
    private static let patience = Interval.milliseconds(1)

    private var limits: [Limit] = []
    /// Places by the limit's number in the run; -1 where none of the worker's lanes has it.
    private var places: [Int32] = []
    /// When somebody who waits for a limit may be called.
    private var openings = DeadlineHeap(owners: 0)

    /// When `nextCalled` may name somebody although nothing else happens.
    var earliest: Instant { openings.earliest }

    /// The place of a limit, which is made when it is new.
    ///
    /// A rate begins with nothing to spare: whoever sent before may have used it a moment ago.
    mutating func place(of plan: LimitPlan, at now: Instant) -> Int {
        while places.count <= plan.number { places.append(-1) }
        if places[plan.number] < 0 {
            places[plan.number] = Int32(limits.count)
            switch plan.value {
            case .rate(let rate):
                limits.append(Limit(number: plan.number, gate: RateGate(rate, startingAt: now, isSpent: true)))
            case .count(let most): limits.append(Limit(number: plan.number, most: most))
            }
        }
        return Int(places[plan.number])
    }

    func number(at place: Int) -> Int { limits[place].number }

    /// Whether a lane may go now, as far as this limit is concerned.
    ///
    /// - Parameter isCalled: it is the lane's turn.
    func admits(_ place: Int, isCalled: Bool, at now: Instant) -> Bool {
        (isCalled || !limits[place].isAwaited) && opens(place, at: now) <= now
    }

    func opens(_ place: Int, at now: Instant) -> Instant { limits[place].opens(at: now) }

    /// A message is begun, or a session made.
    mutating func take(_ place: Int, at now: Instant) {
        if limits[place].gate == nil { limits[place].inUse += 1 } else { limits[place].gate?.take(at: now) }
        callNext(place, at: limits[place].opens(at: now))
    }

    /// A session has ended.
    mutating func giveBack(_ place: Int) {
        limits[place].inUse -= 1
        callNext(place, at: .zero)
    }

    /// The lane whose turn it was does not go now.
    mutating func pass(_ place: Int) { callNext(place, at: .zero) }

    /// The lane is called when it may go and those before it have.
    mutating func wait(_ place: Int, _ lane: Int, isCalled: Bool, at now: Instant) {
        if isCalled { limits[place].called.append(lane) } else { limits[place].waiting.append(lane) }
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
            guard let lane = limits[place].called.removeFirst() ?? limits[place].waiting.removeFirst() else { continue }
            callNext(place, at: now + LimitTable.patience)
            return (lane, place)
        }
        return nil
    }

    private mutating func callNext(_ place: Int, at time: Instant) {
        guard limits[place].isAwaited, time < .never else { return }
        openings.set(time, for: place)
    }
}
