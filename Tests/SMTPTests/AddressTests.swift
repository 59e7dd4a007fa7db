import Primitives
import Testing

@testable import SMTP

@Suite("Addresses are accepted as dot-atoms at a domain name, or refused with their reason")
struct AddressTests {
    static let good: [String] = [
        "a@b.example", "ann@bigmail.example", "ann.lee@bigmail.example", "ann+tag@bigmail.example",
        "A.B@Example.TEST", "o'neill@inbox.example", "user%host@relay.example", "host!user@uucp.example",
        "-dash@post.example", "_@x.test", "!#$%&'*+-/=?^_`{|}~@all.example", "1@2.example", "x@3com.example",
        "x@a--b.example", "x@xn--bcher-kva.example", "x@a.b.c.d.e.f.example", "x@mail.xn--p1ai", "x@y.e2",
        String(repeating: "l", count: 64) + "@b.example",
        "a@" + String(repeating: "d", count: 63) + ".example",
        "a@" + domain(labels: [63, 63, 63, 60]),
    ]

    static let bad: [(String, AddressProblem)] = [
        ("", .empty),
        ("a@" + domain(labels: [63, 63, 63, 61]), .tooLong),
        ("a@b.example\r\nRCPT TO:<c@d.example>", .controlByte),
        ("a@b.example\n", .controlByte), ("a\u{0}@b.example", .controlByte),
        ("a@b\u{7F}.example", .controlByte),
        ("a\t@b.example", .controlByte), ("mailto:a@b.example\r", .controlByte),
        (" a@b.example", .space), ("a@b.example ", .space), ("a b@c.example", .space),
        ("a@b .example", .space),
        ("Ann Lee <a@b.example>", .displayName), ("<a@b.example>", .displayName),
        ("\"Lee, Ann\" <a@b.example>", .displayName), ("a@b.example>", .displayName),
        ("mailto:a@b.example", .mailtoURL), ("MailTo:a@b.example", .mailtoURL),
        ("a@b.example,c@d.example", .severalAddresses), ("a@b.example; c@d.example", .severalAddresses),
        ("a@b.example c@d.example", .severalAddresses), ("<a@b.example>,<c@d.example>", .severalAddresses),
        ("\"a@b\"@c.example", .quotedLocalPart), ("\"a b\"@c.example", .quotedLocalPart),
        ("\"\"@c.example", .quotedLocalPart), ("\"a\"@c.example", .quotedLocalPart),
        ("a@[192.0.2.1]", .domainLiteral), ("a@[IPv6:2001:db8::1]", .domainLiteral),
        ("a(comment)@b.example", .comment), ("a@b.example(comment)", .comment),
        ("<@x.example,@y.example:u@d.example>", .sourceRoute), ("@x.example:u@d.example", .sourceRoute),
        ("nobody", .noAtSign), ("n/a", .noAtSign), ("a.b.example", .noAtSign), ("a＠b.example", .noAtSign),
        ("a@b@c.example", .severalAtSigns), ("a@@b.example", .severalAtSigns),
        ("@b.example", .noLocalPart),
        (String(repeating: "l", count: 65) + "@b.example", .localPartTooLong),
        ("bücher@b.example", .localPartNotASCII), ("\u{FEFF}a@b.example", .localPartNotASCII),
        ("a\u{200B}@b.example", .localPartNotASCII), ("a\u{A0}@b.example", .localPartNotASCII),
        ("a\u{2028}@b.example", .localPartNotASCII),
        ("a,b@c.example", .localPartByte), ("a:b@c.example", .localPartByte),
        ("a\"b@c.example", .localPartByte),
        ("a\\b@c.example", .localPartByte), ("a;b@c.example", .localPartByte),
        (".a@b.example", .misplacedDot), ("a.@b.example", .misplacedDot), ("a..b@c.example", .misplacedDot),
        (".@b.example", .misplacedDot),
        ("a@", .noDomain),
        ("a@bücher.example", .domainNotASCII), ("a@b。example", .domainNotASCII),
        ("a@b.example\u{200B}", .domainNotASCII), ("a@b.ex\u{212A}", .domainNotASCII),
        ("a@b_c.example", .domainByte), ("a@b.example,", .domainByte), ("a@b/c.example", .domainByte),
        ("a@.b.example", .emptyLabel), ("a@b..example", .emptyLabel),
        ("a@" + String(repeating: "d", count: 64) + ".example", .labelTooLong),
        ("a@-b.example", .labelHyphen), ("a@b-.example", .labelHyphen), ("a@b.-", .labelHyphen),
        ("a@b.example.", .trailingDot), ("a@.", .trailingDot),
        ("a@localhost", .singleLabelDomain), ("root@example", .singleLabelDomain),
        ("a@192.0.2.1", .numericTopLevel), ("a@b.123", .numericTopLevel),
    ]

    static func domain(labels: [Int]) -> String {
        labels.map { String(repeating: "d", count: $0) }.joined(separator: ".")
    }

    @Test(arguments: good)
    func accepted(_ address: String) throws {
        let bytes = Array(address.utf8)
        let atSign = try #require(bytes.firstIndex(of: UInt8(ascii: "@")))
        #expect(Address.check(bytes.span) == .valid(atSign: atSign))
    }

    @Test(arguments: bad)
    func refused(_ address: String, _ problem: AddressProblem) {
        #expect(Address.check(Array(address.utf8).span) == .invalid(problem))
    }

    @Test("Every reason is reached by the table and has its own sentence")
    func reasons() {
        #expect(Set(Self.bad.map(\.1)) == Set(AddressProblem.allCases))
        #expect(Set(AddressProblem.allCases.map(\.sentence)).count == AddressProblem.allCases.count)
    }

    @Test("No sequence of bytes traps, and what is accepted is printable ASCII", arguments: [1, 2, 3])
    func noise(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("ab.@-1<>\"[](),; \r\n\u{0}é".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &random)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
            guard case .valid(let atSign) = Address.check(bytes.span) else { continue }
            #expect(bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "seed \(seed): \(bytes)")
            #expect(bytes[atSign] == UInt8(ascii: "@"), "seed \(seed): \(bytes)")
        }
    }

    @Test("The way of plain addresses is taken by them, and says what a look at each byte says", arguments: good)
    func plainAddresses(_ address: String) {
        let bytes = Array(address.utf8)
        let isPlain = (8...64).contains(bytes.count) && bytes.last.map { $0 | 0x20 >= 0x61 } == true
        #expect((Address.atSignOfPlain(bytes.span) != nil) == isPlain, "\(address)")
        for place in bytes.indices.prefix(70) {
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[place] = byte
                expectBothWaysAgree(changed)
                changed.remove(at: place)
                if byte == 0 { expectBothWaysAgree(changed) }
            }
        }
    }

    @Test("Both ways agree about any mixture of what addresses are made of", arguments: [1, 2, 3])
    func bothWaysAgree(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("aZ09..@@--_+!\" ".utf8) + [0x40, 0x5B, 0x60, 0x7B, 0x2F, 0x3A, 0x7F, 0x80, 0xE1, 0xFF]
        var accepted = 0
        for _ in 0..<10_000 {
            let count = Int.random(in: 6...68, using: &random)
            let most = Bool.random(using: &random) ? 14 : alphabet.count
            var bytes = (0..<count).map { _ in
                Int.random(in: 0..<4, using: &random) > 0 ? 0x62 : alphabet[Int.random(in: 0..<most, using: &random)]
            }
            if Bool.random(using: &random) { bytes[count - 1] = 0x63 }
            expectBothWaysAgree(bytes)
            if Address.atSignOfPlain(bytes.span) != nil { accepted += 1 }
        }
        #expect(accepted > 30, "seed \(seed): too few good ones to say anything")
    }

    private func expectBothWaysAgree(_ bytes: [UInt8]) {
        let (quick, thorough) = (Address.check(bytes.span), Address.checkEachByte(bytes.span))
        if quick != thorough { Issue.record("\(bytes): \(quick), byte by byte \(thorough)") }
    }

    @Test func keysFoldTheDomainAndLocalPartsOnlyOnDemand() throws {
        let bytes = Array("Ann.Lee@BigMail.Example".utf8)
        let exact = AddressKey(bytes.span, atSign: 7)
        #expect(text(exact.bytes) == "Ann.Lee@bigmail.example")
        let folded = AddressKey(bytes.span, atSign: 7, foldingLocalPart: true)
        #expect(text(folded.bytes) == "ann.lee@bigmail.example")
        #expect(exact.fingerprint(seed: 1) != folded.fingerprint(seed: 1))
        #expect(written(bytes, folding: false) == "Ann.Lee@bigmail.example")
        #expect(written(bytes, folding: true) == "ann.lee@bigmail.example")
    }

    private func written(_ address: [UInt8], folding: Bool) -> String {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 1)
        defer { unsafe memory.deallocate() }
        var writer = unsafe ByteWriter(memory)
        Address.appendKey(address.span, atSign: 7, foldingLocalPart: folding, to: &writer)
        return String(decoding: unsafe Array(writer.written), as: UTF8.self)
    }

    private func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}
