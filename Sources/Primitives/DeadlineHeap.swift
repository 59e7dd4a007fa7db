/// The next deadline among many owners, each an index with at most one deadline.
///
/// Made for deadlines that almost always move later: moving one later only notes it, and the heap catches up
/// when the old time comes. So `earliest` may name a time at which nothing is due yet; never one too late.
public struct DeadlineHeap: Sendable {
    private struct Entry {
        var due: Instant
        var number: UInt32

        var owner: Int { Int(number) }
    }

    private struct Owner {
        /// What the owner asked for last; `never` when nothing.
        var wanted = Instant.never
        /// Where its entry stands in the heap, or -1.
        var place: Int32 = -1
    }

    /// Each entry has four below it, which lie together in memory: half as many levels as with two, and so half as
    /// often something to wait for.
    private var heap: [Entry] = []
    private var owners: [Owner]

    /// - Parameter owners: room for owners numbered from 0 up to this count; `set` makes more when needed.
    public init(owners count: Int) {
        owners = [Owner](repeating: Owner(), count: count)
        heap.reserveCapacity(count)
    }

    /// A time not later than any deadline; `never` when there is none.
    public var earliest: Instant { heap.first?.due ?? .never }

    /// Gives the owner a deadline in place of the one it had.
    public mutating func set(_ deadline: Instant, for owner: Int) {
        while owners.count <= owner { owners.append(Owner()) }
        owners[owner].wanted = deadline
        let place = Int(owners[owner].place)
        if place < 0 {
            let entry = Entry(due: deadline, number: UInt32(owner))
            heap.append(entry)
            DeadlineHeap.rise(entry, from: heap.count - 1, in: &heap, &owners)
        } else if deadline < heap[place].due {
            DeadlineHeap.rise(Entry(due: deadline, number: UInt32(owner)), from: place, in: &heap, &owners)
        }
    }

    public mutating func clear(_ owner: Int) {
        guard owner < owners.count else { return }
        owners[owner].wanted = .never
    }

    /// Takes out one owner whose deadline has passed, or nil when none has.
    public mutating func popExpired(at now: Instant) -> Int? {
        while let first = heap.first, first.due <= now {
            let deadline = owners[first.owner].wanted
            guard deadline <= now || deadline == .never else {
                DeadlineHeap.sink(Entry(due: deadline, number: first.number), in: &heap, &owners)
                continue
            }
            owners[first.owner] = Owner()
            let last = heap.removeLast()
            if !heap.isEmpty { DeadlineHeap.sink(last, in: &heap, &owners) }
            if deadline < .never { return first.owner }
        }
        return nil
    }

    /// Puts an entry where it belongs, at a place that is free or above it.
    private static func rise(
        _ entry: Entry, from start: Int, in heap: inout [Entry], _ owners: inout [Owner]
    ) {
        var heap = heap.mutableSpan
        var owners = owners.mutableSpan
        var free = start
        while free > 0 {
            let parent = (free - 1) / 4
            guard entry.due < heap[parent].due else { break }
            heap[free] = heap[parent]
            owners[heap[free].owner].place = Int32(free)
            free = parent
        }
        heap[free] = entry
        owners[entry.owner].place = Int32(free)
    }

    /// Puts an entry where it belongs when the first place is free.
    private static func sink(_ entry: Entry, in heap: inout [Entry], _ owners: inout [Owner]) {
        var heap = heap.mutableSpan
        var owners = owners.mutableSpan
        var free = 0
        while let least = least(below: free, in: heap), heap[least].due < entry.due {
            heap[free] = heap[least]
            owners[heap[free].owner].place = Int32(free)
            free = least
        }
        heap[free] = entry
        owners[entry.owner].place = Int32(free)
    }

    /// The place of the earliest entry right below a place; nil when there is none below it.
    @inline(__always)
    private static func least(below place: Int, in heap: borrowing MutableSpan<Entry>) -> Int? {
        let first = 4 * place + 1
        guard first + 3 < heap.count else {
            return (first..<max(first, heap.count)).min { heap[$0].due < heap[$1].due }
        }
        // Without a branch: which one is taken could not be foreseen.
        let left = heap[first + 1].due < heap[first].due ? first + 1 : first
        let right = heap[first + 3].due < heap[first + 2].due ? first + 3 : first + 2
        return heap[right].due < heap[left].due ? right : left
    }
}
