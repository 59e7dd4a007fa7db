import Delivery
import Measurement
import Pacing
import Primitives
import SMTP

/// What is heard becomes verdicts.
///
/// Enums of other rooms are compared by pattern: `==` would call through their conformance, for every reply.
extension Worker where Net: ~Copyable {
    mutating func sent(_ slot: ConnectionSlot) {
        takeBackOutput(slot)
        list(slot)
        awaitReply(slot)
        hearHeld(slot)
    }

    /// The peer no longer takes bytes; what it said before may still decide, so listen a little longer.
    mutating func sendFailed(_ slot: ConnectionSlot, taken: Int) {
        connections[slot].taken = taken
        takeBackOutput(slot)
        deadlines.set(network.now + connections[slot].patience.quit, for: slot)
        hearHeld(slot)
    }

    mutating func takeBackOutput(_ slot: ConnectionSlot) {
        guard let buffer = connections[slot].output else { return }
        connections[slot].output = nil
        output.give(buffer)
    }

    mutating func awaitReply(_ slot: ConnectionSlot) {
        guard let command = connections[slot].session.awaited else { return deadlines.clear(slot) }
        deadlines.set(network.now + connections[slot].patience.forReply(to: command), for: slot)
    }

    /// Reads the replies in what the server sent. Next: `ReplyParser.next`, then `Session.receive`.
    mutating func hear(_ slot: ConnectionSlot, _ input: Span<UInt8>) {
        guard connections[slot].held.isEmpty else { return hold(slot, input, from: 0) }
        var cursor = 0
        while connections[slot].state == .open {
            let start = cursor
            let assents = connections[slot].takeAssents(in: input, at: &cursor)
            if assents > 0 { list(slot) }
            let verdictStart = cursor
            if connections[slot].mustHold && cursor < input.count { return hold(slot, input, from: cursor) }
            switch connections[slot].parser.next(in: input, at: &cursor) {
            case .needsInput:
                if !connections[slot].isSending {
                    awaitReply(slot)
                } else if connections[slot].parked != nil {
                    awaitReplyWhileParked(slot)
                }
                return
            case .line: noteCapability(slot, input)
            case .reply(let reply):
                noteCapability(slot, input)
                if connections[slot].verdictMustWait { return hold(slot, reply, input, from: cursor) }
                let contentSent = connections[slot].contentWasTaken
                let event = connections[slot].session.receive(reply, contentSent: contentSent)
                apply(event, reply, to: slot, input)
                if !wantsAcceptances, assents > 0, event.isVerdictOnContent, connections[slot].taken == nil,
                    let answer = TransactionAnswer(
                        assents: start..<verdictStart, count: assents, verdict: reply, in: input)
                {
                    hearAccepted(like: answer, reply, on: slot, input, at: &cursor)
                }
            case .fault(let fault): end(slot, because: .protocolFault(.syntax(fault)))
            }
        }
    }

    private mutating func noteCapability(_ slot: ConnectionSlot, _ input: Span<UInt8>) {
        guard case .hello = connections[slot].session.awaited else { return }
        let count = copyReplyText(slot, input)
        var capabilities = connections[slot].session.capabilities
        capabilities.note(replyText.bytes(0..<count))
        connections[slot].session.capabilities = capabilities
    }

    /// Does what the reply means. Next: `Verdict.init`.
    private mutating func apply(
        _ event: SessionEvent, _ reply: Reply, to slot: ConnectionSlot, _ input: Span<UInt8>
    ) {
        switch event {
        case .proceed:
            noteGreeting(slot)
            list(slot)
        case .ready: becameReady(slot)
        case .settled(let count, let stage, let isOver):
            let isAcceptance = if case .success = reply.severity { true } else { false }
            let textCount = isAcceptance && !wantsAcceptances ? 0 : copyReplyText(slot, input)
            settle(count, at: stage, isOver: isOver, by: reply, on: slot, textCount: textCount)
            if connections[slot].session.isOver {
                end(slot, because: reply.announcesShutdown ? .shutdown : .endedForSafety)
            }
        case .finished: finishOldest(slot)
        case .rejected: end(slot, because: .rejected(reply))
        case .shutdown: end(slot, because: .shutdown)
        case .farewell: end(slot, because: nil)
        case .fault(let fault): end(slot, because: .protocolFault(fault))
        }
    }

    mutating func settle(
        _ count: Int, at stage: Stage, isOver: Bool, by reply: Reply, on slot: ConnectionSlot, textCount: Int
    ) {
        tally.record(reply: reply.code, enhanced: reply.enhanced?.packed)
        learn(from: reply, on: slot, textCount: textCount)
        settleOldest(slot, recipients: count, Verdict(reply, at: stage), textCount: textCount)
        if case .content = stage { tally.record(.content, network.now - connections[slot].contentWritten) }
        if isOver { finishOldest(slot) }
    }

    /// Settles the messages that are accepted with the same words as the one before them, where nobody wants to know
    /// of each by itself.
    private mutating func hearAccepted(
        like answer: TransactionAnswer, _ reply: Reply, on slot: ConnectionSlot, _ input: Span<UInt8>,
        at cursor: inout Int
    ) {
        let count = connections[slot].session.takeAccepted(like: answer, in: input, at: &cursor)
        guard count > 0 else { return }
        tally.record(reply: reply.code, enhanced: reply.enhanced?.packed, count: count)
        learnAccepted(count, like: reply, on: slot)
        tally.record(.content, network.now - connections[slot].contentWritten, count: count)
        let recipients = connections[slot].recipientsPerMessage
        tally.record(.accepted, site: connections[slot].site, recipients: recipients * count)
        for _ in 0..<count {
            outcomes.accepted(dispatcher.pool.first(of: connections[slot].inFlight))
            finishOldest(slot)
        }
    }

    /// The first reply with which a session proceeds is its greeting.
    private mutating func noteGreeting(_ slot: ConnectionSlot) {
        guard !connections[slot].wasGreeted else { return }
        connections[slot].wasGreeted = true
        contact.greeted()
    }

    private mutating func becameReady(_ slot: ConnectionSlot) {
        connections[slot].wasReady = true
        connections[slot].recipientsPerMessage = min(
            mission.limits.recipientsPerMessage, connections[slot].session.capabilities.mostRecipients ?? .max)
        contact.made()
        let lane = connections[slot].lane
        dispatcher.sessionIsReady(in: lane)
        if connections[slot].host != provenHosts[lane, default: 0] { provenHosts[lane] = connections[slot].host }
        note(.sessionReady, in: lane)
        tally.recordSessionOpened(site: connections[slot].site, GroupingsUsed(connections[slot].session.style))
        tally.record(.greeting, network.now - connections[slot].connectStarted)
        list(slot)
    }

    mutating func finishOldest(_ slot: ConnectionSlot) {
        let tag = MessageTag(dispatcher.pool.firstTag(of: connections[slot].inFlight))
        tally.record(latency: network.now - tag.started)
        dispatcher.pool.removeFirst(of: &connections[slot].inFlight)
        if journal != nil { connections[slot].finished += 1 }
        list(slot)
    }

    mutating func copyReplyText(_ slot: ConnectionSlot, _ input: Span<UInt8>) -> Int {
        var writer = replyText.writer()
        if connections[slot].parser.textIsCarried {
            connections[slot].parser.copyText(from: input, into: &writer)
        } else {
            writer.append(input.extracting(connections[slot].parser.text))
        }
        return writer.count
    }
}
