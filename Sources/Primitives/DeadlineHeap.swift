/// The next deadline among many owners, each an index with at most one deadline.
///
/// Made for deadlines that almost always move later: moving one later only notes it, and the heap catches up
/// when the old time comes. So `earliest` may name a time at which nothing is due yet; never one too late.
public struct DeadlineHeap: Sendable {
    private struct Entry {
        var due: Instant
        var owner: Int
    }

    private var heap: [Entry] = []
    /// What each owner asked for last; `never` when nothing.
    private var wanted: [Instant]
    /// Where each owner's entry stands in the heap, or -1.
    private var places: [Int]

    /// - Parameter owners: room for owners numbered from 0 up to this count; `set` makes more when needed.
    public init(owners: Int) {
        wanted = [Instant](repeating: .never, count: owners)
        places = [Int](repeating: -1, count: owners)
        heap.reserveCapacity(owners)
    }

    /// A time not later than any deadline; `never` when there is none.
    public var earliest: Instant { heap.first?.due ?? .never }

    /// Gives the owner a deadline in place of the one it had.
    public mutating func set(_ deadline: Instant, for owner: Int) {
        while wanted.count <= owner {
            wanted.append(.never)
            places.append(-1)
        }
        wanted[owner] = deadline
        let place = places[owner]
        if place < 0 {
            places[owner] = heap.count
            heap.append(Entry(due: deadline, owner: owner))
            rise(from: heap.count - 1)
        } else if deadline < heap[place].due {
            heap[place].due = deadline
            rise(from: place)
        }
    }

    public mutating func clear(_ owner: Int) {
        guard owner < wanted.count else { return }
        wanted[owner] = .never
    }

    /// Takes out one owner whose deadline has passed, or nil when none has.
    public mutating func popExpired(at now: Instant) -> Int? {
        while let first = heap.first, first.due <= now {
            let deadline = wanted[first.owner]
            if deadline == .never {
                removeFirst()
            } else if deadline > now {
                heap[0].due = deadline
                sink(from: 0)
            } else {
                wanted[first.owner] = .never
                removeFirst()
                return first.owner
            }
        }
        return nil
    }

    private mutating func removeFirst() {
        places[heap[0].owner] = -1
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        places[last.owner] = 0
        sink(from: 0)
    }

    private mutating func rise(from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].due < heap[parent].due else { break }
            exchange(index, parent)
            index = parent
        }
    }

    private mutating func sink(from start: Int) {
        var index = start
        while true {
            var least = index
            let left = 2 * index + 1
            let right = left + 1
            if left < heap.count && heap[left].due < heap[least].due { least = left }
            if right < heap.count && heap[right].due < heap[least].due { least = right }
            guard least != index else { return }
            exchange(index, least)
            index = least
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        places[heap[left].owner] = left
        places[heap[right].owner] = right
    }
}
