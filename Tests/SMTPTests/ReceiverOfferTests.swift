import Primitives
import Testing

@testable import SMTP

@Suite("Receiver session: what the offer changes, and line lengths")
struct ReceiverOfferTests {
    @Test("Limits: SIZE, MAILMAX, RCPTMAX")
    func limits() {
        var offer = ReceiverOffer()
        offer.sizeLimit = 10
        offer.mailLimit = 2
        offer.recipientLimit = 1
        offer.chunking = false
        Transcript(
            """
            C: EHLO client.example
            S: 250-receiver.example
            S: 250-PIPELINING
            S: 250-SIZE 10
            S: 250-8BITMIME
            S: 250-ENHANCEDSTATUSCODES
            S: 250-LIMITS MAILMAX=2 RCPTMAX=1
            S: 250 HELP
            C: MAIL FROM:<a@one.example> SIZE=11
            S: 552 5.3.4 Message too big
            C: MAIL FROM:<a@one.example> SIZE=10
            C: RCPT TO:<b@two.example>
            C: RCPT TO:<c@two.example>
            C: DATA
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 452 4.5.3 Too many recipients
            S: 354 End data with <CR><LF>.<CR><LF>
            C: 12345678
            C: .
            S: 250 2.0.0 Ok
            C: MAIL FROM:<a@one.example>
            C: RCPT TO:<b@two.example>
            C: DATA
            C: 123456789
            C: .
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 354 End data with <CR><LF>.<CR><LF>
            S: 552 5.3.4 Message too big
            C: MAIL FROM:<a@one.example>
            S: 421 4.7.0 Too many messages in this session
            """
        ).check(offer)
    }

    @Test("354 without recipients, where offered: the message is refused, and the transaction is over")
    func dataWithoutRecipients() {
        var offer = ReceiverOffer()
        offer.answersDataWithoutRecipients = true
        Transcript(
            """
            C: HELO client.example
            C: MAIL FROM:<a@one.example>
            C: DATA
            C: .
            C: MAIL FROM:<a@one.example>
            S: 250 receiver.example
            S: 250 2.1.0 Ok
            S: 354 End data with <CR><LF>.<CR><LF>
            S: 554 5.5.1 No valid recipients
            S: 250 2.1.0 Ok
            """
        ).check(offer)
    }

    @Test("SMTPUTF8 where offered and asked for")
    func smtpUTF8() {
        var offer = ReceiverOffer()
        offer.smtpUTF8 = true
        Transcript(
            """
            C: HELO client.example
            C: MAIL FROM:<ä@one.example> SMTPUTF8
            C: RCPT TO:<ö@two.example>
            S: 250 receiver.example
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            """
        ).check(offer)
    }

    @Test(
        "A line of 1,024 octets is read, a longer one is skipped to its end",
        arguments: [1_024, 1_025, 3_000])
    func longLine(length: Int) {
        let line = "NOOP " + String(repeating: "x", count: length - 7) + "\r\n"
        let client = Array((line + "NOOP\r\n").utf8)
        var whole = ReceiverDialogue()
        whole.feed(client)
        let first = length <= ReceiverSession.longestLine ? "250 2.0.0 Ok\r\n" : "500 5.5.2 Line too long\r\n"
        #expect(whole.replies == first + "250 2.0.0 Ok\r\n")
        expectSameAtEverySplit(client, as: whole, ReceiverOffer(), policy: { _, _ in .standard })
    }

    @Test("A bare LF ends a command")
    func bareLineFeed() {
        var dialogue = ReceiverDialogue()
        dialogue.feed(Array("NOOP\nQUIT\n".utf8))
        #expect(dialogue.replies == "250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n")
    }
}
