internal import CLiburing
internal import Glibc
package import Primitives

/// One io_uring: a queue of requests to the kernel and a queue of their completions.
///
/// Made, used and dropped on one thread (SINGLE_ISSUER). The kernel posts completions only while the thread
/// waits (DEFER_TASKRUN), so between two waits the set of completions stands still. Whoever lends memory to
/// a request keeps it until the completion has come or the ring is gone. The kernel takes a ring apart some
/// time after it is dropped: requests that still stand then, an accept among them, hold their sockets open so
/// long, and a system call that its thread is in may end with EINTR.
@safe
package struct Ring: ~Copyable {
    let handle: RingHandle
    let native: UnsafeMutablePointer<io_uring>
    /// An address for each place in the submission queue: the kernel reads it when the entry is submitted.
    let addresses: UnsafeMutablePointer<SocketAddress>
    /// For gathered sends: read when their entries are submitted, as the addresses are.
    var gatherLists = GatherLists()
    /// The next completion to be read, and the end of those the last wait found.
    private var cursor: UInt32 = 0
    private var end: UInt32 = 0

    /// - Parameters:
    ///   - entries: requests that can stand unsubmitted; a full queue is submitted and filled anew.
    ///   - completionEntries: completions the kernel can hold between two waits. Should cover a multishot
    ///     request for each connection and what they can have in flight.
    package init(entries: Int, completionEntries: Int) throws(RingError) {
        handle = try RingHandle(entries: UInt32(entries), completionEntries: UInt32(completionEntries))
        unsafe native = handle.native
        let places = unsafe Int(native.pointee.sq.ring_entries)
        unsafe addresses = .allocate(capacity: places)
        unsafe addresses.initialize(repeating: SocketAddress.loopback(port: 0), count: places)
    }

    deinit { unsafe addresses.deallocate() }

    /// Hands over all requests, then sleeps until a completion is there or `deadline` has come.
    ///
    /// Returns early when a signal arrives. With a deadline in the past it only looks. Completions of the
    /// previous wait that were not fetched stay and come first.
    package mutating func submitAndWait(until deadline: Instant) {
        giveBack()
        let status: Int32
        if deadline == .never {
            var found: UnsafeMutablePointer<io_uring_cqe>?
            status = unsafe io_uring_submit_and_wait_timeout(native, &found, 1, nil, nil)
        } else {
            status = submitAndWait(for: (deadline - MonotonicClock.now).nanoseconds)
        }
        Ring.check(status)
        if unsafe io_uring_sq_ready(native) == 0 { gatherLists.removeAll() }
        unsafe cursor = sluice_cq_head(native)
        unsafe end = sluice_cq_tail(native)
    }

    /// The next completion that the last wait found, or nil when all have been fetched.
    package mutating func nextCompletion() -> RawCompletion? {
        guard cursor != end else {
            giveBack()
            return nil
        }
        guard let entry = unsafe sluice_cqe_at(native, cursor) else { return nil }
        cursor &+= 1
        return unsafe RawCompletion(
            token: Token(rawValue: entry.pointee.user_data), result: entry.pointee.res,
            flags: entry.pointee.flags)
    }

    private func submitAndWait(for nanoseconds: Int64) -> Int32 {
        guard nanoseconds > 0 else { return unsafe io_uring_submit_and_get_events(native) }
        var limit = __kernel_timespec(
            tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        var found: UnsafeMutablePointer<io_uring_cqe>?
        return unsafe io_uring_submit_and_wait_timeout(native, &found, 1, &limit, nil)
    }

    /// Tells the kernel, once for the whole batch, that its entries may be written again.
    private func giveBack() {
        unsafe io_uring_cq_advance(native, cursor &- sluice_cq_head(native))
    }

    /// What a healthy ring answers besides success: the time is up, a signal came, or the kernel is short of
    /// memory or of room for completions and the next wait goes on with it.
    static func check(_ status: Int32) {
        let harmless = [-ETIME, -EINTR, -EAGAIN, -EBUSY]
        precondition(
            status >= 0 || harmless.contains(status),
            "io_uring_enter: \(SystemFault.text(of: -status))")
    }
}

/// The kernel's ring itself, alive as long as anything that is registered with it.
@safe
final class RingHandle {
    let native: UnsafeMutablePointer<io_uring>

    init(entries: UInt32, completionEntries: UInt32) throws(RingError) {
        let native = UnsafeMutablePointer<io_uring>.allocate(capacity: 1)
        unsafe native.initialize(to: io_uring())
        var parameters = io_uring_params()
        parameters.flags =
            IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL
            | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP
        parameters.cq_entries = completionEntries
        let status = unsafe io_uring_queue_init_params(entries, native, &parameters)
        guard status == 0 else {
            unsafe native.deallocate()
            throw RingError(code: -status)
        }
        unsafe self.native = native
    }

    deinit {
        unsafe io_uring_queue_exit(native)
        unsafe native.deallocate()
    }
}
