internal import Primitives
internal import SMTP

/// The connections of one worker, in place, found by slot.
///
/// A slot's memory is set up when it is first used, so a table for thousands costs little until they come.
@safe
struct ConnectionTable: ~Copyable {
    let capacity: Int
    private let slots: UnsafeMutablePointer<SinkConnection>
    /// Slots below have been used.
    private(set) var usedCount = 0
    private var free: [Int] = []
    /// Slots that are not free.
    private(set) var openCount = 0

    init(capacity: Int) {
        self.capacity = capacity
        unsafe slots = .allocate(capacity: capacity)
        free.reserveCapacity(capacity)
    }

    deinit {
        unsafe slots.deinitialize(count: usedCount)
        unsafe slots.deallocate()
    }

    subscript(slot: Int) -> SinkConnection {
        _read {
            precondition(slot >= 0 && slot < usedCount, "no such slot")
            yield unsafe slots[slot]
        }
        _modify {
            precondition(slot >= 0 && slot < usedCount, "no such slot")
            yield unsafe &slots[slot]
        }
    }

    /// A free slot, or nil when all are taken.
    ///
    /// - Parameter make: sets up the memory of a slot that is used for the first time.
    mutating func take(_ make: () -> SinkConnection) -> Int? {
        if let slot = free.popLast() {
            openCount += 1
            return slot
        }
        guard usedCount < capacity else { return nil }
        unsafe (slots + usedCount).initialize(to: make())
        usedCount += 1
        openCount += 1
        return usedCount - 1
    }

    mutating func giveBack(_ slot: Int) {
        free.append(slot)
        openCount -= 1
    }
}
