import Primitives
import Testing

@testable import SMTP

/// A client session in a test, with messages to send: it writes whatever it may, and hears replies as bytes.
struct SessionDialogue {
    /// Message n goes to `a<n>@x.test`, `b<n>@x.test` and so on, and reads `Letter <n>`.
    struct Message: Equatable {
        var number: Int
        var recipients: Int
    }

    var session: Session
    /// Messages that are begun as soon as the session takes one.
    private(set) var waiting: [Message] = []
    /// Messages that were begun and are not finished, oldest first.
    private(set) var open: [Message] = []
    private var parser = ReplyParser()
    private var lastNumber = 0

    init(grouping: Grouping = .grouped, messages: Int = 0, recipients: Int = 1) {
        session = Session(grouping: grouping)
        for _ in 0..<messages { add(recipients: recipients) }
    }

    mutating func add(recipients: Int) {
        lastNumber += 1
        waiting.append(Message(number: lastNumber, recipients: recipients))
    }

    /// Everything that the session says now, in one piece.
    mutating func write() -> String {
        var buffer = ByteBuffer(capacity: 65_536)
        var writer = buffer.writer()
        repeat {
            while let command = session.nextCommand() { encode(command, into: &writer) }
        } while beginMessage()
        #expect(!writer.overflowed)
        let bytes = buffer.bytes(0..<writer.count)
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    private mutating func beginMessage() -> Bool {
        guard session.canBegin, !waiting.isEmpty else { return false }
        open.append(waiting.removeFirst())
        session.begin(recipients: open[open.count - 1].recipients)
        return true
    }

    private func encode(_ command: SessionCommand, into writer: inout ByteWriter) {
        switch command {
        case .hello(let extended):
            CommandWriter.hello(Array("us.example".utf8).span, extended: extended, into: &writer)
        case .reset: CommandWriter.reset(into: &writer)
        case .mail: CommandWriter.mail(from: Array("news@us.example".utf8).span, size: nil, into: &writer)
        case .recipient(let index): encode(recipient: index, into: &writer)
        case .data: CommandWriter.data(into: &writer)
        case .content:
            writer.append(Array("Letter \(open.first?.number ?? 0)\r\n".utf8).span)
            CommandWriter.dot(into: &writer)
        case .transaction(let afterReset):
            if afterReset { CommandWriter.reset(into: &writer) }
            encode(.mail, into: &writer)
            for index in 0..<(open.last?.recipients ?? 0) { encode(recipient: index, into: &writer) }
            let letter = "Letter \(open.last?.number ?? 0)\r\n"
            CommandWriter.lastChunk(count: letter.utf8.count, into: &writer)
            writer.append(Array(letter.utf8).span)
        case .loneDot: CommandWriter.dot(into: &writer)
        case .quit: CommandWriter.quit(into: &writer)
        }
    }

    private func encode(recipient index: Int, into writer: inout ByteWriter) {
        let letter = Character(Unicode.Scalar(UInt8(0x61 + index)))
        let address = "\(letter)\(open.last?.number ?? 0)@x.test"
        CommandWriter.recipient(Array(address.utf8).span, into: &writer)
    }

    /// What the session makes of a line of the server's; nil while the reply goes on.
    mutating func hear(_ line: String, contentSent: Bool = true) -> SessionEvent? {
        let input = Array((line + "\r\n").utf8)
        var cursor = 0
        let step = parser.next(in: input.span, at: &cursor)
        #expect(cursor == input.count)
        switch step {
        case .needsInput: return nil
        case .line:
            noteCapability(input)
            return nil
        case .reply(let reply):
            noteCapability(input)
            let event = session.receive(reply, contentSent: contentSent)
            finishMessage(event)
            return event
        case .fault(let fault):
            session.abandon()
            return .fault(.syntax(fault))
        }
    }

    private mutating func noteCapability(_ input: [UInt8]) {
        guard session.awaited == .hello else { return }
        var buffer = ByteBuffer(capacity: 512)
        var writer = buffer.writer()
        parser.copyText(from: input.span, into: &writer)
        session.capabilities.note(buffer.bytes(0..<writer.count))
    }

    private mutating func finishMessage(_ event: SessionEvent) {
        switch event {
        case .finished, .settled(count: _, stage: _, isOver: true): open.removeFirst()
        case .proceed, .ready, .settled, .rejected, .shutdown, .farewell, .fault: break
        }
    }
}

/// A dialogue as text, played line by line:
///
///     S: 220 hello       the server's line, all of what was written before being sent
///     S~ 550 stop        the same while what was written is still on its way
///     E: ready           what the session made of the reply (nothing when there is nothing to tell)
///     C: QUIT            what the session writes then; consecutive lines are one write
///     + 2                a message to two recipients is there to be sent
///     Q                  the session is asked to leave
///     = 2 1 [1, 3]       open and committed messages, and the unsettled recipients of each open one
///
/// The transcript of what happens must be the text itself.
func expectDialogue(
    _ script: String, grouping: Grouping = .grouped, messages: Int = 0, recipients: Int = 1,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let lines = script.split(separator: "\n").map(String.init)
    var player = DialoguePlayer(
        dialogue: SessionDialogue(grouping: grouping, messages: messages, recipients: recipients))
    for line in lines { player.play(line) }
    player.write()
    let happened = player.transcript.joined(separator: "\n")
    #expect(happened == lines.joined(separator: "\n"), sourceLocation: sourceLocation)
}

private struct DialoguePlayer {
    var dialogue: SessionDialogue
    private(set) var transcript: [String] = []

    init(dialogue: SessionDialogue) { self.dialogue = dialogue }

    mutating func play(_ line: String) {
        // Replies that follow each other come in one piece: nothing is written between them.
        if !line.hasPrefix("S") && !line.hasPrefix("E") { write() }
        switch line.first {
        case "S":
            transcript.append(line)
            let event = dialogue.hear(String(line.dropFirst(3)), contentSent: !line.hasPrefix("S~"))
            if let event, event != .proceed { transcript.append("E: \(words(event))") }
        case "+":
            transcript.append(line)
            dialogue.add(recipients: Int(line.dropFirst(2)) ?? 0)
        case "Q":
            transcript.append(line)
            dialogue.session.leave()
        case "=":
            let session = dialogue.session
            let unsettled = (0..<session.openTransactions).map { session.unsettledRecipients(ofOpen: $0) }
            transcript.append("= \(session.openTransactions) \(session.committedTransactions) \(unsettled)")
        case _: break
        }
    }

    mutating func write() {
        let written = dialogue.write()
        guard !written.isEmpty else { return }
        #expect(written.hasSuffix("\r\n"))
        transcript += written.split(separator: "\r\n").map { "C: \($0)" }
    }

    private func words(_ event: SessionEvent) -> String {
        let end = dialogue.session.isOver ? "; goodbye" : ""
        switch event {
        case .settled(let count, let stage, let isOver):
            return "\(stage) settles \(count)\(isOver ? ", finished" : "")\(end)"
        case .fault(let fault): return "\(fault)\(end)"
        case .proceed, .ready, .finished, .rejected, .shutdown, .farewell: return "\(event)\(end)"
        }
    }
}

/// The start of a session with PIPELINING.
let pipelined = """
    S: 220 them.example
    C: EHLO us.example
    S: 250-them.example
    S: 250 PIPELINING
    E: ready
    """

/// The start of a session without.
let plain = """
    S: 220 them.example
    C: EHLO us.example
    S: 250 them.example
    E: ready
    """
