import Testing

@testable import SMTP

@Suite("Session: ends in the middle")
struct SessionBreakdownTests {
    private static let envelope = """
        \(pipelined)
        C: MAIL FROM:<news@us.example>
        C: RCPT TO:<a1@x.test>
        C: RCPT TO:<b1@x.test>
        C: DATA
        """

    private static let content = """
        \(envelope)
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 354 go
        C: Letter 1
        C: .
        C: MAIL FROM:<news@us.example>
        C: RCPT TO:<a2@x.test>
        C: RCPT TO:<b2@x.test>
        C: DATA
        """

    @Test(
        "421 before the content: nothing was accepted, and nothing more is said",
        arguments: [
            ([], "= 1 0 [2]"), (["250 ok"], "= 1 0 [2]"), (["250 ok", "250 ok"], "= 1 0 [2]"),
            (["250 ok", "250 ok", "250 ok"], "= 1 0 [2]"),
        ])
    func shutdown(replies: [String], state: String) {
        let before = replies.map { "S: \($0)\n" }.joined()
        expectDialogue(
            "\(Self.envelope)\n\(before)S: 421 closing\nE: shutdown; goodbye\n\(state)",
            messages: 2, recipients: 2)
    }

    @Test("421 leaves the verdicts before it as they are")
    func shutdownAfterVerdicts() {
        expectDialogue(
            "\(Self.envelope)\nS: 250 ok\nS: 550 no\nE: recipient settles 1\nS: 421 x\nE: shutdown; goodbye\n= 1 0 [1]",
            messages: 2, recipients: 2)
        expectDialogue(
            "\(Self.envelope)\nS: 550 no\nE: mail settles 2\nS: 421 x\nE: shutdown; goodbye\n= 1 0 [0]",
            messages: 2, recipients: 2)
    }

    @Test("421 to the content is the verdict on it, and then the end")
    func shutdownAtContent() {
        expectDialogue(
            """
            \(Self.content)
            S: 421 closing
            E: content settles 2, finished; goodbye
            = 1 0 [2]
            """, messages: 3, recipients: 2)
    }

    @Test("421 to a lone dot and to RSET")
    func shutdownAtLoneDotAndReset() {
        let refused = """
            \(Self.envelope)
            S: 250 ok
            S: 550 no
            E: recipient settles 1
            S: 550 no
            E: recipient settles 1
            """
        expectDialogue(
            "\(refused)\nS: 354 go\nC: .\nS: 421 x\nE: shutdown; goodbye\n= 1 0 [0]", messages: 1,
            recipients: 2)
        expectDialogue(
            """
            \(refused)
            S: 503 no
            E: finished
            C: RSET
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: RCPT TO:<b2@x.test>
            C: DATA
            S: 421 x
            E: shutdown; goodbye
            = 1 0 [2]
            """, messages: 2, recipients: 2)
    }

    /// Whoever takes the open messages back would else take the settled one again and forget the last.
    @Test("421 to the chunk of a message that was refused leaves it open, and only the next one unsettled")
    func shutdownAtChunkForNobody() {
        var dialogue = SessionDialogue(grouping: .chunked(), messages: 3, recipients: 1)
        for line in ["220 hello", "250-hello", "250-PIPELINING", "250 CHUNKING", "250 ok", "250 ok", "250 ok"] {
            _ = dialogue.write()
            _ = dialogue.hear(line)
        }
        _ = dialogue.write()
        #expect(dialogue.session.openTransactions == 2)
        let events = ["250 ok", "451 later", "503 no", "421 closing"].map { dialogue.hear($0) }
        #expect(events == [.proceed, .settled(count: 1, stage: .mail, isOver: false), .proceed, .shutdown])
        #expect(dialogue.session.openTransactions == 2)
        #expect((0..<2).map { dialogue.session.unsettledRecipients(ofOpen: $0) } == [0, 1])
    }

    @Test(
        "A class that the command cannot have ends the session, and nobody is forgotten",
        arguments: [
            (["354 what"], 2), (["250 ok", "354 what"], 2), (["250 ok", "250 ok", "354 what"], 2),
            (["250 ok", "250 ok", "250 ok", "250 what"], 2),
        ])
    func impossible(replies: [String], unsettled: Int) {
        let script = replies.map { "S: \($0)\n" }.joined()
        expectDialogue(
            "\(Self.envelope)\n\(script)E: impossibleReply; goodbye\n= 1 0 [\(unsettled)]", messages: 1,
            recipients: 2)
    }

    @Test("A 3xx to a lone dot is the end; the message had its verdicts")
    func impossibleAtLoneDot() {
        expectDialogue(
            """
            \(Self.envelope)
            S: 250 ok
            S: 550 no
            E: recipient settles 1
            S: 550 no
            E: recipient settles 1
            S: 354 go
            C: .
            S: 354 what
            E: impossibleReply; goodbye
            = 1 0 [0]
            """, messages: 1, recipients: 2)
    }

    @Test("An acceptance before the whole content was sent does not count: the message is in doubt")
    func prematureAcceptance() {
        expectDialogue(
            """
            \(Self.content)
            S~ 250 accepted
            E: prematureReply; goodbye
            = 2 1 [2, 2]
            """, messages: 3, recipients: 2)
    }

    @Test("A refusal before the whole content was sent stands, and is the end", arguments: [451, 552, 421])
    func prematureRefusal(code: Int) {
        expectDialogue(
            """
            \(Self.content)
            S~ \(code) stop
            E: content settles 2, finished; goodbye
            = 1 0 [2]
            """, messages: 3, recipients: 2)
    }

    @Test("A reply to the envelope may come before all of it was sent")
    func earlyEnvelopeReplies() {
        expectDialogue(
            """
            \(Self.envelope)
            S~ 250 ok
            S~ 550 no
            E: recipient settles 1
            S~ 250 ok
            = 1 0 [1]
            """, messages: 1, recipients: 2)
    }

    @Test("One reply too many is the end; what was matched stands")
    func unsolicited() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 354 go
            C: Letter 1
            C: .
            S: 250 accepted
            E: content settles 1, finished
            S: 250 accepted
            E: unsolicited; goodbye
            = 0 0 []
            """, messages: 1)
    }

    @Test("A line that is no reply is the end, not skipped")
    func garbage() {
        expectDialogue(
            """
            \(Self.content)
            S: ok then
            E: syntax(SMTP.ReplyFault.badCode); goodbye
            = 2 1 [2, 2]
            """, messages: 3, recipients: 2)
    }

    @Test("A connection that is gone leaves one message in doubt and one that was never accepted")
    func abandoned() {
        var dialogue = SessionDialogue(messages: 2, recipients: 3)
        for line in ["220 hi", "250-hi", "250 PIPELINING", "250 ok", "250 ok", "550 no", "250 ok", "354 go"] {
            _ = dialogue.hear(line)
            _ = dialogue.write()
        }
        dialogue.session.abandon()
        #expect(dialogue.session.isOver && dialogue.write() == "")
        #expect(dialogue.session.openTransactions == 2 && dialogue.session.committedTransactions == 1)
        #expect(dialogue.session.unsettledRecipients(ofOpen: 0) == 2)
        #expect(dialogue.session.unsettledRecipients(ofOpen: 1) == 3)
    }
}
