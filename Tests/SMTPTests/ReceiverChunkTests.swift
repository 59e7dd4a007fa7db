import Primitives
import Testing

@testable import SMTP

@Suite("Receiver session: BDAT (RFC 3030)")
struct ReceiverChunkTests {
    private static let open = "HELO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\n"
    private static let opened = "250 receiver.example\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"

    struct Case: CustomTestStringConvertible {
        var name: String
        var client: String
        var server: String
        var contents: [String] = []
        var testDescription: String { name }
    }

    private static let needsReset = "503 5.5.1 Transaction failed, send RSET\r\n"

    static let cases = [
        Case(
            name: "one chunk, whatever its octets say",
            client: open + "BDAT 12 LAST\r\na\r\n.\r\n\nQUIT\nMAIL FROM:<a@one.example>\r\n",
            server: opened + "250 2.0.0 Ok\r\n250 2.1.0 Ok\r\n", contents: ["a\r\n.\r\n\nQUIT\n"]),
        Case(
            name: "several chunks, an empty last one",
            client: open + "BDAT 3\r\nabcBDAT 2\r\nd\rBDAT 0 LAST\r\n",
            server: opened + "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n", contents: ["abcd\r"]),
        Case(
            name: "no MAIL: octets dropped, then 503 until RSET",
            client: "HELO c.example\r\nBDAT 6 LAST\r\nQUIT\r\nMAIL FROM:<a@one.example>\r\nRSET\r\nNOOP\r\n",
            server: "250 receiver.example\r\n503 5.5.1 Need MAIL command\r\n" + needsReset
                + "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n"),
        Case(
            name: "no recipients: octets dropped, further chunks too",
            client: "HELO c.example\r\nMAIL FROM:<a@one.example>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nRSET\r\n"
                + "RCPT TO:<b@two.example>\r\nNOOP\r\nRSET\r\nMAIL FROM:<a@one.example>\r\n",
            server: "250 receiver.example\r\n250 2.1.0 Ok\r\n554 5.5.1 No valid recipients\r\n" + needsReset
                + needsReset + "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n250 2.1.0 Ok\r\n"),
        Case(
            name: "DATA after BDAT", client: open + "BDAT 1\r\naDATA\r\nBDAT 1 LAST\r\nbRSET\r\n",
            server: opened + "250 2.0.0 Ok\r\n503 5.5.1 Bad sequence of commands\r\n" + needsReset
                + "250 2.0.0 Ok\r\n"),
        Case(
            name: "RCPT after BDAT", client: open + "BDAT 1\r\naRCPT TO:<c@two.example>\r\nBDAT 0 LAST\r\n",
            server: opened + "250 2.0.0 Ok\r\n503 5.5.1 Bad sequence of commands\r\n250 2.0.0 Ok\r\n",
            contents: ["a"]),
        Case(
            name: "BDAT after the last chunk",
            client: open + "BDAT 1 LAST\r\naBDAT 1 LAST\r\nbMAIL FROM:<a@one.example>\r\n",
            server: opened + "250 2.0.0 Ok\r\n503 5.5.1 Need MAIL command\r\n" + needsReset, contents: ["a"]),
        Case(
            name: "the batch that needs RSET",
            client: open + "BDAT 1 LAST\r\naRSET\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<c@two.example>\r\n"
                + "BDAT 1 LAST\r\nbQUIT\r\n",
            server: opened
                + "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok\r\n"
                + "221 2.0.0 Bye\r\n", contents: ["a", "b"]),
        Case(
            name: "a count that no number holds", client: open + "BDAT 99999999999999999999 LAST\r\nQUIT\r\n",
            server: opened + "501 5.5.4 Syntax: BDAT count [LAST], closing\r\n"),
        Case(
            name: "a count that never comes", client: open + "BDAT 9223372036854775807 LAST\r\nQUIT\r\n",
            server: opened),
        Case(
            name: "not a count", client: open + "BDAT -1\r\nQUIT\r\n",
            server: opened + "501 5.5.4 Syntax: BDAT count [LAST], closing\r\n"),
        Case(
            name: "not LAST", client: open + "BDAT 1 FIRST\r\nQUIT\r\n",
            server: opened + "501 5.5.4 Syntax: BDAT count [LAST], closing\r\n"),
    ]

    @Test("Chunks", arguments: cases)
    func chunks(example: Case) {
        let client = Array(example.client.utf8)
        var whole = ReceiverDialogue()
        whole.feed(client)
        #expect(whole.replies == example.server)
        #expect(whole.contents.map { String(decoding: $0, as: UTF8.self) } == example.contents)
        expectSameAtEverySplit(client, as: whole, ReceiverOffer(), policy: { _, _ in .standard })
    }

    @Test("A refused chunk fails the transaction; a refused last chunk ends it")
    func refusedChunk() {
        let policy: ReceiverDialogue.Policy = { event, _ in
            event == .chunkComplete || event == .messageComplete
                ? .refuse(ReceiverRefusal(452, "4.3.1", "Disk full")) : .standard
        }
        var failing = ReceiverDialogue(policy: policy)
        failing.feed(Array((Self.open + "BDAT 1\r\naBDAT 1 LAST\r\nbMAIL FROM:<a@one.example>\r\n").utf8))
        #expect(
            failing.replies == Self.opened + "452 4.3.1 Disk full\r\n" + Self.needsReset + Self.needsReset)
        var ending = ReceiverDialogue(policy: policy)
        ending.feed(Array((Self.open + "BDAT 1 LAST\r\nbMAIL FROM:<a@one.example>\r\n").utf8))
        #expect(ending.replies == Self.opened + "452 4.3.1 Disk full\r\n250 2.1.0 Ok\r\n")
    }

    @Test("Content above SIZE is dropped and refused, chunk by chunk")
    func tooLarge() {
        var offer = ReceiverOffer()
        offer.sizeLimit = 4
        var dialogue = ReceiverDialogue(offer)
        dialogue.feed(Array((Self.open + "BDAT 3\r\nabcBDAT 2\r\ndeBDAT 0 LAST\r\nRSET\r\n").utf8))
        #expect(
            dialogue.replies == Self.opened + "250 2.0.0 Ok\r\n552 5.3.4 Message too big\r\n"
                + Self.needsReset
                + "250 2.0.0 Ok\r\n")
        #expect(dialogue.contents.isEmpty)
    }

    @Test("Not offered, BDAT is not implemented")
    func notOffered() {
        var offer = ReceiverOffer()
        offer.chunking = false
        var dialogue = ReceiverDialogue(offer)
        dialogue.feed(Array("BDAT 4 LAST\r\n".utf8))
        #expect(dialogue.replies == "502 5.5.1 Command not implemented\r\n")
    }
}
