/// A worker's connections, each at a fixed place in memory for the whole run.
///
/// Connections are never copied: what is asked of one is answered where it stands.
@safe
struct ConnectionTable: ~Copyable {
    private let base: UnsafeMutablePointer<Connection>
    let count: Int

    init(count: Int) {
        self.count = count
        unsafe base = .allocate(capacity: count)
        for slot in 0..<count { unsafe (base + slot).initialize(to: Connection()) }
    }

    deinit {
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    var slots: Range<ConnectionSlot> { 0..<count }

    subscript(slot: ConnectionSlot) -> Connection {
        unsafeAddress {
            precondition(slot >= 0 && slot < count, "the worker has no such slot")
            return unsafe UnsafePointer(base + slot)
        }
        unsafeMutableAddress {
            precondition(slot >= 0 && slot < count, "the worker has no such slot")
            return unsafe base + slot
        }
    }
}
