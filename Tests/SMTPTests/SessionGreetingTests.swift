import Testing

@testable import SMTP

@Suite("Session: greeting, hello and farewell")
struct SessionGreetingTests {
    @Test("Nothing is said before the greeting, nor before its last line")
    func greeting() {
        expectDialogue(
            """
            = 0 0 []
            S: 220-them.example
            = 0 0 []
            S: 220 ready
            C: EHLO us.example
            """, messages: 1)
    }

    @Test(
        "A greeting that is no welcome ends the session",
        arguments: [
            ("554 no", "rejected"), ("521 no mail here", "rejected"), ("450 later", "rejected"),
            ("421 closing", "shutdown"), ("354 what", "impossibleReply"),
            ("2200 hi", "syntax(SMTP.ReplyFault.badCode)"),
        ])
    func refusedGreeting(reply: String, event: String) {
        expectDialogue("S: \(reply)\nE: \(event); goodbye", messages: 1)
    }

    @Test("EHLO refused is tried as HELO, without extensions whatever either reply says")
    func heloWithoutExtensions() {
        expectDialogue(
            """
            S: 220 them.example
            C: EHLO us.example
            S: 502-what
            S: 502 PIPELINING
            C: HELO us.example
            S: 250-them.example
            S: 250 PIPELINING
            E: ready
            C: MAIL FROM:<news@us.example>
            S: 250 ok
            C: RCPT TO:<a1@x.test>
            """, messages: 1)
    }

    @Test(
        "EHLO and HELO that go wrong",
        arguments: [
            ("421 closing", "shutdown"), ("450 later", "rejected"), ("354 what", "impossibleReply"),
        ])
    func refusedHello(reply: String, event: String) {
        let hello = "S: 220 them.example\nC: EHLO us.example\n"
        expectDialogue("\(hello)S: \(reply)\nE: \(event); goodbye", messages: 1)
        expectDialogue("\(hello)S: 500 what\nC: HELO us.example\nS: \(reply)\nE: \(event); goodbye")
    }

    @Test("HELO refused as well is the end")
    func heloRefused() {
        expectDialogue(
            """
            S: 220 them.example
            C: EHLO us.example
            S: 550 no
            C: HELO us.example
            S: 550 no
            E: rejected; goodbye
            """)
    }

    @Test("A reply that comes before its command is no reply")
    func tooEarly() {
        expectDialogue("S: 220 hi\nS: 250 hi\nE: unsolicited; goodbye", messages: 1)
        expectDialogue("\(pipelined)\nS: 250 ok\nE: unsolicited; goodbye")
    }

    @Test("421 on an idle session is a quiet end")
    func idleShutdown() {
        expectDialogue("\(pipelined)\nS: 421 idle\nE: shutdown; goodbye")
    }

    @Test("QUIT is the last word", arguments: ["221 bye", "421 bye", "500 what", "250 ok"])
    func quit(reply: String) {
        expectDialogue(
            """
            \(plain)
            Q
            C: QUIT
            + 1
            S: \(reply)
            E: farewell; goodbye
            """)
    }

    @Test("A session that is not ready leaves without a word")
    func leaveEarly() {
        expectDialogue("Q\nS: 554 no\nE: rejected; goodbye")
    }

    @Test("What is awaited, and whether anything is")
    func awaited() throws {
        var dialogue = SessionDialogue()
        #expect(dialogue.session.awaited == .greeting)
        _ = dialogue.hear("220 hi")
        #expect(dialogue.session.awaited == nil)
        _ = dialogue.write()
        #expect(dialogue.session.awaited == .hello && !dialogue.session.isReady)
        #expect(dialogue.hear("250 hi") == .ready)
        #expect(dialogue.session.isReady && dialogue.session.canBegin && !dialogue.session.isOver)
        dialogue.session.abandon()
        #expect(dialogue.session.isOver && !dialogue.session.canBegin && dialogue.write() == "")
    }
}
