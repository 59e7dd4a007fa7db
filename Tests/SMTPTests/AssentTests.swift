import Primitives
import Testing

@testable import SMTP

/// Replies that decide nothing may be taken many at a time: it must come to the same as one by one.
@Suite("Assents")
struct AssentTests {
    private static let lines = [
        "250 2.0.0 ok", "250 ok", "250 2.1.5 recipient ok", "250-two\r\n250 lines", "251 user not local", "250",
        "550 5.1.1 no", "452 4.3.1 later", "354 go", "421 4.3.2 closing", "nonsense",
    ]

    @Test("Taken together or one by one, replies lead to the same", arguments: 0..<500)
    func sameAsOneByOne(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let recipients = Int.random(in: 1...20, using: &random)
        var session = Session.chunked(
            depth: 4, transactions: Int.random(in: 1...2, using: &random), recipients: recipients)
        var text = ""
        for _ in 0..<Int.random(in: 1...50, using: &random) {
            // Nearly all good, so that the walk comes far.
            let choice =
                random.oneIn(20) ? Int.random(in: 0..<Self.lines.count, using: &random) : random.oneIn(2) ? 0 : 1
            text += Self.lines[choice] + "\r\n"
        }
        var cuts = [0, text.utf8.count]
        for _ in 0..<3 { cuts.append(Int.random(in: 0...text.utf8.count, using: &random)) }
        cuts.sort()
        let together = heard(text, cuts, by: session, together: true)
        let oneByOne = heard(text, cuts, by: session, together: false)
        #expect(together == oneByOne, "seed \(seed)")
        session.abandon()
    }

    /// What the session makes of the bytes, cut into pieces, and what it is like after each.
    private func heard(_ text: String, _ cuts: [Int], by start: Session, together: Bool) -> [String] {
        var session = start
        var parser = ReplyParser()
        var story: [String] = []
        let bytes = Array(text.utf8)
        for index in 1..<cuts.count {
            let piece = Array(bytes[cuts[index - 1]..<cuts[index]])
            var cursor = 0
            while cursor < piece.count {
                if together { session.takeAssents(in: piece.span, at: &cursor, by: &parser) }
                guard case .reply(let reply) = parser.next(in: piece.span, at: &cursor) else { continue }
                let event = session.receive(reply, contentSent: true)
                if event != .proceed { story.append("\(event)") }
            }
            let unsettled = (0..<session.openTransactions).map { session.unsettledRecipients(ofOpen: $0) }
            story.append(
                "\(session.openTransactions) \(session.committedTransactions) \(unsettled) \(session.canBegin) "
                    + "\(session.isOver) \(String(describing: session.awaited))")
        }
        return story
    }
}
