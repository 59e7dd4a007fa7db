import Primitives

/// What will happen, by time; what is due at the same time happens in the order of asking.
struct EventQueue<Event> {
    private struct Entry {
        var time: Instant
        var sequence: Int
        var event: Event

        func precedes(_ other: Entry) -> Bool {
            time == other.time ? sequence < other.sequence : time < other.time
        }
    }

    /// A binary heap: no entry precedes its parent.
    private var entries: [Entry] = []
    private var nextSequence = 0

    var nextTime: Instant? { entries.first?.time }

    mutating func schedule(_ event: Event, at time: Instant) {
        entries.append(Entry(time: time, sequence: nextSequence, event: event))
        nextSequence += 1
        var child = entries.count - 1
        while child > 0 && entries[child].precedes(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> Event? {
        guard let last = entries.popLast() else { return nil }
        guard let first = entries.first else { return last.event }
        entries[0] = last
        sink()
        return first.event
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].precedes(entries[least]) { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
