import Primitives
import Testing

@testable import SMTP

/// Transactions that are answered like the one before may be taken many at a time: it must come to the same as
/// one by one.
@Suite("Transaction answers")
struct TransactionAnswerTests {
    private static let verdicts = [
        "250 2.0.0 ok", "250 2.0.0 queued as 4711", "250 2.0.0 ", "250 2.1.0 ok", "250 ok", "250 2.0.0-ok",
        "251 2.0.0 ok", "250-2.0.0 two\r\n250 2.0.0 lines", "250 2.0.10 ok", "250 2.0.0", "250 5.0.0 ok",
        "550 5.7.1 no", "452 4.3.1 later", "421 4.3.2 closing", "nonsense",
    ]
    private static let assents = ["250 2.1.0 ok", "250 ok", "250 2.1.0 no"]

    @Test("Taken together or one by one, answers lead to the same", arguments: 0..<600)
    func sameAsOneByOne(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let recipients = Int.random(in: 1...18, using: &random)
        let transactions = Int.random(in: 2...8, using: &random)
        var session = Session.chunked(depth: 8, transactions: transactions, recipients: recipients)
        session.depth = 3
        var text = ""
        for transaction in 0..<transactions {
            for _ in 0..<recipients + (transaction == 0 ? 1 : 2) { text += choice(Self.assents, &random) + "\r\n" }
            text += choice(Self.verdicts, &random) + "\r\n"
        }
        if random.oneIn(10) { text += "250 2.0.0 unasked for\r\n" }
        var cuts = [0, text.utf8.count]
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            cuts.append(Int.random(in: 0...text.utf8.count, using: &random))
        }
        cuts.sort()
        let together = Story(text, cuts, by: session, together: true)
        let oneByOne = Story(text, cuts, by: session, together: false)
        #expect(together.lines == oneByOne.lines, "seed \(seed)")
    }

    @Test("All but the first two are taken together when only the last reply's words differ")
    func takesTogether() {
        var session = Session.chunked(depth: 8, transactions: 8, recipients: 2)
        session.depth = 3
        var text = "250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.1.5 ok\r\n250 2.0.0 ok\r\n"
        for number in 1..<8 {
            text += "250 2.0.0 ok\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.1.5 ok\r\n250 2.0.0 queued as \(number)\r\n"
        }
        let story = Story(text, [0, text.utf8.count], by: session, together: true)
        // The first has no RSET before it: it is not like the second.
        #expect(story.takenTogether == 6)
        #expect(story.session.isAtRest && story.session.depth == 8)
    }

    /// The first nearly always, so that answers are alike.
    private func choice(_ lines: [String], _ random: inout SeededRandom) -> String {
        random.oneIn(12) ? lines[Int.random(in: 0..<lines.count, using: &random)] : lines[0]
    }
}

/// What a session makes of replies, cut into pieces, and what it is like after each piece.
private struct Story {
    private(set) var lines: [String] = []
    private(set) var session: Session
    private(set) var takenTogether = 0
    private var parser = ReplyParser()

    init(_ text: String, _ cuts: [Int], by session: Session, together: Bool) {
        self.session = session
        let bytes = Array(text.utf8)
        for index in 1..<cuts.count {
            hear(Array(bytes[cuts[index - 1]..<cuts[index]]), together: together)
            let unsettled = (0..<self.session.openTransactions).map { self.session.unsettledRecipients(ofOpen: $0) }
            lines.append(
                "\(self.session.openTransactions) \(self.session.committedTransactions) \(unsettled) "
                    + "\(self.session.canBegin) \(self.session.isOver) \(self.session.depth) "
                    + String(describing: self.session.awaited))
        }
    }

    private mutating func hear(_ piece: [UInt8], together: Bool) {
        var cursor = 0
        while cursor < piece.count {
            let start = cursor
            let assents = session.takeAssents(in: piece.span, at: &cursor, by: &parser)
            let verdictStart = cursor
            switch parser.next(in: piece.span, at: &cursor) {
            case .needsInput, .line: continue
            case .fault(let fault):
                session.abandon()
                return lines.append("\(fault)")
            case .reply(let reply):
                let event = session.receive(reply, contentSent: true)
                guard event.isVerdictOnContent else {
                    if event != .proceed { lines.append("\(event)") }
                    continue
                }
                lines.append("\(event) \(reply)")
                let answer = TransactionAnswer(
                    assents: start..<verdictStart, count: assents, verdict: reply, in: piece.span)
                guard together, let answer else { continue }
                let count = session.takeAccepted(like: answer, in: piece.span, at: &cursor)
                takenTogether += count
                for _ in 0..<count { lines.append("\(event) \(reply)") }
            }
        }
    }
}
