import Testing

@testable import Sink

@Suite struct MessageIDFinderTests {
    private static let table: [(content: String, value: String)] = [
        ("Message-ID: <1@a.example>\r\n\r\nbody", "<1@a.example>"),
        ("MESSAGE-id:<1@a.example>\r\n\r\n", "<1@a.example>"),
        ("From: a\r\nMessage-Id: <2@a.example> \t\r\nTo: b\r\n\r\n", "<2@a.example>"),
        ("Message-ID:\r\n <3@a.example>\r\n\r\n", "<3@a.example>"),
        ("Message-ID: <3\r\n\t@a.example>\r\nX: y\r\n\r\n", "<3\t@a.example>"),
        ("Message-ID: <1@a>\r\nMessage-ID: <2@a>\r\n\r\n", "<1@a>"),
        ("Message-ID: <1@a>", "<1@a>"),
        ("Subject: x\r\n\r\nMessage-ID: <body@a.example>\r\n", ""),
        ("\r\nMessage-ID: <body@a.example>\r\n", ""),
        ("X-Message-ID: <x@a>\r\nMessage-IDs: <y@a>\r\nMessage-I: <z@a>\r\n\r\n", ""),
        ("Subject: x\r\n Message-ID: <folded@a>\r\n\r\n", ""),
        ("Message-ID:\r\n\r\n", ""),
        ("", ""),
    ]

    @Test func findsTheFieldAtEverySplit() {
        for (content, value) in MessageIDFinderTests.table {
            let bytes = Array(content.utf8)
            for first in 0...bytes.count {
                for second in first...bytes.count {
                    var finder = MessageIDFinder()
                    finder.begin()
                    finder.read(bytes.span.extracting(0..<first))
                    finder.read(bytes.span.extracting(first..<second))
                    finder.read(bytes.span.extracting(second..<bytes.count))
                    #expect(text(finder) == value, "\(content.debugDescription) cut at \(first), \(second)")
                }
            }
        }
    }

    @Test func keepsWhatALineMayHold() {
        let value = String(repeating: "i", count: 2_000)
        var finder = MessageIDFinder()
        finder.read(Array("Message-ID: \(value)\r\n\r\n".utf8).span)
        #expect(text(finder) == value.prefix(998))
    }

    @Test func forgetsTheMessageBefore() {
        var finder = MessageIDFinder()
        finder.read(Array("Message-ID: <1@a>\r\n\r\n".utf8).span)
        finder.begin()
        finder.read(Array("Subject: x\r\n\r\n".utf8).span)
        #expect(text(finder) == "")
    }

    private func text(_ finder: MessageIDFinder) -> String {
        let value = finder.value
        return String(decoding: value.indices.map { value[$0] }, as: UTF8.self)
    }
}
