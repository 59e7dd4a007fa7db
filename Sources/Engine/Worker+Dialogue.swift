import Delivery
import Measurement
import Message
import Primitives
import SMTP

/// The dialogue: what a session says is written into one buffer a turn; what it hears becomes verdicts.
extension Worker where Net: ~Copyable {
    /// Writes all that the session can say now, messages included, and sends it in one piece.
    mutating func speak(_ slot: ConnectionSlot) {
        guard connections[slot].state == .open, !connections[slot].isSending else { return }
        var buffer = output.take()
        var writer = buffer.writer()
        connections[slot].contentsInSend = 0
        repeat {
            while let command = connections[slot].session.nextCommand() {
                write(command, of: slot, into: &writer, &buffer)
            }
        } while beginMessage(slot, writer.count)
        guard writer.count > 0 else {
            output.give(buffer)
            return rest(slot)
        }
        precondition(!writer.overflowed, "a turn fits the buffer that was taken for it")
        connections[slot].output = buffer
        tally.record(bytesSent: writer.count)
        deadlines.set(network.now + mission.patience.forSending(bytes: writer.count), for: slot)
        unsafe network.send(slot, buffer.bytes(writer.count))
    }

    /// Takes the lane's next message, if the session can have one now. Next: `Session.begin`.
    ///
    /// - Parameter written: bytes that the turn has already: a message more should not make it very large.
    private mutating func beginMessage(_ slot: ConnectionSlot, _ written: Int) -> Bool {
        guard !isStopping, !isAssembling, connections[slot].session.canBegin, !isWornOut(slot) else { return false }
        if connections[slot].session.style == .chunked && written > 0
            && written + largestContent > OutputPool.standardCapacity
        {
            return false
        }
        let lane = connections[slot].lane
        while dispatcher.take(from: lane, to: &connections[slot].inFlight, at: network.now) {
            guard fitsReceiver(slot) else {
                refuseTooLarge(slot)
                continue
            }
            connections[slot].messages += 1
            connections[slot].envelopeWritten = network.now
            connections[slot].session.begin(recipients: mission.limits.recipientsPerMessage)
            return true
        }
        return false
    }

    private func isWornOut(_ slot: ConnectionSlot) -> Bool {
        let most = mission.limits.messagesPerSession
        let receiversMost = connections[slot].session.capabilities.mostMessages ?? .max
        return connections[slot].isRetiring
            || connections[slot].messages >= (most > 0 ? min(most, receiversMost) : receiversMost)
    }

    private mutating func write(
        _ command: SessionCommand, of slot: ConnectionSlot, into writer: inout ByteWriter,
        _ buffer: inout OutputBuffer
    ) {
        switch command {
        case .hello(let extended): CommandWriter.hello(mission.helloName.span, extended: extended, into: &writer)
        case .reset: CommandWriter.reset(into: &writer)
        case .mail:
            let size = connections[slot].session.capabilities.declaresSize ? largestCount(slot) : nil
            CommandWriter.mail(from: mission.envelopeFrom.span, size: size, into: &writer)
        case .recipient(let index):
            writeRecipient(index, of: slot, into: &writer)
        case .data: CommandWriter.data(into: &writer)
        case .content: writeContent(of: slot, into: &writer, &buffer)
        case .chunk: writeChunk(of: slot, into: &writer, &buffer)
        case .loneDot: CommandWriter.dot(into: &writer)
        case .quit: CommandWriter.quit(into: &writer)
        }
    }

    /// Composes the oldest open message and ends it. Next: `Letter.compose`.
    private mutating func writeContent(
        of slot: ConnectionSlot, into writer: inout ByteWriter, _ buffer: inout OutputBuffer
    ) {
        makeRoom(for: largestCountOfOldest(slot), in: &writer, &buffer)
        date.refresh(at: network.now)
        compose(PackedRow(dispatcher.pool.first(of: connections[slot].inFlight)), into: &writer)
        CommandWriter.dot(into: &writer)
        connections[slot].noteEndOfContent(writer.count)
        connections[slot].contentWritten = network.now
    }

    /// Composes the newest message as one chunk. Its count stands before it and is known only behind it: room
    /// is left for the count that it can have at most, and a digit too many is taken out again.
    private mutating func writeChunk(
        of slot: ConnectionSlot, into writer: inout ByteWriter, _ buffer: inout OutputBuffer
    ) {
        let bound = largestCount(slot)
        makeRoom(for: bound, in: &writer, &buffer)
        let start = writer.count
        let room = CommandWriter.lastChunkCount(bound)
        writer.skip(room)
        date.refresh(at: network.now)
        compose(PackedRow(dispatcher.pool.newest(of: connections[slot].inFlight)), into: &writer)
        let count = writer.count - start - room
        let surplus = room - CommandWriter.lastChunkCount(count)
        if surplus > 0 { writer.remove(start..<start + surplus) }
        var head = writer.gap(start..<start + room - surplus)
        CommandWriter.lastChunk(count: count, into: &head)
        connections[slot].noteEndOfContent(writer.count)
        connections[slot].contentWritten = network.now
        largestContent = max(largestContent, count + roomForEnvelope)
    }

    /// Goes on in a larger buffer when a content might not fit this one.
    private mutating func makeRoom(
        for count: Int, in writer: inout ByteWriter, _ buffer: inout OutputBuffer
    ) {
        let needed = writer.count + count + roomForEnvelope
        guard needed > buffer.capacity else { return }
        let larger = output.take(atLeast: needed)
        var moved = larger.writer()
        unsafe moved.append(copying: writer.written)
        output.give(buffer)
        buffer = larger
        writer = moved
    }

    /// Bytes that a dot and the envelope of another message may take: RFC 5321 4.5.3.1.4 bounds a command.
    private var roomForEnvelope: Int { 512 * (mission.limits.recipientsPerMessage + 4) }

    private func writeRecipient(_ index: Int, of slot: ConnectionSlot, into writer: inout ByteWriter) {
        let row = PackedRow(dispatcher.pool.newest(of: connections[slot].inFlight))
        CommandWriter.recipient(row.field(index), into: &writer)
    }

    private func compose(_ row: PackedRow, into writer: inout ByteWriter) {
        mission.letter.compose(row, date: date.text, into: &writer)
    }

    private func largestCountOfOldest(_ slot: ConnectionSlot) -> Int {
        mission.letter.largestCount(of: PackedRow(dispatcher.pool.first(of: connections[slot].inFlight)))
    }

    private func largestCount(_ slot: ConnectionSlot) -> Int {
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
        date.refresh(at: network.now)
        compose(PackedRow(dispatcher.pool.newest(of: connections[slot].inFlight)), into: &writer)
        output.give(buffer)
        return writer.count <= limit
    }

    private mutating func refuseTooLarge(_ slot: ConnectionSlot) {
        let verdict = Verdict(outcome: .refused, cause: .tooLarge)
        let site = dispatcher.site(of: connections[slot].lane)
        let recipients = mission.limits.recipientsPerMessage
        tally.record(.refused, site: site, recipients: recipients)
        outcomes.settled(
            dispatcher.pool.newest(of: connections[slot].inFlight), recipients: recipients, verdict,
            text: replyText.bytes(0..<0))
        dispatcher.pool.removeLast(of: &connections[slot].inFlight)
    }

    /// The session has nothing to say. Without an open message it waits for work, or takes its leave.
    private mutating func rest(_ slot: ConnectionSlot) {
        guard connections[slot].session.isAtRest else { return }
        let lane = connections[slot].lane
        let isNeedless = dispatcher.waitingCount(in: lane) == 0 && !dispatcher.mayGetMore(lane)
        if isAssembling && !isStopping { return }
        if isStopping || isNeedless || isWornOut(slot) || dispatcher.isCrowded {
            connections[slot].session.leave()
            list(slot)
        } else if !connections[slot].isIdle {
            connections[slot].isIdle = true
            deadlines.set(network.now + mission.patience.idle, for: slot)
            dispatcher.sessionIsIdle(slot, in: lane)
        }
    }

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
        deadlines.set(network.now + mission.patience.quit, for: slot)
        hearHeld(slot)
    }

    mutating func takeBackOutput(_ slot: ConnectionSlot) {
        guard let buffer = connections[slot].output else { return }
        connections[slot].output = nil
        output.give(buffer)
    }

    mutating func awaitReply(_ slot: ConnectionSlot) {
        guard let command = connections[slot].session.awaited else { return deadlines.clear(slot) }
        deadlines.set(network.now + mission.patience.forReply(to: command), for: slot)
    }

    /// Reads the replies in what the server sent. Next: `ReplyParser.next`, then `Session.receive`.
    mutating func hear(_ slot: ConnectionSlot, _ input: Span<UInt8>) {
        guard connections[slot].held.isEmpty else { return hold(slot, input, from: 0) }
        var cursor = 0
        while connections[slot].state == .open {
            switch connections[slot].parser.next(in: input, at: &cursor) {
            case .needsInput:
                if !connections[slot].isSending { awaitReply(slot) }
                return
            case .line: noteCapability(slot, input)
            case .reply(let reply):
                noteCapability(slot, input)
                if connections[slot].isSending && isVerdictOnContent(connections[slot].session.awaited) {
                    return hold(slot, reply, input, from: cursor)
                }
                let contentSent = connections[slot].contentWasTaken
                let event = connections[slot].session.receive(reply, contentSent: contentSent)
                apply(event, reply, to: slot, input)
            case .fault(let fault): end(slot, because: .protocolFault(.syntax(fault)))
            }
        }
    }

    private func isVerdictOnContent(_ awaited: OwedReplies.Command?) -> Bool {
        awaited == .content || awaited == .chunk
    }

    private mutating func noteCapability(_ slot: ConnectionSlot, _ input: Span<UInt8>) {
        guard connections[slot].session.awaited == .hello else { return }
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
        case .proceed: list(slot)
        case .ready: becameReady(slot)
        case .settled(let count, let stage, let isOver):
            let textCount = copyReplyText(slot, input)
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
        settleOldest(slot, recipients: count, Verdict(reply, at: stage), textCount: textCount)
        if stage == .content { tally.record(.content, network.now - connections[slot].contentWritten) }
        if isOver { finishOldest(slot) }
    }

    private mutating func becameReady(_ slot: ConnectionSlot) {
        connections[slot].wasReady = true
        hasBeenReady = true
        let lane = connections[slot].lane
        dispatcher.sessionIsReady(in: lane)
        tally.recordSessionOpened(site: dispatcher.site(of: lane))
        tally.record(.greeting, network.now - connections[slot].connectStarted)
        list(slot)
    }

    mutating func finishOldest(_ slot: ConnectionSlot) {
        let tag = MessageTag(dispatcher.pool.firstTag(of: connections[slot].inFlight))
        tally.record(latency: network.now - tag.started)
        dispatcher.pool.removeFirst(of: &connections[slot].inFlight)
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
