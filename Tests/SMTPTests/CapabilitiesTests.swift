import Primitives
import Testing

@testable import SMTP

@Suite("Capabilities")
struct CapabilitiesTests {
    @Test("PIPELINING counts as not offered where it is not to be used")
    func withoutPipelining() {
        var session = Session(grouping: .chunked(), usesPipelining: false)
        for line in ["PIPELINING", "CHUNKING"] { session.capabilities.note(Array(line.utf8).span) }
        #expect(!session.capabilities.pipelining && session.capabilities.chunking)
    }

    @Test(
        "A keyword is a whole word in any case",
        arguments: [
            (["mail.example"], ""), (["PIPELINING"], "pipelining"), (["pipelining"], "pipelining"),
            (["PiPeLiNiNg"], "pipelining"), (["PIPELINING", "PIPELINING"], "pipelining"),
            (["PIPELINING now"], "pipelining"), (["XPIPELINING"], ""), (["PIPELININGS"], ""),
            (["X-PIPELINING"], ""), (["X PIPELINING"], ""), (["PIPELINING=1"], ""), (["PIPELININ"], ""),
            (["PIPELINING\t"], ""), (["PIPELINING\0"], ""), (["ＰIPELINING"], ""), (["PIPELİNİNG"], ""),
            (["CHUNKING"], "chunking"), (["8bitmime"], "8bit"), (["8BITMIME "], "8bit"),
            (["ENHANCEDSTATUSCODES"], "enhanced"), (["SMTPUTF8"], "utf8"),
            (["AUTH=LOGIN", "AUTH PLAIN"], ""),
            (
                [
                    "mail.example greets", "SIZE 1000", "8BITMIME", "SMTPUTF8", "STARTTLS", "PIPELINING",
                    "CHUNKING",
                ],
                "pipelining chunking 8bit utf8 size=1000"
            ), ([""], ""), ([" "], ""),
        ])
    func keywords(lines: [String], found: String) {
        #expect(words(lines) == found)
    }

    @Test(
        "SIZE has a limit that fits, no limit, or does not count",
        arguments: [
            (["SIZE"], "size"), (["SIZE "], "size"), (["SIZE 0"], "size"), (["SIZE 1"], "size=1"),
            (["size 35882577"], "size=35882577"), (["SIZE   7 8"], "size=7"), (["SIZE 007"], "size=7"),
            (["SIZE 999999999999999999"], "size=999999999999999999"), (["SIZE 9223372036854775808"], ""),
            (["SIZE 99999999999999999999"], ""), (["SIZE 18446744073709551616"], ""), (["SIZE -1"], ""),
            (["SIZE +1"], ""), (["SIZE 1k"], ""), (["SIZE 0x10"], ""), (["SIZE=100"], ""), (["SIZE １"], ""),
            (["SIZE unlimited"], ""), (["SIZE 100", "SIZE 200"], "size=200"), (["XSIZE 100"], ""),
        ])
    func size(lines: [String], found: String) {
        #expect(words(lines) == found)
    }

    @Test(
        "LIMITS counts as a whole or not at all",
        arguments: [
            (["LIMITS MAILMAX=100"], "mail=100"), (["LIMITS RCPTMAX=20 MAILMAX=5"], "mail=5 rcpt=20"),
            (["limits rcptmax=20"], "rcpt=20"), (["LIMITS RCPTDOMAINMAX=1"], ""), (["LIMITS"], ""),
            (["LIMITS RCPTDOMAINMAX=1 MAILMAX=3"], "mail=3"), (["LIMITS MAILMAX=0"], ""),
            (["LIMITS MAILMAX=5 RCPTMAX"], ""), (["LIMITS MAILMAX=5 RCPTMAX="], ""),
            (["LIMITS MAILMAX=5 RCPTMAX=x"], ""), (["LIMITS MAILMAX=5 RCPTMAX=-1"], ""),
            (["LIMITS MAILMAX=99999999999999999999"], ""), (["LIMITS MAILMAX 5"], ""), (["LIMITS =5"], ""),
            (["LIMITS=MAILMAX=5"], ""), (["XLIMITS MAILMAX=5"], ""), (["LIMITS XMAILMAX=5"], ""),
        ])
    func limits(lines: [String], found: String) {
        #expect(words(lines) == found)
    }

    @Test("Random lines never stop the process", arguments: 0..<200)
    func randomLines(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var capabilities = Capabilities()
        let pieces = [
            "SIZE", "LIMITS", "MAILMAX", "RCPTMAX", "=", "=", " ", " ", "9", "99999999999", "0", "\0", "é",
        ]
        for _ in 0..<50 {
            var line = random.oneIn(2) ? "SIZE " : "LIMITS "
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                line += pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            capabilities.note(Array(line.utf8).span)
            #expect(capabilities.largestMessage ?? 1 > 0, "seed \(seed)")
            #expect(
                capabilities.mostMessages ?? 1 > 0 && capabilities.mostRecipients ?? 1 > 0, "seed \(seed)")
        }
    }

    private func words(_ lines: [String]) -> String {
        var capabilities = Capabilities()
        for line in lines { capabilities.note(Array(line.utf8).span) }
        var words: [String] = []
        if capabilities.pipelining { words.append("pipelining") }
        if capabilities.chunking { words.append("chunking") }
        if capabilities.eightBitMIME { words.append("8bit") }
        if capabilities.enhancedStatusCodes { words.append("enhanced") }
        if capabilities.internationalized { words.append("utf8") }
        let limit = capabilities.largestMessage.map { "=\($0)" } ?? ""
        if capabilities.declaresSize || !limit.isEmpty { words.append("size\(limit)") }
        if let most = capabilities.mostMessages { words.append("mail=\(most)") }
        if let most = capabilities.mostRecipients { words.append("rcpt=\(most)") }
        return words.joined(separator: " ")
    }
}
