import Testing

@testable import Shaping

@Suite("Regexes in replies")
struct ReplyPatternTests {
    @Test(
        "what providers say is found by the published regexes",
        arguments: [
            (
                #"Messages from \d+\.\d+\.\d+\.\d+ temporarily deferred"#,
                "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred"
            ),
            (
                #"All messages from \d+\.\d+\.\d+\.\d+ will be permanently deferred"#,
                "421 4.7.1 All messages from 192.0.2.1 will be permanently deferred;"
            ),
            (
                #"has been temporarily rate limited due to IP reputation"#,
                "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation."
            ),
            (
                #"Unfortunately, messages from \d+\.\d+\.\d+\.\d+ weren.t sent"#,
                "550 5.7.1 Unfortunately, messages from 192.0.2.1 weren't sent."
            ),
            (
                #"Server busy\. Please try again later from"#,
                "451 4.7.500 Server busy. Please try again later from 192.0.2.1."
            ),
            (#"\[TS?S04\]"#, "421 4.7.0 [TSS04] x"),
            (#"\[TS?S04\]"#, "421 4.7.0 [TS04] x".replacing("TS04", with: "TSS04")),
            (#"421 4\.7\.0 \[TSS05\]"#, "421 4.7.0 [TSS05] Messages"), (#"421 \[IPTS04\]"#, "421 [IPTS04] Messages"),
            (#"553 5\.7\.1 \[BL"#, "553 5.7.1 [BL21] Connections"),
            (
                #"Unfortunately.*part of their network is on our block list"#,
                "550 5.7.1 Unfortunately, messages weren't sent. part of their network is on our block list"
            ),
            (
                #"The mail server.*has exceeded the maximum number of connections"#,
                "421 4.3.2 The mail server [192.0.2.1] has exceeded the maximum number of connections."
            ),
            (
                #"Connection refused from.*due to exceed max concurrent connections. IB007"#,
                "421 Connection refused from 192.0.2.1 due to exceed max concurrent connections. IB007"
            ),
            (
                #"\[HCM1\] Your mail from \d+\.\d+\.\d+\.\d+ was deferred"#,
                "421 [HCM1] Your mail from 192.0.2.1 was deferred"
            ),
            (
                #"Client host blocked for spamming issues.*spamhaus"#,
                "554 Client host blocked for spamming issues see spamhaus"
            ),
            (#"554.*Reject due to policy restrictions."#, "554 5.7.0 Reject due to policy restrictions."),
            ("451 DT:SPM*", "451 DT:SPM 163"), ("550 Sender frequency limited.*", "550 Sender frequency limited"),
            (#"(?P<code>4\d\d) (?i)TOO many"#, "450 too many"), (#"^4\d\d[ -](?:4\.7\.\d+ )?\S+$"#, "421 4.7.0 no"),
        ])
    func published(regex: String, reply: String) throws {
        #expect(try ReplyPattern(regex).isFound(in: reply))
        #expect(try !ReplyPattern(regex).isFound(in: "250 2.0.0 Ok: queued"))
    }

    @Test("only the beginning of a long reply counts", arguments: ["é!", "é+!+"])
    func bound(regex: String) throws {
        let (rules, _) = read("[[default.automation]]\nregex = \"\(regex)\"\naction = \"Suspend\"\nduration = \"1h\"")
        let rule = try #require(rules.automation(for: .domain("a.example"), domain: "a.example").first)
        #expect(rule.matches(String(repeating: "x", count: 1_022) + "é!"))
        #expect(!rule.matches(String(repeating: "x", count: 1_023) + "é!"))
        #expect(rule.matches("é!" + String(repeating: "e\u{301}", count: 100_000)))
    }

    @Test("a search without end is given up")
    func bomb() throws {
        let pattern = try ReplyPattern("(a+)+$|(a|aa)+$")
        #expect(!pattern.isFound(in: String(repeating: "a", count: 1_000) + "!"))
        #expect(pattern.isFound(in: String(repeating: "a", count: 20)))
    }

    @Test("case and normal forms are told apart by scalars")
    func scalars() throws {
        #expect(try !ReplyPattern("Too").isFound(in: "too"))
        #expect(try ReplyPattern("e.x").isFound(in: "e\u{301}x"))
        #expect(try ReplyPattern("a\\r?\\n").isFound(in: "a\r\n"))
    }
}
