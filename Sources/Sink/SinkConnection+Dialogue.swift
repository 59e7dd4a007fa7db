internal import Primitives
internal import SMTP

extension SinkConnection {
    /// Takes the client's bytes: replies are gathered, accepted messages are put on the desk.
    mutating func receive(_ input: Span<UInt8>, desk: inout SinkDesk) {
        guard phase == .serving else { return }
        var position = 0
        while true {
            let event = session.next(in: input, at: &position)
            switch event {
            case .needsInput:
                return
            case .content(let range):
                read(input.extracting(range))
            case .contentReturn:
                let carriageReturn: InlineArray<1, UInt8> = [0x0D]
                read(carriageReturn.span)
            case .hello, .mail, .recipient, .data, .chunkComplete, .messageComplete, .reset, .noop, .verify,
                .help, .quit, .fault:
                let answer = scripted(event, desk.script) ?? decide(event, input, &desk)
                var writer = gathered.writer(room: ReceiverSession.longestReply)
                session.answer(answer, to: event, into: &writer)
                gathered.take(writer)
                if session.isFinished { phase = .draining }
            }
        }
    }

    private mutating func read(_ content: Span<UInt8>) {
        record?.read(content)
        stored?.read(content)
    }

    /// The refusal that was asked for, if it hits this command.
    private mutating func scripted(_ event: ReceiverEvent, _ script: RefusalScript) -> ReceiverAnswer? {
        guard !script.isEmpty else { return nil }
        let stage: ScriptedRefusal.Stage
        switch event {
        case .mail: stage = .mail
        case .recipient: stage = .recipient
        case .data, .chunkComplete: stage = .data
        case .messageComplete: stage = .content
        case .needsInput, .content, .contentReturn, .hello, .reset, .noop, .verify, .help, .quit, .fault:
            return nil
        }
        commandCount += 1
        return script.answer(at: stage, session: sessionNumber, command: commandCount)
    }

    private mutating func decide(
        _ event: ReceiverEvent, _ input: Span<UInt8>, _ desk: inout SinkDesk
    ) -> ReceiverAnswer {
        switch event {
        case .hello:
            if record != nil { record?.hello(session.path(in: input)) }
            return .standard
        case .mail:
            guard !desk.isStopping else { return .hangUp(.stopping) }
            if let refusal = desk.refusalByLimit(source, messages: session.mailCount) { return refusal }
            beginMessage(input, at: desk.time)
            return .standard
        case .recipient:
            guard record != nil else { return .standard }
            let hasRoom = record?.add(recipient: session.path(in: input)) ?? true
            return hasRoom ? .standard : .refuse(.tooManyRecipients)
        case .messageComplete:
            return accept(&desk)
        case .needsInput, .content, .contentReturn, .data, .chunkComplete, .reset, .noop, .verify, .help,
            .quit,
            .fault:
            return .standard
        }
    }

    /// The path costs a copy of the session, so only a record asks for it.
    private mutating func beginMessage(_ input: Span<UInt8>, at time: Int64) {
        if record != nil {
            record?.beginMessage(
                from: session.path(in: input), time: time, keepingRecipients: session.recipientCount > 0)
        }
        stored?.beginMessage()
    }

    private mutating func accept(_ desk: inout SinkDesk) -> ReceiverAnswer {
        guard stored?.accept() ?? true else { return .refuse(.storeFull) }
        record?.appendLine(time: desk.time, byteCount: session.contentCount, to: &desk.lines)
        desk.count(recipients: session.recipientCount, bytes: session.contentCount)
        return .standard
    }
}

extension ReceiverRefusal {
    fileprivate static let stopping = ReceiverRefusal(421, "4.3.2", "Service is shutting down")
    fileprivate static let tooManyRecipients = ReceiverRefusal(452, "4.5.3", "Too many recipients")
    fileprivate static let storeFull = ReceiverRefusal(452, "4.3.1", "Message cannot be stored")
}
