/// How far a zone's local time is from UTC, and when that changes. Pure data: whoever knows the zones fills it in.
package struct ZoneOffsets: Hashable, Sendable {
    package struct Transition: Hashable, Sendable {
        /// The first second of the new offset, since 1970 in UTC.
        package var unixSecond: Int64
        /// Seconds east of UTC from then on.
        package var offsetSeconds: Int32

        package init(unixSecond: Int64, offsetSeconds: Int32) {
            self.unixSecond = unixSecond
            self.offsetSeconds = offsetSeconds
        }
    }

    /// Before the first transition, in seconds east of UTC.
    private let first: Int32
    private let transitions: [Transition]

    package static let utc = ZoneOffsets(offsetSeconds: 0)

    /// - Parameters:
    ///   - offsetSeconds: before the first transition. All offsets are kept within ±26 h.
    ///   - transitions: in any order; of several at one second the last counts.
    package init(offsetSeconds: Int32, transitions: [Transition] = []) {
        first = ZoneOffsets.bounded(offsetSeconds)
        var sorted: [Transition] = []
        // A sort that keeps the order of equals, since the last of them counts.
        let order = transitions.indices.sorted {
            (transitions[$0].unixSecond, $0) < (transitions[$1].unixSecond, $1)
        }
        for index in order {
            let transition = transitions[index]
            if sorted.last?.unixSecond == transition.unixSecond { sorted.removeLast() }
            sorted.append(
                Transition(
                    unixSecond: transition.unixSecond, offsetSeconds: ZoneOffsets.bounded(transition.offsetSeconds)))
        }
        self.transitions = sorted
    }

    private static func bounded(_ offset: Int32) -> Int32 { min(max(offset, -93_600), 93_600) }

    /// Microseconds that local clocks show, counted as if they showed UTC.
    package func local(_ unixMicroseconds: Int64) -> Int64 {
        saturatingSum(unixMicroseconds, offsetMicroseconds(at: unixMicroseconds))
    }

    /// The day of local time, counted from 1970-01-01, and the hour of it from 0 to 23.
    package func dayAndHour(at unixMicroseconds: Int64) -> (day: Int64, hour: Int64) {
        let local = local(unixMicroseconds)
        let day = floorDivision(local, microsecondsPerDay)
        // The first day of all time begins before it: its start is out of reach.
        let start = saturatingProduct(day, microsecondsPerDay)
        return (day, min(23, saturatingDifference(local, start) / microsecondsPerHour))
    }

    /// The first moment behind `unixMicroseconds` at which local time, as clocks show it, has a property; nil for none.
    ///
    /// Between two changes of the offset local time runs evenly, so that `next` is asked once for each of them.
    ///
    /// - Parameters:
    ///   - holds: whether a local time has it.
    ///   - next: the first local time behind another that has it, if clocks ran on evenly.
    func first(
        after unixMicroseconds: Int64, where holds: (Int64) -> Bool, next: (Int64) -> Int64?
    ) -> Int64? {
        var moment = unixMicroseconds
        for index in indexOfNext(after: unixMicroseconds)...transitions.count {
            let end = index < transitions.count ? microseconds(of: transitions[index]) : .max
            if let found = next(local(moment)) {
                // What is beyond all time saturates there, and is not found.
                let candidate = saturatingDifference(found, offsetMicroseconds(at: moment))
                if candidate < end { return max(candidate, moment) }
            }
            guard index < transitions.count else { return nil }
            moment = end
            if holds(self.local(end)) { return end }
        }
        return nil
    }

    private func offsetMicroseconds(at unixMicroseconds: Int64) -> Int64 {
        let next = indexOfNext(after: unixMicroseconds)
        return Int64(next == 0 ? first : transitions[next - 1].offsetSeconds) * 1_000_000
    }

    /// The place of the first transition behind a moment, by halving.
    private func indexOfNext(after unixMicroseconds: Int64) -> Int {
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if microseconds(of: transitions[middle]) <= unixMicroseconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func microseconds(of transition: Transition) -> Int64 {
        saturatingProduct(transition.unixSecond, 1_000_000)
    }
}

let microsecondsPerHour: Int64 = 3_600_000_000
let microsecondsPerDay: Int64 = 86_400_000_000
