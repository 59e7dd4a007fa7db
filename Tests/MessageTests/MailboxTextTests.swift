import Testing

@testable import Message

struct MailboxTextTests {
    @Test(
        arguments: [
            ("news@shop.example", nil, "news@shop.example"),
            ("  <news@shop.example> ", nil, "news@shop.example"),
            ("Example Shop <news@shop.example>", "Example Shop", "news@shop.example"),
            ("Example Shop<news@shop.example>", "Example Shop", "news@shop.example"),
            ("Example Inc. <news@shop.example>", "Example Inc.", "news@shop.example"),
            ("Café Zoë <news@shop.example>", "Café Zoë", "news@shop.example"),
            (#""Shop, Inc." <news@shop.example>"#, "Shop, Inc.", "news@shop.example"),
            (#""a \"b\" \\ <c>" <news@shop.example>"#, #"a "b" \ <c>"#, "news@shop.example"),
            (#""" <news@shop.example>"#, nil, "news@shop.example"),
        ] as [(String, String?, String)])
    func takesApart(text: String, name: String?, address: String) throws {
        let mailbox = try #require(MailboxText.parse(text))
        #expect(mailbox.name == name)
        #expect(mailbox.address == address)
    }

    @Test(arguments: [
        "", " ", "shop", "@shop.example", "news@", "a@b@c", "a b@shop.example", "<news@shop.example",
        "news@shop.example>", "Shop <news@shop.example> x", "Shop <>", "Shop <<a@b.example>",
        "a@b.example, c@d.example", "Shop, Inc. <a@b.example>", "Shop (x) <a@b.example>",
        #""Shop <a@b.example>"#,
        #""Shop" x <a@b.example>"#, #""Shop\" <a@b.example>"#, "Sh\r\nop <a@b.example>",
        "Shop <a@b.example\r\n>",
        "Shop <a@b\u{0}.example>", "<é@shop.example>", "Group: a@b.example;", #"\"a b\"@c.example"#,
    ])
    func refuses(text: String) {
        #expect(MailboxText.parse(text) == nil)
    }
}
