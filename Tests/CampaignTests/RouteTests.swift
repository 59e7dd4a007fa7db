import Testing

@testable import Campaign

@Suite("A route is an IP address and a port")
struct RouteTests {
    static let good: [(String, [UInt8], UInt16)] = [
        ("127.0.0.1:2525", [127, 0, 0, 1], 2525), ("192.0.2.255:65535", [192, 0, 2, 255], 65_535),
        ("localhost:25", [127, 0, 0, 1], 25), ("0.0.0.0:1", [0, 0, 0, 0], 1),
        ("[::1]:25", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 25),
        ("[::]:25", [UInt8](repeating: 0, count: 16), 25),
        ("[2001:db8::A:b]:25", [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 11], 25),
        ("[1:2:3:4:5:6:7:8]:25", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8], 25),
        ("[1::]:25", [0, 1] + [UInt8](repeating: 0, count: 14), 25),
        ("[::ffff:192.0.2.1]:25", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1], 25),
    ]

    static let bad: [(String, RouteProblem)] = [
        ("127.0.0.1", .noPort), ("", .noPort), ("[::1]", .noPort), ("2525", .noPort),
        ("127.0.0.1:", .port), ("127.0.0.1:0", .port), ("127.0.0.1:65536", .port), ("127.0.0.1:+25", .port),
        ("127.0.0.1:99999999999999999999", .port), ("127.0.0.1:25 ", .port),
        ("127.0.0:25", .address), ("127.0.0.256:25", .address), ("127.0.0.01:25", .address),
        ("1.2.3.4.5:25", .address), ("[127.0.0.1]:25", .address), ("[::1::]:25", .address),
        ("[12345::]:25", .address), ("[1:2:3:4:5:6:7]:25", .address), ("[1:2:3:4:5:6:7::8]:25", .address),
        ("[:1]:25", .address), ("[]:25", .address), ("[fe80::1%eth0]:25", .address), ("[::-1]:25", .address),
        ("::1:25", .brackets), ("mail.shop.example:25", .name), ("smtp://127.0.0.1:25", .url),
        (":25", .address),
    ]

    @Test(arguments: good)
    func accepted(_ text: String, _ address: [UInt8], _ port: UInt16) throws {
        #expect(try Route(parsing: text) == Route(address: address, port: port))
    }

    @Test(arguments: bad)
    func refused(_ text: String, _ problem: RouteProblem) {
        #expect(throws: problem) { try Route(parsing: text) }
    }

    @Test func wordsThatAreNearlyRight() {
        let keys = ManifestKeys.root
        for (typed, meant) in [
            ("subjet", "subject"), ("reply_to", "reply-to"), ("Html", "html"),
            ("envelopefrom", "envelope-from"),
            ("recipient", "recipients"), ("clas", "class"),
        ] {
            #expect(Spelling.nearest(to: typed, in: keys) == meant)
        }
        #expect(Spelling.nearest(to: "attachments", in: keys) == nil)
        #expect(Spelling.nearest(to: "bcc", in: keys) == nil)
        #expect(Spelling.nearest(to: "", in: keys) == nil)
    }
}
