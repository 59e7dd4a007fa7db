import Foundation
import Testing

@testable import Sink

@Suite struct JSONTextTests {
    @Test func anyBytesBecomeAString() throws {
        let table: [([UInt8], String)] = [
            (Array("plain".utf8), "plain"),
            ([], ""),
            (Array("\"\\/\u{8}\r\n\0\u{7F}".utf8), "\"\\/\u{8}\r\n\0\u{7F}"),
            (Array("grüße 😀".utf8), "grüße 😀"),
            ([0x61, 0xFF, 0x62, 0xC3], "a\u{FFFD}b\u{FFFD}"),
            ([0x22, 0xFF, 0x0A], "\"\u{FFFD}\n"),
            (Array(0...255), String(decoding: Array(0...255) as [UInt8], as: UTF8.self)),
        ]
        for (bytes, text) in table {
            var output = GrowingBytes(capacity: 1)
            output.append(json: bytes.span)
            let data = unsafe Data(output.bytes)
            let decoded = try JSONDecoder().decode(String.self, from: data)
            #expect(Array(decoded.utf8) == Array(text.utf8))
            #expect(!data.contains { $0 < 0x20 }, "a line must stay a line")
        }
    }

    @Test func bytesGrowAndStay() {
        var output = GrowingBytes(capacity: 1)
        for _ in 0..<1_000 { output.append("0123456789") }
        let text = unsafe String(decoding: output.bytes, as: UTF8.self)
        #expect(text == String(repeating: "0123456789", count: 1_000))
        output.truncate(to: 3)
        output.append("x")
        let shorter = unsafe String(decoding: output.bytes, as: UTF8.self)
        #expect(shorter == "012x")
    }
}
