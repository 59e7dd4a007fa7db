import Primitives
import Testing

@testable import SMTP

@Suite("Receiver session: hostile input")
struct ReceiverHostileInputTests {
    /// Sequences that one server or another takes for the end of the content; only CRLF `.` CRLF is.
    static let sequences = [
        "\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\r\r\n", "\r\r\n.\r\r\n",
        "\r\n\0.\r\n",
        "\r\n.\n", "\r\n.\r", "\r\n.\0\r\n",
    ]

    @Test("Smuggling sequences do not end the content", arguments: sequences)
    func smuggling(sequence: String) {
        let head = "HELO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nDATA\r\n"
        let client = Array((head + "text" + sequence + "MAIL FROM:<evil@one.example>\r\n.\r\nQUIT\r\n").utf8)
        var whole = ReceiverDialogue()
        whole.feed(client)
        #expect(whole.contents.count == 1)
        #expect(
            whole.replies.hasSuffix(
                "354 End data with <CR><LF>.<CR><LF>\r\n250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n"))
        expectSameAtEverySplit(client, as: whole, ReceiverOffer(), policy: { _, _ in .standard })
    }

    @Test(
        "Soups of commands, fragments and bytes never trap, and mean the same at random cuts",
        arguments: 0..<300)
    func soup(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let client = Self.soup(&random)
        let policy: ReceiverDialogue.Policy = { event, path in
            path.utf8.count % 5 == 4 ? .refuse(ReceiverRefusal(450, "4.2.0", "Later")) : .standard
        }
        var offer = ReceiverOffer()
        offer.sizeLimit = 200
        offer.answersDataWithoutRecipients = random.oneIn(2)
        var whole = ReceiverDialogue(offer, policy: policy)
        whole.feed(client)
        for _ in 0..<5 {
            var cut = ReceiverDialogue(offer, policy: policy)
            var start = 0
            while start < client.count {
                let end = min(client.count, start + Int.random(in: 1...40, using: &random))
                cut.feed(Array(client[start..<end]))
                start = end
            }
            #expect(cut.events == whole.events && cut.replies == whole.replies, "seed \(seed)")
        }
    }

    private static let ingredients = [
        "EHLO c.example\r\n", "HELO c.example\r\n", "MAIL FROM:<a@one.example>\r\n",
        "RCPT TO:<b@two.example>\r\n",
        "DATA\r\n", "BDAT 5\r\nabcde", "BDAT 0 LAST\r\n", "BDAT 7 LAST\r\n", "RSET\r\n", "NOOP\r\n", ".\r\n",
        "\r\n.\r\n",
        "..\r\n", "text\r\n", "\r", "\n", ".", "<", ">", "\"", "\\", "MAIL FROM:<", "RCPT TO:<\"", "\0",
        "\u{E9}",
        "VRFY x\r\n", "BDAT 18446744073709551616\r\n", " SIZE=", "9223372036854775808",
        String(repeating: "y", count: 1_100),
    ]

    private static func soup(_ random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = Array("EHLO c.example\r\n".utf8)
        for _ in 0..<Int.random(in: 1...80, using: &random) {
            bytes += Array(ingredients[Int.random(in: 0..<ingredients.count, using: &random)].utf8)
            if random.oneIn(8) { bytes.append(UInt8.random(in: 0...255, using: &random)) }
        }
        return bytes
    }
}
