/// The stage of a message that a reply answered.
package enum Stage: Hashable, Sendable {
    case mail
    case recipient
    case data
    case content
}

/// What a reply means to the caller, who still holds the reply itself.
package enum SessionEvent: Hashable, Sendable {
    /// Nothing is decided; ask `nextCommand`.
    case proceed
    /// The hello is answered: messages may begin.
    case ready
    /// The reply is the verdict on `count` recipients of the oldest open message. When `isOver`, the message
    /// is finished and the next one is the oldest.
    case settled(count: Int, stage: Stage, isOver: Bool)
    /// The oldest message is finished; all its recipients had their verdicts before.
    case finished
    /// The server will not talk to us: greeting or hello refused.
    case rejected
    /// 421: the server is closing. What is not settled was not accepted, unless it is in doubt.
    case shutdown
    /// QUIT is answered.
    case farewell
    /// The dialogue makes no sense any more: close at once and believe nothing further.
    case fault(SessionFault)
}

extension SessionEvent {
    /// Whether a message is finished by the reply to its content.
    package var isVerdictOnContent: Bool {
        if case .settled(count: _, stage: .content, isOver: _) = self { true } else { false }
    }
}

/// Why a session cannot go on although the connection stands.
package enum SessionFault: Error, Hashable, Sendable {
    case syntax(ReplyFault)
    /// A reply nobody asked for.
    case unsolicited
    /// A reply class that its command cannot have.
    case impossibleReply
    /// RSET was refused: what the server still holds is unknown.
    case resetRefused
    /// A chunk was accepted although no recipient of its message was.
    case acceptedForNobody
    /// 354 after a refused MAIL: the server means another message than we do.
    case dataWithoutMail
    /// A final reply before the whole content was sent.
    case prematureReply
}

extension Session {
    /// What this reply means. Every path returns an event; after `rejected`, `shutdown` or `fault`, and after
    /// a 421 that settled a message, the session `isOver`.
    ///
    /// - Parameter contentSent: whether the kernel has taken all that was written. A final reply before that
    ///   answers something else than the dot: a refusal stands, an acceptance does not count (RFC 5321
    ///   4.1.1.4).
    ///
    /// Next: `Verdict.init`.
    package mutating func receive(_ reply: Reply, contentSent: Bool) -> SessionEvent {
        defer { refresh() }
        guard let command = takeOldestOwed() else {
            return end(with: reply.announcesShutdown ? .shutdown : .fault(.unsolicited))
        }
        isFilling = false
        if reply.announcesShutdown && !command.decides { return shutDown() }
        switch command {
        case .greeting: return greeted(reply)
        case .hello: return helloAnswered(reply)
        case .reset: return reply.severity == .success ? .proceed : end(with: .fault(.resetRefused))
        case .mail: return mailAnswered(reply)
        case .recipient: return recipientAnswered(reply)
        case .data: return dataAnswered(reply)
        case .content: return contentAnswered(reply, contentSent: contentSent)
        case .chunk: return chunkAnswered(reply, contentSent: contentSent)
        case .loneDot: return loneDotAnswered(reply)
        case .quit: return end(with: .farewell)
        }
    }

    /// Takes the replies that only let the dialogue go on: whole lines of success to RSET, MAIL and RCPT. Stops
    /// before the first that is anything else; `receive` tells what that one means.
    ///
    /// - Returns: how many there were.
    @discardableResult
    package mutating func takeAssents(
        in input: Span<UInt8>, at cursor: inout Int, by parser: inout ReplyParser
    ) -> Int {
        var count = 0
        while owed.oldest.isEnvelope, parser.passSuccess(in: input, at: &cursor) {
            switch owed.removeOldest() {
            case .mail: receiving.mailAccepted = true
            case .recipient:
                receiving.answered += 1
                receiving.accepted += 1
            case .greeting, .hello, .reset, .data, .content, .chunk, .loneDot, .quit, nil: break
            }
            count += 1
        }
        guard count > 0 else { return 0 }
        awaited = owed.oldest
        isFilling = false
        refresh()
        return count
    }

    private mutating func end(with event: SessionEvent) -> SessionEvent {
        abandon()
        return event
    }

    /// Commands are answered in their order: after 421 to one, none behind it is carried out.
    private mutating func shutDown() -> SessionEvent {
        committedTransactions = 0
        return end(with: .shutdown)
    }

    private mutating func greeted(_ reply: Reply) -> SessionEvent {
        switch reply.severity {
        case .success:
            phase = .helloWanted(extended: true)
            return .proceed
        case .intermediate: return end(with: .fault(.impossibleReply))
        case .transient, .permanent: return end(with: .rejected)
        }
    }

    /// A refused EHLO is tried once more as HELO, without extensions (RFC 5321 3.2): those that the caller
    /// may have read in the replies to either do not count.
    private mutating func helloAnswered(_ reply: Reply) -> SessionEvent {
        guard case .helloSent(let extended) = phase else { return end(with: .fault(.impossibleReply)) }
        switch reply.severity {
        case .success:
            if !extended { capabilities = Capabilities() }
            phase = .ready
            style = grouping.style(with: capabilities)
            return .ready
        case .intermediate: return end(with: .fault(.impossibleReply))
        case .permanent where extended:
            capabilities = Capabilities()
            phase = .helloWanted(extended: false)
            return .proceed
        case .transient, .permanent: return end(with: .rejected)
        }
    }

    private mutating func mailAnswered(_ reply: Reply) -> SessionEvent {
        switch reply.severity {
        case .success:
            receiving.mailAccepted = true
            return .proceed
        case .intermediate: return end(with: .fault(.impossibleReply))
        case .transient, .permanent:
            let count = receiving.expected
            receiving.mailRefused = true
            let isOver = awaited == nil
            if isOver { closeOldestTransaction() }
            return .settled(count: count, stage: .mail, isOver: isOver)
        }
    }

    private mutating func recipientAnswered(_ reply: Reply) -> SessionEvent {
        switch reply.severity {
        case .success:
            receiving.answered += 1
            receiving.accepted += 1
            return .proceed
        case .intermediate: return end(with: .fault(.impossibleReply))
        case .transient, .permanent:
            receiving.answered += 1
            if receiving.mailRefused { return .proceed }
            let isLast = receiving.answered == receiving.expected
            let isOver = isLast && receiving.accepted == 0 && awaited == nil
            if isOver { endWithoutContent() }
            return .settled(count: 1, stage: .recipient, isOver: isOver)
        }
    }

    private mutating func dataAnswered(_ reply: Reply) -> SessionEvent {
        switch reply.severity {
        case .success: return end(with: .fault(.impossibleReply))
        case .intermediate:
            if receiving.mailRefused { return end(with: .fault(.dataWithoutMail)) }
            writing = receiving.accepted > 0 ? .content : .loneDot
            return .proceed
        case .transient, .permanent:
            let count = receiving.mailRefused ? 0 : receiving.accepted
            endWithoutContent()
            return count == 0 ? .finished : .settled(count: count, stage: .data, isOver: true)
        }
    }

    private mutating func contentAnswered(_ reply: Reply, contentSent: Bool) -> SessionEvent {
        guard reply.severity != .intermediate else { return end(with: .fault(.impossibleReply)) }
        guard contentSent || reply.severity != .success else { return end(with: .fault(.prematureReply)) }
        let count = receiving.accepted
        closeOldestTransaction()
        if reply.severity != .success { contentRefused() }
        if reply.announcesShutdown { committedTransactions = 0 }
        if !contentSent || reply.announcesShutdown { abandon() }
        return .settled(count: count, stage: .content, isOver: true)
    }

    /// The answer to BDAT … LAST. When nobody was accepted the chunk's refusal is only expected; its
    /// acceptance would mean that the server took it for recipients we do not know of.
    private mutating func chunkAnswered(_ reply: Reply, contentSent: Bool) -> SessionEvent {
        guard receiving.mailRefused || receiving.accepted == 0 else {
            adaptDepth(to: reply)
            return contentAnswered(reply, contentSent: contentSent)
        }
        guard reply.severity != .success && reply.severity != .intermediate else {
            return end(with: .fault(.acceptedForNobody))
        }
        if reply.announcesShutdown { return shutDown() }
        closeOldestTransaction()
        return .finished
    }

    /// One more after each message that went well, half after one that did not.
    private mutating func adaptDepth(to reply: Reply) {
        depth = reply.severity == .success ? min(depth + 1, grouping.depth) : max(1, depth / 2)
    }

    private mutating func loneDotAnswered(_ reply: Reply) -> SessionEvent {
        guard reply.severity != .intermediate else { return end(with: .fault(.impossibleReply)) }
        closeOldestTransaction()
        return .finished
    }

    /// A server clears everything after a final reply, whatever it says (RFC 5321 4.1.1.4). One that forgot to
    /// after a refusal would give the next message to this one's recipients too: RSET comes first, and where
    /// the next envelope is already out without one, the session ends before its content.
    private mutating func contentRefused() {
        needsReset = true
        if style != .chunked && openTransactions > 0 { abandon() }
    }

    /// The message ends before its content: what the server holds of it is cleared by RSET before the next.
    private mutating func endWithoutContent() {
        needsReset = receiving.mailAccepted || receiving.accepted > 0
        closeOldestTransaction()
    }
}

extension OwedReplies.Command? {
    /// Whether success in answer to it changes nothing but how far the envelope is.
    fileprivate var isEnvelope: Bool {
        switch self {
        case .reset, .mail, .recipient: true
        case .greeting, .hello, .data, .content, .chunk, .loneDot, .quit, nil: false
        }
    }
}

extension OwedReplies.Command {
    /// Whether the reply decides about a message, or says farewell: 421 to these is more than a shutdown.
    fileprivate var decides: Bool {
        switch self {
        case .content, .chunk, .quit: true
        case .greeting, .hello, .reset, .mail, .recipient, .data, .loneDot: false
        }
    }
}
