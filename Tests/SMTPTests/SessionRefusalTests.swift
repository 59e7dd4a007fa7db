import Testing

@testable import SMTP

@Suite("Session: refusals before the content")
struct SessionRefusalTests {
    @Test("A refused MAIL settles all; the replies behind it are swallowed", arguments: [450, 550])
    func mailRefused(code: Int) {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: RCPT TO:<b1@x.test>
            C: DATA
            S: \(code) no
            E: mail settles 2
            = 1 0 [0]
            S: 503 what
            S: 503 what
            S: 503 what
            E: finished
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: RCPT TO:<b2@x.test>
            C: DATA
            """, messages: 2, recipients: 2)
    }

    @Test("RCPT accepted although MAIL was refused counts for nothing, and is cleared")
    func mailRefusedRecipientAccepted() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: DATA
            S: 550 no
            E: mail settles 1
            S: 250 ok
            S: 554 no
            E: finished
            = 0 0 []
            + 1
            C: RSET
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            """, messages: 1)
    }

    @Test("354 after a refused MAIL ends the session: the server means another message")
    func dataWithoutMail() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: DATA
            S: 550 no
            E: mail settles 1
            S: 250 ok
            S: 354 go
            E: dataWithoutMail; goodbye
            = 1 0 [0]
            """, messages: 2)
    }

    @Test("Without PIPELINING a refused MAIL is the end of its message")
    func mailRefusedUnpipelined() {
        expectDialogue(
            """
            \(plain)
            C: MAIL FROM:<news@us.example>
            S: 452 full
            E: mail settles 2, finished
            C: MAIL FROM:<news@us.example>
            """, messages: 2, recipients: 2)
    }

    @Test("The only recipient refused: RSET stands before the next MAIL", arguments: [503, 554, 450])
    func recipientRefused(code: Int) {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: DATA
            S: 250 ok
            S: 550 no such user
            E: recipient settles 1
            = 1 0 [0]
            S: \(code) no recipients
            E: finished
            C: RSET
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 250 ok
            S: 354 go
            C: Letter 2
            C: .
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a3@x.test>
            C: DATA
            """, messages: 3)
    }

    @Test("RSET is written when there is a next message, not before")
    func noNeedlessReset() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: DATA
            S: 250 ok
            S: 550 no
            E: recipient settles 1
            S: 503 no
            E: finished
            = 0 0 []
            Q
            C: QUIT
            """, messages: 1)
    }

    @Test("Without PIPELINING DATA is not written when nobody was accepted")
    func recipientsRefusedUnpipelined() {
        expectDialogue(
            """
            \(plain)
            C: MAIL FROM:<news@us.example>
            S: 250 ok
            C: RCPT TO:<a1@x.test>
            S: 550 no
            E: recipient settles 1
            C: RCPT TO:<b1@x.test>
            S: 450 later
            E: recipient settles 1, finished
            C: RSET
            S: 250 ok
            C: MAIL FROM:<news@us.example>
            S: 250 ok
            C: RCPT TO:<a2@x.test>
            """, messages: 2, recipients: 2)
    }

    @Test("Some recipients refused: the message goes to the others")
    func partlyRefused() {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: RCPT TO:<b1@x.test>
            C: RCPT TO:<c1@x.test>
            C: DATA
            S: 250 ok
            S: 550 no
            E: recipient settles 1
            S: 250 ok
            = 1 0 [2]
            S: 452 too many
            E: recipient settles 1
            = 1 0 [1]
            S: 354 go
            C: Letter 1
            C: .
            S: 250 accepted
            E: content settles 1, finished
            """, messages: 1, recipients: 3)
    }

    @Test(
        "All recipients refused and DATA granted: a lone dot, whose reply means nothing",
        arguments: [250, 451, 554])
    func loneDot(code: Int) {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: RCPT TO:<b1@x.test>
            C: DATA
            S: 250 ok
            S: 550 no
            E: recipient settles 1
            S: 450 later
            E: recipient settles 1
            S: 354 go
            C: .
            = 1 0 [0]
            S: \(code) whatever
            E: finished
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: RCPT TO:<b2@x.test>
            C: DATA
            """, messages: 2, recipients: 2)
    }

    @Test("DATA refused settles those who were accepted, and RSET follows", arguments: [451, 554])
    func dataRefused(code: Int) {
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: RCPT TO:<b1@x.test>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 550 no
            E: recipient settles 1
            S: \(code) no
            E: data settles 1, finished
            C: RSET
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: RCPT TO:<b2@x.test>
            C: DATA
            """, messages: 2, recipients: 2)
    }

    @Test("The envelope behind a content may be refused like any other")
    func secondRefused() {
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
            S: 250 accepted
            E: content settles 1, finished
            S: 250 ok
            S: 550 no
            E: recipient settles 1
            S: 503 no
            E: finished
            C: RSET
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a3@x.test>
            C: DATA
            """, messages: 3)
    }

    @Test(
        "A refused RSET ends the session: nobody knows whom the server still holds",
        arguments: [250, 354, 500])
    func resetRefused(code: Int) {
        let end = code == 250 ? "" : "\nE: resetRefused; goodbye\n= 1 0 [1]"
        expectDialogue(
            """
            \(pipelined)
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a1@x.test>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 451 later
            E: data settles 1, finished
            C: RSET
            C: MAIL FROM:<news@us.example>
            C: RCPT TO:<a2@x.test>
            C: DATA
            S: \(code) what\(end)
            """, messages: 2)
    }
}
