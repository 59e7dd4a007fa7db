import Primitives
import Testing

@testable import SMTP

@Suite("Receiver session: a receiver that forgets to clear")
struct ReceiverForgetfulTests {
    private static let hello = "C: HELO c.example\nS: 250 receiver.example\n"
    private static let envelope = """
        C: MAIL FROM:<a@one.example>
        S: 250 2.1.0 Ok
        C: RCPT TO:<b@two.example>
        S: 250 2.1.5 Ok

        """
    private static let refusedContent = """
        C: BDAT 3 LAST
        C: a
        S: 554 5.7.1 No

        """

    struct Case: CustomTestStringConvertible {
        let name: String
        /// Recipients that the next message would reach besides its own.
        let kept: Int
        let transcript: String
        var testDescription: String { name }

        init(name: String, kept: Int, _ transcript: String) {
            self.name = name
            self.kept = kept
            self.transcript = transcript
        }
    }

    static let cases = [
        Case(name: "a refused message", kept: 1, hello + envelope + refusedContent),
        Case(
            name: "two refused messages", kept: 2,
            hello + envelope + refusedContent + envelope + refusedContent),
        Case(name: "RSET clears", kept: 0, hello + envelope + refusedContent + "C: RSET\nS: 250 2.0.0 Ok\n"),
        Case(name: "a hello clears", kept: 0, hello + envelope + refusedContent + hello),
        Case(
            name: "a refused DATA, then MAIL", kept: 1,
            hello + envelope + "C: DATA\nS: 451 4.3.0 Later\nC: MAIL FROM:<c@one.example>\nS: 250 2.1.0 Ok\n"),
    ]

    @Test(arguments: cases)
    func keepsRecipientsOfAFailedTransaction(_ testCase: Case) {
        var offer = ReceiverOffer()
        offer.forgetsToClear = true
        let policy = refusingContentAndData
        Transcript(testCase.transcript).check(offer, policy: policy)
        var dialogue = ReceiverDialogue(offer, policy: policy)
        dialogue.feed(Transcript(testCase.transcript).client)
        #expect(dialogue.session.recipientCount == testCase.kept)
    }

    @Test func aCarefulReceiverKeepsNothing() {
        var dialogue = ReceiverDialogue(policy: refusingContentAndData)
        dialogue.feed(Transcript(Self.hello + Self.envelope + Self.refusedContent).client)
        #expect(dialogue.session.recipientCount == 0)
    }

    @Test func anAcceptedMessageClears() {
        var offer = ReceiverOffer()
        offer.forgetsToClear = true
        var dialogue = ReceiverDialogue(offer)
        dialogue.feed(Transcript(Self.hello + Self.envelope + Self.refusedContent).client)
        #expect(dialogue.session.recipientCount == 0)
    }

    private let refusingContentAndData: ReceiverDialogue.Policy = { event, _ in
        switch event {
        case .messageComplete: .refuse(ReceiverRefusal(554, "5.7.1", "No"))
        case .data: .refuse(ReceiverRefusal(451, "4.3.0", "Later"))
        case _: .standard
        }
    }
}
