import Primitives
import Testing

@testable import SMTP

@Suite("Session: random walks")
struct SessionWalkTests {
    @Test("Whatever the server says, the rules hold", arguments: 0..<1_000)
    func walk(seed: UInt64) {
        var walk = SessionWalk(seed: seed)
        for _ in 0..<300 where !walk.dialogue.session.isOver { walk.step() }
        #expect(walk.problems == [], "seed \(seed)\n\(walk.transcript.suffix(30).joined(separator: "\n"))")
    }

    @Test("The walks go where they should")
    func reach() {
        var ends: Set<String> = []
        for seed in 0..<1_000 as Range<UInt64> {
            var walk = SessionWalk(seed: seed)
            for _ in 0..<300 where !walk.dialogue.session.isOver { walk.step() }
            ends.formUnion(walk.visited)
        }
        let wanted = [
            "ready", "finished", "rejected", "shutdown", "farewell", "unsolicited", "impossibleReply",
            "resetRefused", "dataWithoutMail", "prematureReply", "mail", "recipient", "data", "content",
            "RSET",
            "lone dot", "two open",
        ]
        #expect(wanted.filter { !ends.contains($0) } == [])
    }
}

/// A session that takes every message it may, a server that answers anything, and what must be true of both.
///
/// The model knows only the bytes that were written and the replies that were given.
private struct SessionWalk {
    /// A message as the server's replies have it.
    struct Model {
        var recipients: Int
        var mailAccepted = false
        var mailRefused = false
        var accepted = 0
        var dataGranted = false
        var contentWritten = false
        var contentRefused = false
        var dotWritten = false
        var verdicts = 0
    }

    enum Command: Equatable {
        case greeting, hello, reset, quit
        case mail(Int)
        case recipient(Int)
        case data(Int)
        case content(Int)
        case dot(Int)
    }

    var dialogue: SessionDialogue
    private(set) var problems: [String] = []
    private(set) var transcript: [String] = []
    /// Names of events, stages and writes that have come up.
    private(set) var visited: Set<String> = []
    private var random: SeededRandom
    private var models: [Model] = []
    /// Commands without a reply, oldest first.
    private var owed: [Command] = [.greeting]
    private var lastWritten = Command.greeting
    private let isPipelined: Bool

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        isPipelined = random.oneIn(4) == false
        dialogue = SessionDialogue(grouping: random.oneIn(4) ? .lockstep : .grouped)
    }

    mutating func step() {
        addMessages()
        if dialogue.session.openTransactions == 0 && random.oneIn(60) { dialogue.session.leave() }
        if random.oneIn(5) == false { note(written: dialogue.write()) }
        checkState()
        answer()
        checkState()
    }

    private mutating func addMessages() {
        guard dialogue.waiting.count < 2 else { return }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let recipients = Int.random(in: 1...4, using: &random)
            dialogue.add(recipients: recipients)
            models.append(Model(recipients: recipients))
        }
    }

    // MARK: What is written

    private mutating func note(written text: String) {
        let lines = text.split(separator: "\r\n").map(String.init)
        transcript += lines.map { "C: \($0)" }
        var isContent = false
        for line in lines {
            // The dot behind a letter is a part of it.
            if line == "." && isContent {
                isContent = false
            } else {
                isContent = line.hasPrefix("Letter")
                note(command: line)
            }
        }
    }

    private mutating func note(command line: String) {
        let command = parsed(line)
        // One command at a time, unless the server wants more.
        if !isPipelined && !owed.isEmpty { problems.append("\(line) before the reply to \(owed)") }
        check(command, line)
        if command == .reset { visited.insert("RSET") }
        owed.append(command)
        lastWritten = command
    }

    private func parsed(_ line: String) -> Command {
        let newest = (dialogue.open.last?.number ?? 0) - 1
        switch line.split(separator: " ").first {
        case "EHLO", "HELO": return .hello
        case "RSET": return .reset
        case "QUIT": return .quit
        case "MAIL": return .mail(newest)
        case "RCPT": return .recipient(newest)
        case "DATA": return .data(newest)
        case ".": return .dot((dialogue.open.first?.number ?? 0) - 1)
        case _: return .content((Int(line.dropFirst("Letter ".count)) ?? 0) - 1)
        }
    }

    private mutating func check(_ command: Command, _ line: String) {
        switch command {
        case .mail(let number): checkReset(before: number)
        case .content(let number):
            let model = models[number]
            if !model.mailAccepted || model.accepted == 0 || !model.dataGranted || model.contentWritten {
                problems.append("\(line) although \(model)")
            }
            models[number].contentWritten = true
        case .dot(let number):
            visited.insert("lone dot")
            if models[number].accepted > 0 || !models[number].dataGranted {
                problems.append("a lone dot although \(models[number])")
            }
            models[number].dotWritten = true
        case .quit: if !dialogue.open.isEmpty { problems.append("QUIT with a message open") }
        case .greeting, .hello, .reset, .recipient, .data: break
        }
    }

    /// RSET stands before MAIL exactly when the server still holds something of the message before.
    private mutating func checkReset(before number: Int) {
        let hasReset = lastWritten == .reset
        guard number > 0 else { return }
        let before = models[number - 1]
        let endedEarly = !before.contentWritten && !before.dotWritten
        let isHeld = before.contentRefused || endedEarly && (before.mailAccepted || before.accepted > 0)
        if hasReset != isHeld { problems.append("RSET: \(hasReset), needed: \(isHeld)") }
    }

    // MARK: What is answered

    private mutating func answer() {
        guard !owed.isEmpty || random.oneIn(100) else { return }
        let command = owed.first
        let code = code(for: command)
        let contentSent = random.oneIn(30) == false
        var lines = ["\(code) \(code / 100).1.0 x"]
        if random.oneIn(5) || command == .hello { lines = ["\(code)-x", "\(code) x"] }
        if command == .hello && isPipelined { lines[1] = "\(code) PIPELINING" }
        if !owed.isEmpty { owed.removeFirst() }
        noteReply(code, to: command)
        for line in lines { hear(line, contentSent: contentSent, answering: command) }
    }

    private mutating func code(for command: Command?) -> Int {
        if random.oneIn(80) { return 421 }
        let any = [250, 251, 299, 354, 450, 451, 459, 503, 550, 554, 599]
        if random.oneIn(8) { return any[Int.random(in: 0..<any.count, using: &random)] }
        if case .data = command { return 354 }
        if case .recipient = command, random.oneIn(3) { return 550 }
        return 250
    }

    private mutating func noteReply(_ code: Int, to command: Command?) {
        guard code != 421 else { return }
        switch command {
        case .mail(let number):
            models[number].mailAccepted = code < 300
            models[number].mailRefused = code >= 400
        case .recipient(let number): if code < 300 { models[number].accepted += 1 }
        case .data(let number): models[number].dataGranted = (300..<400).contains(code)
        case .content(let number): models[number].contentRefused = code >= 400
        case .greeting, .hello, .reset, .quit, .dot, nil: break
        }
    }

    private mutating func hear(_ line: String, contentSent: Bool, answering command: Command?) {
        transcript.append("S: \(line)")
        let oldest = dialogue.open.first
        guard let event = dialogue.hear(line, contentSent: contentSent) else { return }
        transcript.append("E: \(event)")
        switch event {
        case .settled(let count, let stage, let isOver):
            visited.insert("\(stage)")
            check(count, stage, isOver, of: oldest, answering: command)
        case .finished:
            visited.insert("finished")
            checkFinished(oldest)
        case .fault(let fault): visited.insert("\(fault)")
        case .proceed, .ready, .rejected, .shutdown, .farewell: visited.insert("\(event)")
        }
        if event.isEnd && !dialogue.session.isOver { problems.append("\(event), but not over") }
    }

    private mutating func check(
        _ count: Int, _ stage: Stage, _ isOver: Bool, of message: SessionDialogue.Message?,
        answering command: Command?
    ) {
        guard let message else { return problems.append("a verdict without a message") }
        let index = message.number - 1
        models[index].verdicts += count
        let (expectedCommand, expectedCount): (Command, Int) =
            switch stage {
            case .mail: (.mail(index), message.recipients)
            case .recipient: (.recipient(index), 1)
            case .data: (.data(index), models[index].accepted)
            case .content: (.content(index), models[index].accepted)
            }
        if command != expectedCommand || count != expectedCount {
            problems.append("\(count) at \(stage) by the reply to \(String(describing: command))")
        }
        if isOver { checkFinished(message) }
    }

    private mutating func checkFinished(_ message: SessionDialogue.Message?) {
        guard let message else { return problems.append("no message to be finished") }
        let model = models[message.number - 1]
        if model.verdicts != model.recipients { problems.append("finished although \(model)") }
    }

    // MARK: What is true at any time

    private mutating func checkState() {
        let session = dialogue.session
        let committed = dialogue.open.prefix { models[$0.number - 1].contentWritten }.count
        if session.openTransactions != dialogue.open.count || session.openTransactions > 2 {
            problems.append("\(session.openTransactions) open, \(dialogue.open.count) begun")
        }
        if session.committedTransactions != committed || committed > 1 {
            problems.append("\(session.committedTransactions) committed, \(committed) written")
        }
        if dialogue.open.count == 2 { visited.insert("two open") }
        for (index, message) in dialogue.open.enumerated() {
            let unsettled = session.unsettledRecipients(ofOpen: index)
            let verdicts = models[message.number - 1].verdicts
            if unsettled + verdicts != message.recipients {
                problems.append("\(unsettled) unsettled and \(verdicts) verdicts of \(message)")
            }
        }
        checkAwaited()
    }

    private mutating func checkAwaited() {
        guard !dialogue.session.isOver else { return }
        let awaited: OwedReplies.Command? =
            switch owed.first {
            case .greeting: .greeting
            case .hello: .hello
            case .reset: .reset
            case .quit: .quit
            case .mail: .mail
            case .recipient: .recipient
            case .data: .data
            case .content: .content
            case .dot: .loneDot
            case nil: nil
            }
        if dialogue.session.awaited != awaited { problems.append("awaits another reply than \(owed)") }
    }
}

extension SessionEvent {
    fileprivate var isEnd: Bool {
        switch self {
        case .rejected, .shutdown, .farewell, .fault: true
        case .proceed, .ready, .settled, .finished: false
        }
    }
}
