internal import Glibc
internal import Primitives
internal import SMTP
internal import Uring

extension SinkWorker {
    /// More unsent replies than this, with a send under way, and the client has to read before it may go on.
    private static let mostUnsent = 65_536

    mutating func accept() {
        isAccepting = true
        ring.acceptMultishot(listener, token: Token(.accept))
    }

    mutating func takeAccepted(_ completion: RawCompletion) {
        if !completion.hasMore { isAccepting = false }
        guard completion.result >= 0 else {
            if completion.result != -ECANCELED { complain(-completion.result) }
            return
        }
        if !isAccepting && !desk.isStopping { accept() }
        begin(descriptor: completion.result)
    }

    private mutating func begin(descriptor: Int32) {
        let shared = shared
        let slot = connections.take {
            var connection = SinkConnection(offer: shared.options.offer)
            if let algorithm = shared.algorithm { connection.record = MessageRecord(algorithm) }
            if let store = shared.store { connection.stored = StoredMessage(in: store) }
            return connection
        }
        guard let slot, !desk.isStopping else {
            if let slot { connections.giveBack(slot) } else { desk.countTurnedAway(.connections) }
            return turnAway(descriptor)
        }
        let number = desk.nextConnection()
        let isAdmitted = admit(slot, descriptor)
        connections[slot].begin(
            descriptor: descriptor, number: UInt64(index) << 48 | number, offer: shared.options.offer,
            greeting: isAdmitted ? .standard : .hangUp(.tooManyConnections), now: desk.now)
        connections[slot].isAdmitted = isAdmitted
        if isAdmitted { introduce(slot, number) }
        mark(slot)
    }

    /// Whether the limits let the connection in.
    private mutating func admit(_ slot: Int, _ descriptor: Int32) -> Bool {
        if let limits = shared.limits {
            connections[slot].source = StreamSocket.peerAddress(of: descriptor)?.host
            guard limits.admit(connections[slot].source, at: desk.now) else {
                desk.countTurnedAway(.connections)
                return false
            }
        }
        desk.countSession()
        return true
    }

    /// Makes room for another within the limits, once nothing more can come of the dialogue.
    private mutating func release(_ slot: Int) {
        guard connections[slot].isAdmitted else { return }
        connections[slot].isAdmitted = false
        shared.limits?.leave(connections[slot].source)
    }

    /// Names the session, for the log and for stored messages.
    private mutating func introduce(_ slot: Int, _ number: UInt64) {
        guard shared.log != nil || shared.store != nil else { return }
        let id = "\(shared.sessionPrefix)-\(index)-\(number)"
        let peer = StreamSocket.peerAddress(of: connections[slot].descriptor)
        connections[slot].record?.beginSession(id: id, peer: peer?.description ?? "")
        connections[slot].stored?.beginSession(id: id)
    }

    mutating func takeReceived(_ completion: RawCompletion, _ slot: Int) {
        if let buffer = completion.bufferID {
            let bytes = unsafe buffers.bytes(of: buffer, count: completion.result)
            unsafe connections[slot].receive(Span(_unsafeBytes: bytes), desk: &desk)
            buffers.recycle(buffer)
            connections[slot].lastActivity = desk.now
        }
        mark(slot)
        guard !completion.hasMore else { return pauseIfNeeded(slot) }
        connections[slot].isReceiving = false
        switch completion.result {
        case 1..., -ENOBUFS, -ECANCELED: break
        case 0: connections[slot].hasEnded = true
        case _: abandon(slot)
        }
    }

    private mutating func pauseIfNeeded(_ slot: Int) {
        let waitsForClient = connections[slot].isSending || connections[slot].heldBack > 0
        guard waitsForClient && !connections[slot].isPaused,
            connections[slot].gathered.count > SinkWorker.mostUnsent
        else { return }
        connections[slot].isPaused = true
        ring.cancel(Token(.receive, slot: slot), token: Token(.cancel))
    }

    mutating func takeSent(_ completion: RawCompletion, _ slot: Int) {
        connections[slot].isSending = false
        connections[slot].isPaused = false
        connections[slot].lastActivity = desk.now
        mark(slot)
        if completion.result < connections[slot].sending.count { abandon(slot) }
    }

    mutating func takeClosed(_ slot: Int) {
        release(slot)
        connections[slot].phase = .free
        connections[slot].stored?.discard()
        connections.giveBack(slot)
        if !isAccepting && !desk.isStopping { accept() }
    }

    /// Has the connection looked at before the turn ends.
    mutating func mark(_ slot: Int) {
        guard !connections[slot].isMarked else { return }
        connections[slot].isMarked = true
        marked.append(slot)
    }

    mutating func settleMarked() {
        for position in marked.indices {
            connections[marked[position]].isMarked = false
            settle(marked[position])
        }
        marked.removeAll(keepingCapacity: true)
    }

    /// Asks the kernel for whatever the connection needs next.
    private mutating func settle(_ slot: Int) {
        switch connections[slot].phase {
        case .free: break
        case .serving, .draining, .lingering: flush(slot)
        case .closing: closeIfReturned(slot)
        }
    }

    private mutating func flush(_ slot: Int) {
        // Before the last word is sent: whoever has read it may connect again.
        if connections[slot].phase == .draining { release(slot) }
        if shared.delaysReplies { holdBack(slot) }
        if !connections[slot].isSending && connections[slot].hasDueReplies { send(slot) }
        let isIdle = !connections[slot].isSending && connections[slot].gathered.isEmpty
        if isIdle && connections[slot].hasEnded { return abandon(slot) }
        if isIdle && connections[slot].phase == .draining { return linger(slot) }
        if !connections[slot].isReceiving && !connections[slot].hasEnded && !connections[slot].isPaused {
            receive(slot)
        }
    }

    /// Replies that this turn added wait for their time.
    private mutating func holdBack(_ slot: Int) {
        let new = connections[slot].gathered.count - connections[slot].scheduled
        guard new > 0 else { return }
        connections[slot].heldBack += new
        connections[slot].scheduled += new
        let due = max(desk.now + nextDelay(), connections[slot].lastDue)
        connections[slot].lastDue = due
        delayed.insert(
            DelayedReplies.Group(
                due: due, slot: slot, session: connections[slot].sessionNumber, byteCount: new))
    }

    private mutating func nextDelay() -> Interval {
        let (least, spread) = (shared.options.replyDelay, shared.options.replyDelaySpread.nanoseconds)
        guard spread > 0 else { return least }
        return Interval(nanoseconds: least.nanoseconds + Int64.random(in: 0...spread, using: &delays))
    }

    mutating func releaseDelayed() {
        while let group = delayed.popDue(at: desk.now) {
            guard connections[group.slot].sessionNumber == group.session else { continue }
            connections[group.slot].heldBack -= group.byteCount
            mark(group.slot)
        }
    }

    private mutating func send(_ slot: Int) {
        connections[slot].beginSend()
        unsafe ring.send(
            connections[slot].descriptor, connections[slot].sending.bytes, token: Token(.send, slot: slot))
    }

    private mutating func receive(_ slot: Int) {
        connections[slot].isReceiving = true
        ring.receiveMultishot(
            connections[slot].descriptor, into: SinkWorker.bufferGroup, token: Token(.receive, slot: slot))
    }

    private mutating func linger(_ slot: Int) {
        guard !desk.isStopping else { return abandon(slot) }
        connections[slot].phase = .lingering
        StreamSocket.finishSending(connections[slot].descriptor)
        if !connections[slot].isReceiving { receive(slot) }
    }

    /// Gives the connection up, replies that wait included.
    mutating func abandon(_ slot: Int) {
        guard connections[slot].phase != .closing else { return }
        connections[slot].phase = .closing
        if connections[slot].isReceiving || connections[slot].isSending {
            ring.cancelAll(on: connections[slot].descriptor, token: Token(.cancel))
        }
        closeIfReturned(slot)
    }

    private mutating func closeIfReturned(_ slot: Int) {
        guard !connections[slot].isReceiving && !connections[slot].isSending,
            !connections[slot].isClosing
        else { return }
        connections[slot].isClosing = true
        ring.close(connections[slot].descriptor, token: Token(.close, slot: slot))
    }
}

extension SinkWorker {
    private func turnAway(_ descriptor: Int32) {
        StreamSocket.sendWithoutWaiting(descriptor, "421 4.3.2 Too many connections, try again later\r\n")
        StreamSocket.close(descriptor)
    }

    /// Says on standard error, at most every ten seconds, why no connection can be accepted.
    private mutating func complain(_ code: Int32) {
        guard lastComplaint < desk.now, desk.now >= lastComplaint + .seconds(10) else { return }
        lastComplaint = desk.now
        let advice =
            code == EMFILE || code == ENFILE
            ? "no file descriptor is left (raise `ulimit -n`); clients wait until a connection ends"
            : SystemFault.text(of: code)
        let sentence = "sluice sink: cannot accept connections for now: \(advice)\n"
        unsafe sentence.utf8Span.span.withUnsafeBytes { bytes in
            _ = try? unsafe writeAll(bytes, to: STDERR_FILENO)
        }
    }
}
