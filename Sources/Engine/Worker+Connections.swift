import Delivery
import Measurement
import Pacing
import Primitives
import SMTP

/// The life of a connection's slot: open, connected, ended, closed. A slot is free again only when the
/// network has given its memory back; what was in flight is settled then, when all is known.
extension Worker where Net: ~Copyable {
    mutating func open(for lane: Int) {
        guard let (address, host) = destination(of: lane) else { return giveUpUnroutable(lane) }
        guard let slot = freeSlots.popLast() else { preconditionFailure("sessions and slots are counted alike") }
        connections[slot].state = .connecting
        connections[slot].lane = lane
        connections[slot].site = dispatcher.site(of: lane)
        connections[slot].source = dispatcher.source(of: lane)
        connections[slot].host = host
        connections[slot].isPaced = dispatcher.isPaced(lane)
        connections[slot].isRateBound = dispatcher.isRateBound(lane, at: network.now)
        let site = sites[connections[slot].site]
        connections[slot].patience = site?.patience ?? mission.patience
        connections[slot].session = Session(
            grouping: grouping(of: slot), usesPipelining: site?.usesPipelining ?? true)
        connections[slot].connectStarted = network.now
        deadlines.set(network.now + connections[slot].patience.connect, for: slot)
        network.connect(slot, to: address, from: mission.sources[connections[slot].source].address)
    }

    /// A rate counts a message when it is taken, and the receiver when its MAIL comes. With chunks, MAIL leaves with
    /// its content, when the intent is durable: a slow disk would gather what the rate had spread.
    ///
    /// A rate that comes later, by an order or by what is learned, is heeded by sessions that are opened from then on.
    private func grouping(of slot: ConnectionSlot) -> Grouping {
        connections[slot].isRateBound ? mission.grouping.withoutChunks : mission.grouping
    }

    mutating func connected(_ slot: ConnectionSlot) {
        connections[slot].state = .open
        tally.record(.connect, network.now - connections[slot].connectStarted)
        awaitReply(slot)
    }

    /// Gives a connection up.
    ///
    /// - Parameter trouble: nil when we end it ourselves.
    mutating func end(_ slot: ConnectionSlot, because trouble: Trouble?) {
        connections[slot].state = .closing
        connections[slot].trouble = trouble
        connections[slot].session.abandon()
        if connections[slot].parked != nil { giveUpParked(slot) }
        if connections[slot].isIdle {
            connections[slot].isIdle = false
            dispatcher.idleSessionLeaves(slot, in: connections[slot].lane)
        }
        deadlines.clear(slot)
        network.close(slot)
    }

    mutating func closed(_ slot: ConnectionSlot, taken: Int?) {
        if let taken { connections[slot].taken = taken }
        takeBackOutput(slot)
        settleHeld(slot)
        let hadMessages = connections[slot].session.openTransactions > 0
        settleInFlight(slot)
        let lane = connections[slot].lane
        let wasReady = connections[slot].wasReady
        let trouble = connections[slot].trouble
        let isHopeless = !wasReady && meansNoContact(slot)
        // Still in the list of those who may speak, if it was: a free slot has nothing to say.
        let isListed = connections[slot].isListed
        connections[slot] = Connection()
        connections[slot].isListed = isListed
        freeSlots.append(slot)
        if wasReady, let trouble { loseSession(of: lane, because: trouble, hadMessages: hadMessages) }
        if isAssembling { endAssembly() }
        forgetSession(of: lane, wasReady: wasReady, failure: wasReady ? nil : trouble, isHopeless: isHopeless)
    }

    private mutating func loseSession(of lane: Int, because trouble: Trouble, hadMessages: Bool) {
        tally.recordSessionLost()
        guard trouble != .endedForSafety else { return }
        note(.shutDown, in: lane)
        // A 421 in place of the answer to a message is how most receivers say "too fast".
        if trouble == .shutdown && hadMessages { note(.deferred, in: lane) }
    }

    /// Whether the end of a session that was never ready shows that there is nobody to talk to.
    private func meansNoContact(_ slot: ConnectionSlot) -> Bool {
        let wasGreeted = connections[slot].wasGreeted
        guard connections[slot].trouble != nil else {
            contact.givenUp(wasGreeted: wasGreeted)
            return false
        }
        return contact.failed(wasGreeted: wasGreeted, atMost: mission.firstFailures)
    }

    /// Tells the dispatcher, and gives up the lane or the run when sessions cannot be made.
    ///
    /// - Parameters:
    ///   - failure: why the session never became ready; nil when it did, or when we ended it ourselves.
    ///   - isHopeless: whether the run should be called off for it.
    private mutating func forgetSession(of lane: Int, wasReady: Bool, failure: Trouble?, isHopeless: Bool) {
        let givesUp = dispatcher.sessionEnded(
            in: lane, wasReady: wasReady, failed: failure != nil, at: network.now)
        guard let trouble = failure else { return }
        tally.recordConnectFailure()
        note(trouble.isOfReceiver ? .shutDown : .connectFailed, in: lane)
        if isHopeless { return callOff(because: trouble) }
        if givesUp { settleLane(lane, Verdict(outcome: .deferred, cause: .noSession(trouble))) }
    }

    /// Every message that waits for the lane's site ends so, without an attempt.
    mutating func settleLane(_ lane: Int, _ verdict: Verdict) {
        var messages = RecordQueue()
        while dispatcher.takeUnpaced(from: lane, to: &messages, at: network.now)
            || (fetchMore(for: lane) && dispatcher.takeUnpaced(from: lane, to: &messages, at: network.now))
        {
            settle(
                messages, recipients: mission.limits.recipientsPerMessage, verdict, 0,
                Attempt(site: dispatcher.site(of: lane), ended: network.now))
            dispatcher.pool.removeFirst(of: &messages)
        }
        dispatcher.pool.clear(&messages)
    }

    /// Messages that come to their turn when their recipients' window has closed wait until it opens again.
    @inline(never)
    mutating func putOffOverdue(_ lane: Int) {
        var overdue = RecordQueue()
        while let opens = dispatcher.takeOverdue(from: lane, to: &overdue, at: network.now) {
            journal?.postpones(dispatcher.pool.first(of: overdue), until: opens)
            dispatcher.pool.removeFirst(of: &overdue)
        }
        dispatcher.pool.clear(&overdue)
    }

    /// Decides about the messages that a session left open: in doubt when their content may have arrived
    /// whole, else back to the lane for another session, or deferred when they had their attempts.
    private mutating func settleInFlight(_ slot: ConnectionSlot) {
        let lane = connections[slot].lane
        let trouble = connections[slot].trouble ?? .connectionLost
        let isInnocent = trouble == .endedForSafety || connections[slot].trouble == nil
        for index in 0..<connections[slot].session.openTransactions {
            let unsettled = connections[slot].session.unsettledRecipients(ofOpen: index)
            if unsettled == 0 {
                dispatcher.pool.removeFirst(of: &connections[slot].inFlight)
            } else if connections[slot].mayHaveEndedContent(ofOpen: index) {
                let verdict = Verdict(outcome: .inDoubt, cause: .lostAfterContent(trouble))
                dispatcher.noteUnfinished(in: lane)
                settleOldest(slot, recipients: unsettled, verdict)
                dispatcher.pool.removeFirst(of: &connections[slot].inFlight)
            } else if unsettled < mission.limits.recipientsPerMessage
                || !putBackOldest(slot, to: lane, countsAttempt: !isInnocent)
            {
                let verdict = Verdict(outcome: .deferred, cause: .noSession(trouble))
                settleOldest(slot, recipients: unsettled, verdict)
                dispatcher.pool.removeFirst(of: &connections[slot].inFlight)
            }
            if journal != nil { connections[slot].finished += 1 }
        }
        dispatcher.pool.clear(&connections[slot].inFlight)
    }

    private mutating func putBackOldest(_ slot: ConnectionSlot, to lane: Int, countsAttempt: Bool) -> Bool {
        withdrawOldest(slot)
        dispatcher.noteUnfinished(in: lane)
        return dispatcher.putBack(from: &connections[slot].inFlight, to: lane, countsAttempt: countsAttempt)
    }

    /// Ends the sessions that have nothing to do.
    mutating func releaseIdleSessions() {
        for slot in connections.slots where connections[slot].isIdle { release(slot) }
    }

    /// Ends an idle session with QUIT.
    mutating func release(_ slot: ConnectionSlot) {
        connections[slot].isIdle = false
        dispatcher.idleSessionLeaves(slot, in: connections[slot].lane)
        connections[slot].session.leave()
        list(slot)
    }

    /// A session without work serves another lane from now on.
    mutating func move(_ slot: ConnectionSlot, to lane: Int) {
        connections[slot].isIdle = false
        connections[slot].lane = lane
        connections[slot].site = dispatcher.site(of: lane)
        list(slot)
    }

    func isGreeting(_ slot: ConnectionSlot) -> Bool {
        connections[slot].state == .open && !connections[slot].wasReady
    }

    func whatIsAwaited(_ slot: ConnectionSlot) -> Trouble.Wait {
        if connections[slot].state == .connecting { return .connect }
        if connections[slot].isSending { return .send }
        return connections[slot].session.awaited.map { .reply($0) } ?? .send
    }
}

extension Trouble {
    /// Whether somebody answered, and turned us away.
    var isOfReceiver: Bool {
        switch self {
        case .rejected, .shutdown: true
        case .connectionRefused, .hostUnreachable, .timedOut, .connectionLost, .noDescriptors, .systemError, .noRoute,
            .takesNoMail, .endedForSafety, .protocolFault:
            false
        }
    }

    init(_ fault: NetworkFault) {
        switch fault {
        case .refused: self = .connectionRefused
        case .unreachable: self = .hostUnreachable
        case .timedOut: self = .timedOut(.connect)
        case .reset: self = .connectionLost
        case .noDescriptors: self = .noDescriptors
        case .other(let code): self = .systemError(code)
        }
    }
}
