import Primitives
import Testing

@testable import SMTP

@Suite("Receiver session: rules as transcripts")
struct ReceiverSessionTests {
    @Test("A message with everything in order")
    func message() {
        Transcript(
            """
            C: EHLO client.example
            S: 250-receiver.example
            S: 250-PIPELINING
            S: 250-SIZE 0
            S: 250-8BITMIME
            S: 250-ENHANCEDSTATUSCODES
            S: 250-CHUNKING
            S: 250 HELP
            C: MAIL FROM:<a@one.example> SIZE=12 BODY=8BITMIME
            S: 250 2.1.0 Ok
            C: RCPT TO:<b@two.example>
            S: 250 2.1.5 Ok
            C: DATA
            S: 354 End data with <CR><LF>.<CR><LF>
            C: Subject: x
            C: 
            C: ..dot
            C: .
            S: 250 2.0.0 Ok
            C: QUIT
            S: 221 2.0.0 Bye
            """
        ).check()
    }

    @Test("Events carry paths and content without the added dots")
    func events() {
        var dialogue = ReceiverDialogue()
        dialogue.feed(
            Array(
                "EHLO c.example\r\nMAIL FROM:<>\r\nrcpt to:<\"a> b\"@two.example>\r\ndata\r\n..a\r\n.b\r\n.\r\n"
                    .utf8))
        let content = Array(".a\r\nb\r\n".utf8)
        #expect(
            dialogue.events == [
                "hello(extended: true) ", "mail ", "recipient \"a> b\"@two.example", "data ",
                "content \(content)", "messageComplete ",
            ])
        #expect(dialogue.contents == [content])
    }

    @Test("Body of a message and the envelope of the next in one group")
    func grouped() {
        Transcript(
            """
            C: HELO client.example
            S: 250 receiver.example
            C: MAIL FROM:<a@one.example>
            C: RCPT TO:<b@two.example>
            C: DATA
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 354 End data with <CR><LF>.<CR><LF>
            C: first
            C: .
            C: MAIL FROM:<a@one.example>
            C: RCPT TO:<c@two.example>
            C: DATA
            S: 250 2.0.0 Ok
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 354 End data with <CR><LF>.<CR><LF>
            C: .
            S: 250 2.0.0 Ok
            """
        ).check()
    }

    @Test("Commands out of order get 503, DATA without recipients 554")
    func outOfOrder() {
        Transcript(
            """
            C: MAIL FROM:<a@one.example>
            S: 503 5.5.1 Send EHLO or HELO first
            C: HELO client.example
            S: 250 receiver.example
            C: RCPT TO:<b@two.example>
            S: 503 5.5.1 Need MAIL command
            C: DATA
            S: 503 5.5.1 Need MAIL command
            C: MAIL FROM:<a@one.example>
            S: 250 2.1.0 Ok
            C: DATA
            S: 554 5.5.1 No valid recipients
            C: MAIL FROM:<a@one.example>
            S: 503 5.5.1 Bad sequence of commands
            C: RSET
            S: 250 2.0.0 Ok
            C: RCPT TO:<b@two.example>
            S: 503 5.5.1 Need MAIL command
            """
        ).check()
    }

    @Test("EHLO clears the transaction as RSET does")
    func helloClears() {
        Transcript(
            """
            C: HELO client.example
            C: MAIL FROM:<a@one.example>
            C: RCPT TO:<b@two.example>
            C: HELO client.example
            C: DATA
            S: 250 receiver.example
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 250 receiver.example
            S: 503 5.5.1 Need MAIL command
            """
        ).check()
    }

    @Test("Syntax and what is not there")
    func syntax() {
        Transcript(
            """
            C: EHLO
            S: 501 5.5.4 Syntax error in parameters
            C: HELO client.example
            S: 250 receiver.example
            C: FOO
            S: 500 5.5.2 Command not recognized
            C: 
            S: 500 5.5.2 Command not recognized
            C: MAILFROM:<a@one.example>
            S: 500 5.5.2 Command not recognized
            C: STARTTLS
            S: 502 5.5.1 Command not implemented
            C: AUTH PLAIN
            S: 502 5.5.1 Command not implemented
            C: MAIL FROM: <a@one.example>
            S: 501 5.5.4 Syntax error in parameters
            C: MAIL FROM:<a@one.example
            S: 501 5.5.4 Syntax error in parameters
            C: MAIL FROM:<a b@one.example>
            S: 501 5.5.4 Syntax error in parameters
            C: MAIL FROM:<a@one.example>SIZE=1
            S: 501 5.5.4 Syntax error in parameters
            C: MAIL FROM:<a@one.example> SIZE=99999999999999999999
            S: 501 5.5.4 Syntax error in parameters
            C: MAIL FROM:<a@one.example> SIZE=
            S: 501 5.5.4 Syntax error in parameters
            C: MAIL FROM:<a@one.example> SMTPUTF8
            S: 555 5.5.4 Parameter not recognized
            C: MAIL FROM:<a@one.example> BODY=BINARYMIME
            S: 555 5.5.4 Parameter not recognized
            C: MAIL FROM:<ä@one.example>
            S: 553 5.6.7 Address needs SMTPUTF8
            C: mAIL fROM:<a@one.example> size=1 body=7bit  
            S: 250 2.1.0 Ok
            C: RCPT TO:<>
            S: 501 5.5.4 Syntax error in parameters
            C: RCPT TO:<b@two.example> NOTIFY=NEVER
            S: 555 5.5.4 Parameter not recognized
            C: NOOP whatever
            S: 250 2.0.0 Ok
            C: VRFY b
            S: 252 2.0.0 Send some mail, it may be accepted
            C: HELP
            S: 214 2.0.0 See RFC 5321
            """
        ).check()
    }

    @Test("Without enhanced status codes, replies have none")
    func plainCodes() {
        var offer = ReceiverOffer()
        offer.enhancedStatusCodes = false
        Transcript(
            """
            C: HELO client.example
            C: MAIL FROM:<a@one.example>
            C: FOO
            C: QUIT
            S: 250 receiver.example
            S: 250 Ok
            S: 500 Command not recognized
            S: 221 Bye
            """
        ).check(offer)
    }

    @Test("Refused commands leave the transaction as it was; a refused message ends it")
    func refusals() {
        Transcript(
            """
            C: HELO client.example
            C: MAIL FROM:<bad@one.example>
            C: RCPT TO:<b@two.example>
            C: DATA
            S: 250 receiver.example
            S: 550 5.7.1 Not here
            S: 503 5.5.1 Need MAIL command
            S: 503 5.5.1 Need MAIL command
            C: MAIL FROM:<a@one.example>
            C: RCPT TO:<bad@two.example>
            C: RCPT TO:<b@two.example>
            C: DATA
            S: 250 2.1.0 Ok
            S: 550 5.7.1 Not here
            S: 250 2.1.5 Ok
            S: 354 End data with <CR><LF>.<CR><LF>
            C: text
            C: .
            C: MAIL FROM:<a@one.example>
            S: 550 5.7.1 Not here
            S: 250 2.1.0 Ok
            """
        ).check { event, path in
            path.hasPrefix("bad") || event == .messageComplete
                ? .refuse(ReceiverRefusal(550, "5.7.1", "Not here")) : .standard
        }
    }

    @Test("After a hang-up nothing is read any more")
    func hangUp() {
        let policy: ReceiverDialogue.Policy = { event, _ in
            event == .recipient ? .hangUp(ReceiverRefusal(421, "4.3.2", "Closing")) : .standard
        }
        let transcript = Transcript(
            """
            C: HELO client.example
            C: MAIL FROM:<a@one.example>
            C: RCPT TO:<b@two.example>
            C: RCPT TO:<c@two.example>
            C: DATA
            S: 250 receiver.example
            S: 250 2.1.0 Ok
            S: 421 4.3.2 Closing
            """)
        transcript.check(policy: policy)
        var dialogue = ReceiverDialogue(policy: policy)
        dialogue.feed(transcript.client)
        #expect(dialogue.session.isFinished)
    }

    @Test("The greeting")
    func greeting() {
        var accepting = ReceiverDialogue()
        accepting.greet()
        #expect(accepting.replies == "220 receiver.example ESMTP\r\n")
        #expect(!accepting.session.isFinished)
        var refusing = ReceiverDialogue()
        refusing.greet(.refuse(ReceiverRefusal(554, "5.3.2", "No mail here")))
        #expect(refusing.replies == "554 5.3.2 No mail here\r\n")
        #expect(refusing.session.isFinished)
    }
}
