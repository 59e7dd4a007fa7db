import Delivery
import Measurement
import Message
import Primitives
import SMTP

/// What a session says is written into one buffer a turn.
extension Worker where Net: ~Copyable {
    /// Writes all that the session can say now, messages included, and sends it in one piece.
    mutating func speak(_ slot: ConnectionSlot) {
        guard connections[slot].state == .open, !connections[slot].isSending else { return }
        var command = connections[slot].session.nextCommand()
        guard command != nil || connections[slot].session.canBegin else { return rest(slot) }
        var turn = beginTurn()
        connections[slot].contentsInSend = 0
        while let current = command ?? beginMessage(slot, behind: turn) {
            write(current, of: slot, into: &turn)
            // Behind a whole transaction there is nothing to say before another is begun.
            command = current.isTransaction ? nil : connections[slot].session.nextCommand()
        }
        guard turn.count > 0 else {
            endTurn(turn)
            return rest(slot)
        }
        precondition(!turn.writer.overflowed, "a turn fits the buffer that was taken for it")
        connections[slot].output = turn.buffer
        if keepsIntents && connections[slot].contentsInSend > 0 {
            park(slot, turn)
        } else {
            send(slot, turn)
        }
    }

    private mutating func beginTurn() -> Outgoing {
        date.refresh(at: network.now)
        var pieces = SharedPieces(shortest: .max)
        swap(&pieces, &shared)
        pieces.removeAll()
        return Outgoing(output.take(), shared: pieces)
    }

    /// Nothing was written.
    private mutating func endTurn(_ turn: consuming Outgoing) {
        output.give(turn.buffer)
        shared = turn.shared
    }

    private mutating func send(_ slot: ConnectionSlot, _ turn: consuming Outgoing) {
        tally.record(bytesSent: turn.count)
        deadlines.set(network.now + connections[slot].patience.forSending(bytes: turn.count), for: slot)
        let written = unsafe turn.buffer.bytes(turn.writer.count)
        if turn.shared.byteCount > 0 {
            unsafe shelf.gather(turn.shared, into: written, &pieces)
            network.send(slot, gathered: pieces)
        } else {
            unsafe network.send(slot, written)
        }
        shared = turn.shared
    }

    /// Takes the lane's next message, if the session can have one now, and begins it: what there is to say first.
    /// Next: `Session.begin`.
    ///
    /// - Parameter turn: what the session says already: a message more should not make it very large.
    private mutating func beginMessage(_ slot: ConnectionSlot, behind turn: borrowing Outgoing) -> SessionCommand? {
        guard mayBegin, !isAssembling, connections[slot].session.canBegin, !isWornOut(slot),
            !(connections[slot].isRateBound && wouldHoldBackEnvelope(slot))
        else { return nil }
        let written = turn.writer.count
        let isFull =
            written + largestWritten > OutputPool.standardCapacity
            || turn.shared.pieces.count >= LetterShelf.mostPieces
        let isChunked = if case .chunked = connections[slot].session.style { true } else { false }
        guard written == 0 || !isFull || !isChunked else { return nil }
        let lane = connections[slot].lane
        if mission.limits.rowsHaveTerms { putOffOverdue(lane) }
        while dispatcher.take(from: lane, to: &connections[slot].inFlight, at: network.now) {
            guard connections[slot].session.capabilities.largestMessage == nil || fitsReceiver(slot) else {
                refuseTooLarge(slot)
                continue
            }
            connections[slot].messages += 1
            connections[slot].envelopeWritten = network.now
            if journal != nil { noteBegun(slot) }
            if connections[slot].isPaced { count(.intended, in: lane) }
            let recipients = connections[slot].recipientsPerMessage
            if recipients < mission.limits.recipientsPerMessage { deferRecipients(slot, beyond: recipients) }
            if isChunked { return connections[slot].session.beginTransaction(recipients: recipients) }
            connections[slot].session.begin(recipients: recipients)
            return connections[slot].session.nextCommand()
        }
        return nil
    }

    // What only looks at the worker is mutating all the same, here and below: to borrow it would copy it.
    private mutating func isWornOut(_ slot: ConnectionSlot) -> Bool {
        let most =
            connections[slot].isPaced
            ? dispatcher.messagesPerSession(of: connections[slot].lane, at: network.now)
            : mission.limits.messagesPerSession
        let receiversMost = connections[slot].session.capabilities.mostMessages ?? .max
        return connections[slot].isRetiring
            || connections[slot].messages >= (most > 0 ? min(most, receiversMost) : receiversMost)
    }

    private mutating func write(_ command: SessionCommand, of slot: ConnectionSlot, into turn: inout Outgoing) {
        switch command {
        case .hello(let extended):
            let name = mission.sources[connections[slot].source].helloName
            CommandWriter.hello(name.span, extended: extended, into: &turn.writer)
        case .reset: CommandWriter.reset(into: &turn.writer)
        case .mail:
            let size = connections[slot].session.capabilities.declaresSize ? largestCount(slot) : nil
            CommandWriter.mail(from: mission.envelopeFrom.span, size: size, into: &turn.writer)
        case .recipient(let index):
            let row = PackedRow(dispatcher.pool.newest(of: connections[slot].inFlight))
            CommandWriter.recipient(row.field(index), into: &turn.writer)
        case .data: CommandWriter.data(into: &turn.writer)
        case .content: writeContent(of: slot, into: &turn)
        case .transaction(let afterReset): writeTransaction(of: slot, afterReset: afterReset, into: &turn)
        case .loneDot: CommandWriter.dot(into: &turn.writer)
        case .quit: CommandWriter.quit(into: &turn.writer)
        }
    }

    /// Composes the oldest open message and ends it. Next: `Letter.compose`.
    private mutating func writeContent(of slot: ConnectionSlot, into turn: inout Outgoing) {
        turn.makeRoom(for: largestCountOfOldest(slot) + roomBesidesMessage, from: &output)
        mission.letter.compose(
            PackedRow(dispatcher.pool.first(of: connections[slot].inFlight)), date: date.text,
            into: &turn.writer, sharing: &turn.shared)
        CommandWriter.dot(into: &turn.writer)
        tally.record(.envelope, network.now - connections[slot].envelopeWritten)
        noteEndOfContent(slot, at: turn.count)
    }

    /// Writes the newest message whole: its envelope, and its content as one chunk.
    private mutating func writeTransaction(
        of slot: ConnectionSlot, afterReset: Bool, into turn: inout Outgoing
    ) {
        let bound = largestCount(slot)
        turn.makeRoom(for: bound + roomBesidesMessage, from: &output)
        let start = turn.writer.count
        writeTransaction(of: slot, afterReset: afterReset, atMost: bound, into: &turn)
        noteEndOfContent(slot, at: turn.count)
        largestWritten = max(largestWritten, turn.writer.count - start)
    }

    @inline(__always)
    private mutating func writeTransaction(
        of slot: ConnectionSlot, afterReset: Bool, atMost bound: Int, into turn: inout Outgoing
    ) {
        let row = PackedRow(dispatcher.pool.newest(of: connections[slot].inFlight))
        let recipients = connections[slot].recipientsPerMessage
        if connections[slot].session.capabilities.declaresSize {
            if afterReset { CommandWriter.reset(into: &turn.writer) }
            CommandWriter.mail(from: mission.envelopeFrom.span, size: bound, into: &turn.writer)
            CommandWriter.recipient(row.field(0), into: &turn.writer)
        } else {
            turn.writer.append(opening.span.extracting((afterReset ? 0 : CommandWriter.resetCount)...))
            CommandWriter.firstRecipient(row.field(0), into: &turn.writer)
        }
        for index in 1..<recipients { CommandWriter.recipient(row.field(index), into: &turn.writer) }
        turn.appendChunk(mission.letter, to: row, date: date.text, atMost: bound)
    }

    private mutating func noteEndOfContent(_ slot: ConnectionSlot, at offset: Int) {
        connections[slot].noteEndOfContent(offset)
        connections[slot].contentWritten = network.now
    }

    private mutating func largestCountOfOldest(_ slot: ConnectionSlot) -> Int {
        mission.letter.largestCount(of: PackedRow(dispatcher.pool.first(of: connections[slot].inFlight)))
    }

    private mutating func largestCount(_ slot: ConnectionSlot) -> Int {
        mission.letter.largestCount(of: PackedRow(dispatcher.pool.newest(of: connections[slot].inFlight)))
    }

    /// Whether the newest message keeps to the receiver's SIZE. The bound is cheap; only when it is passed
    /// the message is composed to know its true size.
    private mutating func fitsReceiver(_ slot: ConnectionSlot) -> Bool {
        guard let limit = connections[slot].session.capabilities.largestMessage else { return true }
        let bound = largestCount(slot)
        guard bound > limit else { return true }
        let buffer = output.take(atLeast: bound)
        var writer = buffer.writer()
        mission.letter.compose(
            PackedRow(dispatcher.pool.newest(of: connections[slot].inFlight)), date: date.text, into: &writer)
        output.give(buffer)
        return writer.count <= limit
    }

    private mutating func refuseTooLarge(_ slot: ConnectionSlot) {
        let verdict = Verdict(outcome: .refused, cause: .tooLarge)
        let recipients = mission.limits.recipientsPerMessage
        let attempt = attemptAtUnbegun(slot)
        tally.record(.refused, site: connections[slot].site, recipients: recipients)
        outcomes.settled(
            dispatcher.pool.newest(of: connections[slot].inFlight), recipients: recipients, verdict,
            text: replyText.bytes(0..<0), attempt)
        dispatcher.pool.removeLast(of: &connections[slot].inFlight)
    }

    /// The receiver takes fewer recipients of a message than it has: the others are not named at all.
    private mutating func deferRecipients(_ slot: ConnectionSlot, beyond count: Int) {
        let others = mission.limits.recipientsPerMessage - count
        let verdict = Verdict(outcome: .deferred, cause: .tooManyRecipients)
        let attempt = attemptAtUnbegun(slot)
        tally.record(.deferred, site: connections[slot].site, recipients: others)
        outcomes.settled(
            dispatcher.pool.newest(of: connections[slot].inFlight), recipients: others, verdict,
            text: replyText.bytes(0..<0), attempt)
    }

    /// The session has nothing to say. Without an open message it waits for work, or takes its leave.
    private mutating func rest(_ slot: ConnectionSlot) {
        guard connections[slot].session.openTransactions == 0, connections[slot].session.isAtRest else { return }
        let lane = connections[slot].lane
        let isNeedless = dispatcher.waitingCount(in: lane) == 0 && !dispatcher.mayGetMore(lane)
        if isAssembling && !isStopping { return }
        if mayBegin, !isWornOut(slot), let next = dispatcher.moveSession(from: lane, at: network.now) {
            return move(slot, to: next)
        }
        if isStopping || isNeedless || isWornOut(slot) || dispatcher.isCrowded {
            connections[slot].session.leave()
            list(slot)
        } else if !connections[slot].isIdle {
            connections[slot].isIdle = true
            deadlines.set(network.now + connections[slot].patience.idle, for: slot)
            dispatcher.sessionIsIdle(slot, in: lane)
        }
    }
}
