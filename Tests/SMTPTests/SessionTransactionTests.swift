import Testing

@testable import SMTP

@Suite("Session: what is written, and when")
struct SessionTransactionTests {
    @Test("With PIPELINING the content of a message and the envelope of the next are one write")
    func grouped() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: RCPT TO:<b1@x.test>
            C: DATA
            = 1 0 [2]
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
            = 2 1 [2, 2]
            S: 250 accepted
            E: content settles 2, finished
            = 1 0 [2]
            S: 250 ok
            S: 250 ok
            S: 250 ok
            S: 354 go
            C: Letter 2
            C: .
            = 1 1 [2]
            S: 250 accepted
            E: content settles 2, finished
            = 0 0 []
            """, messages: 2, recipients: 2)
    }

    @Test("A message that comes while the final reply is out does not wait for it")
    func lateMessage() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: DATA
            + 2
            S: 250 ok
            + 1
            S: 250 ok
            S: 354 go
            C: Letter 1
            C: .
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: RCPT TO:<b2@x.test>
            C: DATA
            + 1
            S: 250 accepted
            E: content settles 1, finished
            """, messages: 1)
    }

    @Test("A message that comes while nothing but the final reply is out is written at once")
    func lateMessageAfterContent() {
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
            = 1 1 [1]
            + 1
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            = 2 1 [1, 1]
            + 1
            S: 250 accepted
            E: content settles 1, finished
            S: 250 ok
            S: 250 ok
            S: 354 go
            C: Letter 2
            C: .
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a3@x.test>
            C: DATA
            """, messages: 1)
    }

    @Test("354 to the next message does not let its content out before the final reply")
    func contentInOrder() {
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
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            S: 354 go
            E: impossibleReply; goodbye
            = 2 1 [1, 1]
            """, messages: 2)
    }

    @Test("Lockstep with PIPELINING writes the envelope at once and the content alone")
    func lockstep() {
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
            = 1 1 [1]
            S: 250 accepted
            E: content settles 1, finished
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            """, grouping: .lockstep, messages: 2)
    }

    @Test(
        "Without PIPELINING each command waits for its reply",
        arguments: [Grouping.grouped, .lockstep])
    func unpipelined(grouping: Grouping) {
        expectDialogue(
            """
            \(plain)
            C: MAIL FROM:<news@us.example>
            = 1 0 [2]
            S: 250 ok
            C: RCPT TO:<a1@x.test>
            S: 251 forwarded
            C: RCPT TO:<b1@x.test>
            S: 550 no
            E: recipient settles 1
            C: DATA
            = 1 0 [1]
            S: 354 go
            C: Letter 1
            C: .
            = 1 1 [1]
            S: 250 accepted
            E: content settles 1, finished
            C: MAIL FROM:<news@us.example>
            """, grouping: grouping, messages: 2, recipients: 2)
    }

    @Test("The class of a reply decides, not its number: 251 and 299 are success, 459 and 590 are not")
    func classes() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: RCPT TO:<b1@x.test>
            C: RCPT TO:<c1@x.test>
            C: RCPT TO:<d1@x.test>
            C: DATA
            S: 299 ok
            S: 251 forwarded
            S: 459 later
            E: recipient settles 1
            S: 590 no
            E: recipient settles 1
            S: 252 perhaps
            S: 399 go
            C: Letter 1
            C: .
            = 1 1 [2]
            S: 259 accepted
            E: content settles 2, finished
            """, messages: 1, recipients: 4)
    }

    @Test(
        "A refused content settles those who were accepted; the session ends when the next envelope is out",
        arguments: [450, 550])
    func contentRefusedBeforeTheNext(code: Int) {
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
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            S: \(code) no
            E: content settles 1, finished; goodbye
            = 1 0 [1]
            """, messages: 2)
    }

    @Test("After a refused content RSET stands before the next message", arguments: [450, 550])
    func contentRefused(code: Int) {
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
            S: \(code) no
            E: content settles 1, finished
            + 1
            C: RSET
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            """, messages: 1)
    }
}
