import Primitives

/// The server side of one SMTP session: bytes of the client in, events out, replies into a writer.
///
/// No heap, no I/O, no clock. The owner says the greeting with `greet`, then calls `next` until
/// `needsInput`; an event that `needsAnswer` is answered before the next call. When `isFinished`, the
/// replies are to be flushed and the connection closed. Input may be cut anywhere, and everything the client
/// sends is an event: nothing traps.
///
/// Next: `ReceiverSession.next`.
package struct ReceiverSession: Sendable {
    /// Octets of a command line, its line end included; RFC 5321 4.5.3.1.4 asks for 512 and more for extensions.
    package static let longestLine = 1_024
    /// Octets that an answer needs at most in its writer.
    package static let longestReply = 1_024

    enum Stage {
        case command
        /// After DATA: content with dots.
        case content
        /// After BDAT: so many octets still to come.
        case chunk(remaining: Int, isLast: Bool)
        /// The same, for a BDAT that is refused: its octets are dropped (RFC 3030 2).
        case refusedChunk(remaining: Int, ReceiverFault)
        case finished
    }

    enum Transaction {
        case none
        /// MAIL is accepted, perhaps some RCPT.
        case open
        /// A BDAT of this transaction is accepted.
        case chunked
        /// A BDAT failed: the state is indeterminate until RSET (RFC 3030 2).
        case failed
    }

    package let offer: ReceiverOffer
    var stage = Stage.command {
        didSet { isFinished = if case .finished = stage { true } else { false } }
    }
    /// Whether the session is over: nothing of the client is read any more.
    ///
    /// Asked after every answer, so kept at hand: to work it out would copy the session.
    package private(set) var isFinished = false
    var transaction = Transaction.none
    var isGreeted = false
    var usesUTF8 = false
    var awaitsAnswer = false
    /// Accepted recipients of this transaction. None at a `mail` event, unless the receiver forgets to clear:
    /// then those of a failed transaction, which the owner must keep as well.
    package internal(set) var recipientCount = 0
    /// Accepted MAIL commands of this session.
    package internal(set) var mailCount = 0
    /// Octets of the content so far, dots removed.
    package internal(set) var contentCount = 0
    var unstuffer = DotUnstuffer()
    var line = ReceiverLine()
    var lastPath = 0..<0

    package init(offer: ReceiverOffer) {
        self.offer = offer
    }

    /// Reads the client's bytes from `position` on, moves it behind them, and returns what they mean.
    package mutating func next(in input: Span<UInt8>, at position: inout Int) -> ReceiverEvent {
        precondition(!awaitsAnswer, "the event before this one has no answer yet")
        let event = advance(in: input, at: &position)
        awaitsAnswer = event.needsAnswer
        return event
    }

    /// The address of the `mail` or `recipient` event that has just been returned, without its brackets, or
    /// the name that came with `hello`, as it stood there.
    ///
    /// - Parameter input: the input of that call.
    @_lifetime(borrow self, copy input)
    package func path(in input: Span<UInt8>) -> Span<UInt8> {
        if line.isCarried { return line.carried.extracting(lastPath) }
        return input.extracting(lastPath)
    }

    private mutating func advance(in input: Span<UInt8>, at position: inout Int) -> ReceiverEvent {
        while true {
            switch stage {
            case .command:
                if let event = command(in: input, at: &position) { return event }
            case .content:
                return content(in: input, at: &position)
            case .chunk(let remaining, let isLast):
                if let event = chunk(in: input, at: &position, remaining, isLast) { return event }
            case .refusedChunk(let remaining, let fault):
                return refusedChunk(in: input, at: &position, remaining, fault)
            case .finished:
                position = input.count
                return .needsInput
            }
        }
    }
}

extension ReceiverSession {
    /// Nil after BDAT: its octets come first.
    private mutating func command(in input: Span<UInt8>, at position: inout Int) -> ReceiverEvent? {
        let start = position
        let command: ReceiverCommand
        switch line.next(in: input, at: &position) {
        case .needsInput: return .needsInput
        case .tooLong: return .fault(.lineTooLong)
        case .carried: command = ReceiverCommand(line: line.carried, offer: offer)
        case .here(let end): command = ReceiverCommand(line: input.extracting(start..<end), offer: offer)
        }
        return judge(command, lineStart: line.isCarried ? 0 : start)
    }

    private mutating func judge(_ command: ReceiverCommand, lineStart: Int) -> ReceiverEvent? {
        switch command {
        case .hello(let name, let extended):
            lastPath = lineStart + name.lowerBound..<lineStart + name.upperBound
            return .hello(extended: extended)
        case .mail(let path, let size, let usesUTF8):
            return mail(path, lineStart, declaredSize: size, usesUTF8)
        case .recipient(let path): return recipient(path, lineStart)
        case .data: return data()
        case .chunk(let count, let isLast):
            beginChunk(count, isLast)
            return nil
        case .reset: return .reset
        case .noop: return .noop
        case .verify: return .verify
        case .help: return .help
        case .quit: return .quit
        case .wrong(let fault): return .fault(fault)
        }
    }

    private mutating func mail(
        _ path: ReceiverPath, _ lineStart: Int, declaredSize: Int, _ usesUTF8: Bool
    ) -> ReceiverEvent {
        guard isGreeted else { return .fault(.noHello) }
        if let fault = mailFault { return .fault(fault) }
        if let limit = offer.mailLimit, mailCount >= limit { return .fault(.tooManyMessages) }
        if isAboveLimit(declaredSize) { return .fault(.declaredTooLarge) }
        guard path.isASCII || usesUTF8 else { return .fault(.addressNeedsUTF8) }
        self.usesUTF8 = usesUTF8
        lastPath = lineStart + path.range.lowerBound..<lineStart + path.range.upperBound
        return .mail
    }

    private var mailFault: ReceiverFault? {
        guard !offer.forgetsToClear else { return nil }
        switch transaction {
        case .none: return nil
        case .open, .chunked: return .badSequence
        case .failed: return .needsReset
        }
    }

    private mutating func recipient(_ path: ReceiverPath, _ lineStart: Int) -> ReceiverEvent {
        switch transaction {
        case .open: break
        case .none: return .fault(.noMail)
        case .chunked: return .fault(.badSequence)
        case .failed: return .fault(.needsReset)
        }
        if let limit = offer.recipientLimit, recipientCount >= limit { return .fault(.tooManyRecipients) }
        guard path.isASCII || usesUTF8 else { return .fault(.addressNeedsUTF8) }
        lastPath = lineStart + path.range.lowerBound..<lineStart + path.range.upperBound
        return .recipient
    }

    private mutating func data() -> ReceiverEvent {
        switch transaction {
        case .none: return .fault(.noMail)
        case .failed: return .fault(.needsReset)
        case .chunked:
            transaction = .failed
            return .fault(.badSequence)
        case .open:
            guard recipientCount > 0 || offer.answersDataWithoutRecipients else {
                return .fault(.noRecipients)
            }
            return .data
        }
    }

    func isAboveLimit(_ count: Int) -> Bool {
        guard let limit = offer.sizeLimit, limit > 0 else { return false }
        return count > limit
    }
}

/// The command line that is being read: left in the input when it came whole, kept here when it came in parts.
struct ReceiverLine: Sendable {
    enum Turn {
        case needsInput
        /// The line is in the input and ends before this index.
        case here(end: Int)
        /// The line is `carried`.
        case carried
        case tooLong
    }

    private var bytes = InlineArray<1_024, UInt8>(repeating: 0)
    private var count = 0
    private var isComplete = false
    /// The rest of a line that is too long is dropped up to its LF.
    private var isSkipping = false

    /// Whether the last line came in parts.
    var isCarried: Bool { isComplete }

    /// The line that came in parts, without its line end.
    var carried: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(0..<count) }
    }

    /// Reads up to the next line end: CRLF, or a bare LF, which does no harm between commands.
    mutating func next(in input: Span<UInt8>, at position: inout Int) -> Turn {
        if isComplete { forget() }
        let start = position
        guard let lineFeed = input.firstIndex(of: 0x0A, from: start) else {
            keep(input.extracting(start..<input.count))
            position = input.count
            return .needsInput
        }
        position = lineFeed + 1
        if count == 0 && !isSkipping && position - start <= ReceiverSession.longestLine {
            return .here(end: input.endBeforeReturn(start..<lineFeed))
        }
        keep(input.extracting(start..<lineFeed))
        guard !isSkipping else {
            forget()
            return .tooLong
        }
        isComplete = true
        count = carried.endBeforeReturn(0..<count)
        return .carried
    }

    private mutating func keep(_ part: Span<UInt8>) {
        guard !isSkipping && count + part.count < ReceiverSession.longestLine else {
            isSkipping = true
            return
        }
        for index in part.indices { bytes[count + index] = part[index] }
        count += part.count
    }

    private mutating func forget() {
        count = 0
        isComplete = false
        isSkipping = false
    }
}

extension Span<UInt8> {
    /// The end of the line without the CR of its CRLF.
    fileprivate func endBeforeReturn(_ line: Range<Int>) -> Int {
        guard let last = line.last, self[last] == 0x0D else { return line.upperBound }
        return last
    }
}
