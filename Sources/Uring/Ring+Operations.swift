internal import CLiburing
internal import Glibc

// Every request completes with its token: once, or, for a multishot, until a completion without `hasMore`.
extension Ring {
    /// Connects a socket. Completes with 0 or a negated errno.
    package mutating func connect(_ descriptor: Int32, to address: SocketAddress, token: Token) {
        let entry = unsafe nextEntry(token)
        guard let first = unsafe native.pointee.sq.sqes else { preconditionFailure("a ring has entries") }
        let place = unsafe addresses + (entry - first)
        unsafe place.pointee = address
        unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { native in
            unsafe io_uring_prep_connect(entry, descriptor, native, address.byteCount)
        }
    }

    /// Receives for as long as the connection lasts: a completion for each run of bytes, with its buffer.
    ///
    /// Ends, always without `hasMore`, with 0 when the peer has closed, with a negated errno, and with
    /// `-ENOBUFS` when the group's buffers have run out: recycle, then call this again.
    package mutating func receiveMultishot(_ descriptor: Int32, into group: UInt16, token: Token) {
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_recv_multishot(entry, descriptor, nil, 0, 0)
        unsafe entry.pointee.flags |= SLUICE_IOSQE_BUFFER_SELECT
        unsafe entry.pointee.buf_group = group
    }

    /// Sends all of `bytes` (less than 2 GiB); completes with their count, with less when the connection
    /// broke in between, or with a negated errno. The memory is the kernel's until then.
    package mutating func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, token: Token) {
        precondition(bytes.count <= Int(Int32.max), "a send has less than 2 GiB")
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_send(
            entry, descriptor, bytes.baseAddress, bytes.count,
            Int32(MSG_WAITALL) | Int32(MSG_NOSIGNAL))
    }

    /// Pieces of one gathered send at most: the kernel's UIO_MAXIOV.
    package static let mostPieces = 1_024

    /// Sends the pieces one after the other, like `send` their whole.
    package mutating func send(_ descriptor: Int32, gathered pieces: [MemoryPiece], token: Token) {
        precondition((1...Ring.mostPieces).contains(pieces.count), "a gathered send has 1 to 1,024 pieces")
        submitGathered(toHaveRoomFor: pieces.count)
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_sendmsg(
            entry, descriptor, gatherLists.append(pieces), UInt32(MSG_WAITALL) | UInt32(MSG_NOSIGNAL))
    }

    private mutating func submitGathered(toHaveRoomFor count: Int) {
        for _ in 0..<1_000 {
            if gatherLists.hasRoom(for: count) { return }
            Ring.check(unsafe io_uring_submit(native))
            if unsafe io_uring_sq_ready(native) == 0 { gatherLists.removeAll() }
        }
        preconditionFailure("the kernel takes no more requests: it is out of memory")
    }

    /// Accepts until cancelled: each completion is a new descriptor, closed on exec.
    ///
    /// Ends without `hasMore` on an error, `-EMFILE` among them: arm it again when descriptors are free.
    package mutating func acceptMultishot(_ listener: Int32, token: Token) {
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_multishot_accept(
            entry, listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
    }

    /// Completes whenever `wakeUp` has been signalled, also for signals from before the call.
    package mutating func watch(_ wakeUp: WakeUp, token: Token) {
        pollMultishot(wakeUp.descriptor, events: UInt32(POLLIN), token: token)
    }

    /// Completes with the ready events whenever a descriptor becomes ready; it is not read.
    package mutating func pollMultishot(_ descriptor: Int32, events: UInt32, token: Token) {
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_poll_multishot(entry, descriptor, events)
    }

    /// Cancels one request. Its own completion (`-ECANCELED`, or its result if it was quicker) comes too.
    ///
    /// Completes with 0, with `-ENOENT` when there is no such request, or with `-EALREADY` when it is past
    /// stopping.
    package mutating func cancel(_ request: Token, token: Token) {
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_cancel64(entry, request.rawValue, 0)
    }

    /// Cancels every request on a descriptor, each of which still completes. Completes with their number.
    package mutating func cancelAll(on descriptor: Int32, token: Token) {
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_cancel_fd(entry, descriptor, IORING_ASYNC_CANCEL_ALL)
    }

    /// Closes a descriptor. Requests on it hold it open: cancel them first, or it only seems closed.
    package mutating func close(_ descriptor: Int32, token: Token) {
        let entry = unsafe nextEntry(token)
        unsafe io_uring_prep_close(entry, descriptor)
    }

    /// A free entry of the submission queue; a full queue is submitted first.
    private mutating func nextEntry(_ token: Token) -> UnsafeMutablePointer<io_uring_sqe> {
        for _ in 0..<1_000 {
            if let entry = unsafe io_uring_get_sqe(native) {
                unsafe entry.pointee.user_data = token.rawValue
                return unsafe entry
            }
            Ring.check(unsafe io_uring_submit(native))
        }
        preconditionFailure("the kernel takes no more requests: it is out of memory")
    }
}
