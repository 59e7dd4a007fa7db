import Primitives

extension ReceiverSession {
    /// Writes the greeting: the server speaks first (RFC 5321 3.1). A refusal or `hangUp` ends the session.
    package mutating func greet(_ answer: ReceiverAnswer = .standard, into writer: inout ByteWriter) {
        switch answer {
        case .standard:
            writer.append("220 ")
            writer.append(offer.hostName)
            writer.append(" ESMTP\r\n")
        case .refuse(let refusal):
            append(refusal, into: &writer)
            stage = .finished
        case .hangUp(let lastWord):
            hangUp(lastWord, into: &writer)
        }
    }

    /// Writes the reply to the event that `next` has just returned, and moves the session on.
    ///
    /// - Parameter writer: with room for `longestReply` octets.
    package mutating func answer(
        _ answer: ReceiverAnswer, to event: ReceiverEvent, into writer: inout ByteWriter
    ) {
        precondition(awaitsAnswer && event.needsAnswer, "no event waits for this answer")
        awaitsAnswer = false
        switch answer {
        case .standard:
            accept(event, into: &writer)
        case .refuse(let refusal):
            refuse(event)
            append(refusal, into: &writer)
        case .hangUp(let lastWord):
            hangUp(lastWord, into: &writer)
        }
    }

    private mutating func accept(_ event: ReceiverEvent, into writer: inout ByteWriter) {
        switch event {
        case .needsInput, .content, .contentReturn:
            preconditionFailure("content has no answer of its own")
        case .hello(let extended):
            hello(extended, into: &writer)
        case .mail:
            transaction = .open
            contentCount = 0
            mailCount += 1
            append("250 ", "2.1.0 ", "Ok\r\n", into: &writer)
        case .recipient:
            recipientCount += 1
            append("250 ", "2.1.5 ", "Ok\r\n", into: &writer)
        case .data:
            stage = .content
            writer.append("354 End data with <CR><LF>.<CR><LF>\r\n")
        case .messageComplete, .reset:
            clearTransaction()
            append("250 ", "2.0.0 ", "Ok\r\n", into: &writer)
        case .chunkComplete, .noop:
            append("250 ", "2.0.0 ", "Ok\r\n", into: &writer)
        case .verify:
            append("252 ", "2.0.0 ", "Send some mail, it may be accepted\r\n", into: &writer)
        case .help:
            append("214 ", "2.0.0 ", "See RFC 5321\r\n", into: &writer)
        case .quit:
            append("221 ", "2.0.0 ", "Bye\r\n", into: &writer)
            stage = .finished
        case .fault(let fault):
            append(fault.refusal, into: &writer)
            if fault.isFatal { stage = .finished }
        }
    }

    /// HELO and EHLO also clear the transaction, as RSET does (RFC 5321 4.1.4).
    private mutating func hello(_ extended: Bool, into writer: inout ByteWriter) {
        isGreeted = true
        clearTransaction()
        guard !extended else { return offer.appendHello(into: &writer) }
        writer.append("250 ")
        writer.append(offer.hostName)
        writer.append("\r\n")
    }

    /// A refused command changes nothing, but a refused message is over, and a refused chunk leaves a failed
    /// transaction.
    private mutating func refuse(_ event: ReceiverEvent) {
        switch event {
        case .messageComplete:
            dropTransaction()
        case .chunkComplete:
            transaction = .failed
        case .fault(let fault):
            if fault.isFatal { stage = .finished }
        case .needsInput, .content, .contentReturn, .hello, .mail, .recipient, .data, .reset, .noop, .verify,
            .help, .quit:
            break
        }
    }

    private mutating func hangUp(_ lastWord: ReceiverRefusal?, into writer: inout ByteWriter) {
        if let lastWord { append(lastWord, into: &writer) }
        stage = .finished
    }

    private func append(_ refusal: ReceiverRefusal, into writer: inout ByteWriter) {
        writer.append(decimal: refusal.code)
        writer.append(" ")
        if offer.enhancedStatusCodes {
            writer.append(refusal.enhanced)
            writer.append(" ")
        }
        writer.append(refusal.text)
        writer.append("\r\n")
    }

    private func append(
        _ code: StaticString, _ enhanced: StaticString, _ text: StaticString, into writer: inout ByteWriter
    ) {
        writer.append(code)
        if offer.enhancedStatusCodes { writer.append(enhanced) }
        writer.append(text)
    }
}
