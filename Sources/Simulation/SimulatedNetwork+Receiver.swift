import Engine
import Pacing
import Primitives
import SMTP

/// What a simulated receiver does about a command or message.
private enum Conduct {
    case answer(ReceiverAnswer)
    /// The connection breaks, nothing is said.
    case breakDown
    case acceptAndBreakDown
    case fallSilent
    case stall
    case halfClose
}

extension SimulatedNetwork {
    mutating func greet(_ connection: SimulatedConnection) {
        var answer = ReceiverAnswer.standard
        if !connection.isAdmitted {
            answer = .hangUp(ReceiverRefusal(421, "4.7.0", "Too many connections"))
        } else if random.chance(connection.faults.greetingRefused) {
            answer = .refuse(ReceiverRefusal(554, "5.3.2", "No mail here"))
        } else if random.chance(connection.faults.greetingBusy) {
            answer = .hangUp(ReceiverRefusal(421, "4.3.2", "Busy"))
        }
        say(connection, reply { connection.session.greet(answer, into: &$0) })
        connection.lastReplyEnd = connection.repliesWritten
        if connection.session.isFinished { hangUp(connection) }
    }

    /// Reads what has arrived, up to its end or the receiver's.
    mutating func read(_ connection: SimulatedConnection, _ bytes: [UInt8], _ repliesSeen: Int) {
        var position = 0
        while connection.isReading && !connection.isSilent && !connection.isStalled {
            let event = connection.session.next(in: bytes.span, at: &position)
            switch event {
            case .needsInput:
                return
            case .content(let range):
                connection.content += bytes[range]
                contentCame(connection, repliesSeen)
            case .contentReturn:
                connection.content.append(0x0D)
                contentCame(connection, repliesSeen)
            case .hello, .mail, .recipient, .data, .chunkComplete, .messageComplete, .reset, .noop, .verify,
                .help, .quit, .fault:
                respond(connection, event, path(of: event, connection, bytes), repliesSeen)
            }
            if connection.session.isFinished { hangUp(connection) }
        }
    }

    private func path(of event: ReceiverEvent, _ connection: SimulatedConnection, _ bytes: [UInt8]) -> String {
        guard event == .mail || event == .recipient else { return "" }
        let path = connection.session.path(in: bytes.span)
        return String(decoding: path.indices.map { path[$0] }, as: UTF8.self)
    }

    private mutating func contentCame(_ connection: SimulatedConnection, _ repliesSeen: Int) {
        if connection.impatience == .contentBeforeGoAhead { judge(connection, repliesSeen) }
        if random.chance(connection.faults.resetInContent) {
            breakDown(connection)
        } else if random.chance(connection.faults.refusalInContent) {
            connection.isLying = true
            say(connection, "452 4.3.1 No space\r\n".utf8)
            hangUp(connection)
        }
    }

    private mutating func respond(
        _ connection: SimulatedConnection, _ event: ReceiverEvent, _ path: String, _ repliesSeen: Int
    ) {
        judge(connection, repliesSeen)
        note(event, path, connection)
        switch conduct(connection, event, path) {
        case .answer(let answer):
            self.answer(connection, answer, event, path)
        case .breakDown:
            breakDown(connection)
        case .acceptAndBreakDown:
            acceptMessage(connection, replyEnd: .max)
            breakDown(connection)
        case .fallSilent:
            connection.isSilent = true
        case .stall:
            connection.isStalled = true
        case .halfClose:
            connection.isLying = true
            end(connection, nil)
            self.answer(connection, .standard, event, path)
        }
    }

    private mutating func conduct(
        _ connection: SimulatedConnection, _ event: ReceiverEvent, _ path: String
    ) -> Conduct {
        if let answer = receivers[connection.receiver].script(event, path) { return .answer(answer) }
        if event == .mail, let refusal = refusalByLimit(connection) { return .answer(.hangUp(refusal)) }
        let faults = connection.faults
        if random.chance(faults.resetBeforeReply) { return .breakDown }
        if random.chance(faults.silence) { return .fallSilent }
        if random.chance(faults.stall) { return .stall }
        if random.chance(faults.halfClose) { return .halfClose }
        if event == .messageComplete && random.chance(faults.acceptedThenReset) { return .acceptAndBreakDown }
        if random.chance(faults.closing) {
            return .answer(.hangUp(ReceiverRefusal(421, "4.3.2", "Service not available")))
        }
        return .answer(refusal(connection, event).map { .refuse($0) } ?? .standard)
    }

    private mutating func refusalByLimit(_ connection: SimulatedConnection) -> ReceiverRefusal? {
        let receiver = connection.receiver
        if connection.session.mailCount >= receivers[receiver].messagesPerSession ?? .max {
            return ReceiverRefusal(421, "4.7.0", "Too many messages in this session")
        }
        if gates[receiver].takeMessage(from: connection.source, at: now) { return nil }
        return ReceiverRefusal(421, "4.7.0", "Message rate exceeded")
    }

    private mutating func refusal(_ connection: SimulatedConnection, _ event: ReceiverEvent)
        -> ReceiverRefusal?
    {
        let faults = connection.faults
        switch event {
        case .hello(let extended):
            guard extended && connection.refusesExtendedHello else { return nil }
            return ReceiverRefusal(502, "5.5.1", "EHLO not implemented")
        case .mail:
            return refusal(faults.mailRefused, (451, "4.7.1", "Later"), (550, "5.7.1", "Not from you"))
        case .recipient:
            return refusal(faults.recipientRefused, (450, "4.2.1", "Later"), (550, "5.1.1", "No such user"))
        case .data:
            return refusal(faults.dataRefused, (451, "4.3.0", "Later"), (554, "5.7.1", "No"))
        case .chunkComplete, .messageComplete:
            return refusal(faults.messageRefused, (451, "4.7.1", "Later"), (554, "5.7.1", "Unwanted content"))
        case .needsInput, .content, .contentReturn, .reset, .noop, .verify, .help, .quit, .fault:
            return nil
        }
    }

    private typealias Refusal = (code: Int, enhanced: StaticString, text: StaticString)

    private mutating func refusal(
        _ probability: Double, _ transient: Refusal, _ permanent: Refusal
    ) -> ReceiverRefusal? {
        guard random.chance(probability) else { return nil }
        let chosen = random.oneIn(2) ? transient : permanent
        return ReceiverRefusal(chosen.code, chosen.enhanced, chosen.text)
    }
}

// Replies.
extension SimulatedNetwork {
    private mutating func answer(
        _ connection: SimulatedConnection, _ answer: ReceiverAnswer, _ event: ReceiverEvent, _ path: String
    ) {
        let reply = reply { connection.session.answer(answer, to: event, into: &$0) }
        if random.chance(connection.faults.garbage) {
            connection.isLying = true
            say(connection, "?! not a reply\r\n".utf8)
        }
        let breaks = random.chance(connection.faults.resetInReply)
        if case .standard = answer {
            let isUnseen = breaks || connection.hasEnded
            accept(
                connection, event, path, replyEnd: isUnseen ? .max : connection.repliesWritten + reply.count)
        }
        guard !breaks else {
            say(connection, reply.prefix(Int.random(in: 0..<reply.count, using: &random)))
            return breakDown(connection)
        }
        say(connection, reply)
        connection.lastReplyEnd = connection.repliesWritten
        connection.impatience = impatience(connection, event, answer)
        afterReply(connection)
    }

    /// What a client does wrong that sends more before it has seen the reply to this event.
    private func impatience(
        _ connection: SimulatedConnection, _ event: ReceiverEvent, _ answer: ReceiverAnswer
    ) -> ReceiverRecord.Violation? {
        if event == .data, case .standard = answer { return .contentBeforeGoAhead }
        guard connection.isPipelining else { return .withoutPipelining }
        switch event {
        case .hello, .data, .noop, .verify, .help, .quit:
            return .behindGroupEnd
        case .needsInput, .content, .contentReturn, .mail, .recipient, .chunkComplete, .messageComplete,
            .reset,
            .fault:
            return nil
        }
    }

    private mutating func afterReply(_ connection: SimulatedConnection) {
        if random.chance(connection.faults.unsolicitedReply) {
            connection.isLying = true
            say(connection, "250 2.0.0 Ok\r\n".utf8)
        }
        if random.chance(connection.faults.idleClosing) {
            let patience = random.interval(upTo: .seconds(300))
            queue.schedule(.idle(connection, arrivals: connection.arrivals), at: now + patience)
        }
    }

    mutating func losePatience(_ connection: SimulatedConnection, _ arrivals: Int) {
        guard connection.isReading, !connection.isSilent, !connection.isStalled else { return }
        guard connection.arrivals == arrivals else { return }
        connection.isLying = true
        say(connection, "421 4.4.2 Idle too long\r\n".utf8)
        hangUp(connection)
    }

    /// The receiver closes after its last word.
    private mutating func hangUp(_ connection: SimulatedConnection) {
        connection.isReading = false
        uncount(connection)
        end(connection, nil)
    }

    private func reply(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = unsafe ByteWriter(replyMemory)
        write(&writer)
        precondition(!writer.overflowed, "a reply is longer than the receiver says")
        return unsafe [UInt8](writer.written)
    }
}

// The record.
extension SimulatedNetwork {
    private mutating func note(_ event: ReceiverEvent, _ path: String, _ connection: SimulatedConnection) {
        let receiver = connection.receiver
        switch event {
        case .messageComplete: records[receiver].ended.append((connection.recipients, now))
        case .mail: records[receiver].mails.append((now, connection.source))
        case .recipient: records[receiver].recipients.append(path)
        case .fault(let fault): records[receiver].faults.append(fault)
        case .needsInput, .content, .contentReturn, .hello, .data, .chunkComplete, .reset, .noop, .verify, .help,
            .quit:
            break
        }
    }

    /// A client that sent before it had been handed the last reply did not wait for it.
    private mutating func judge(_ connection: SimulatedConnection, _ repliesSeen: Int) {
        guard let impatience = connection.impatience, !connection.isLying else { return }
        guard repliesSeen < connection.lastReplyEnd else { return }
        records[connection.receiver].violations.append(impatience)
    }

    private mutating func accept(
        _ connection: SimulatedConnection, _ event: ReceiverEvent, _ path: String, replyEnd: Int
    ) {
        switch event {
        case .hello(let extended):
            connection.isPipelining = extended && connection.session.offer.pipelining
        case .mail:
            connection.reversePath = path
            if connection.session.recipientCount == 0 { connection.recipients = [] }
            connection.content = []
        case .recipient:
            connection.recipients.append(path)
        case .messageComplete:
            acceptMessage(connection, replyEnd: replyEnd)
        case .needsInput, .content, .contentReturn, .data, .chunkComplete, .reset, .noop, .verify, .help,
            .quit,
            .fault:
            break
        }
    }

    /// - Parameter replyEnd: where the final reply ends among all replies; `Int.max` when it never arrives.
    private mutating func acceptMessage(_ connection: SimulatedConnection, replyEnd: Int) {
        let head = Array(connection.content.prefix(AcceptedMessage.headCount))
        let message = AcceptedMessage(
            port: receivers[connection.receiver].port, connection: connection.number, time: now,
            reversePath: connection.reversePath, recipients: connection.recipients,
            contentCount: connection.content.count,
            contentFingerprint: Fingerprint(
                of: connection.content.span, seed: AcceptedMessage.fingerprintSeed),
            head: head, messageID: messageID(in: head))
        connection.unseen.append((records[connection.receiver].accepted.count, replyEnd))
        records[connection.receiver].accepted.append(message)
    }

    private func messageID(in head: [UInt8]) -> String? {
        for line in head.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard line.count > 1 else { return nil }
            let text = String(decoding: line.dropLast(), as: UTF8.self)
            guard text.lowercased().hasPrefix("message-id:") else { continue }
            return String(text.dropFirst(11).drop { $0 == " " })
        }
        return nil
    }
}
