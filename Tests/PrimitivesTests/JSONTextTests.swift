import Foundation
import Primitives
import Testing

@Suite("JSON strings of any bytes")
struct JSONTextTests {
    private func json(_ text: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 2 + 6 * text.count)
        var writer = buffer.writer()
        writer.append(json: text.span)
        #expect(!writer.overflowed)
        let bytes = buffer.bytes(0..<writer.count)
        return bytes.indices.map { bytes[$0] }
    }

    private func expectReadBack(_ text: [UInt8], _ comment: Comment? = nil) throws {
        let json = json(text)
        let decoded = try JSONDecoder().decode(String.self, from: Data(json))
        #expect(decoded.utf8.elementsEqual(String(decoding: text, as: UTF8.self).utf8), comment)
        #expect(!json.contains { $0 < 0x20 || $0 == 0x7F }, comment)
    }

    @Test func everyByteAloneAndTheTextAroundIt() throws {
        for byte in UInt8.min...UInt8.max {
            try expectReadBack([byte])
            try expectReadBack(Array("before ".utf8) + [byte] + Array(" behind".utf8))
        }
        try expectReadBack([])
        try expectReadBack(Array(0...255))
    }

    @Test(
        "What is written, byte by byte",
        arguments: [
            ("", "\"\""), ("a/b", "\"a/b\""), ("\"\\", "\"\\\"\\\\\""),
            ("\u{0}\r\n\u{1F}\u{7F}", "\"\\u0000\\u000d\\u000a\\u001f\\u007f\""),
            ("é\u{85}\u{2028}\u{2029}😀", "\"é\\u0085\\u2028\\u2029😀\""),
        ])
    func written(_ text: String, _ expected: String) {
        #expect(String(decoding: json(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test(arguments: 0..<300)
    func random(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces: [[UInt8]] = [
            [0x22], [0x5C], [0x0A], [0x7F], [0xC3], [0xA9], [0xE2, 0x80], [0xA8], [0xF0, 0x9F], [0x98, 0x80],
            [0xFF], [0xED, 0xA0, 0x80], Array("é".utf8), Array("plain".utf8),
        ]
        let text = (0..<Int.random(in: 0...20, using: &random)).flatMap { _ in
            pieces[Int.random(in: 0..<pieces.count, using: &random)]
        }
        try expectReadBack(text, "seed \(seed)")
    }
}
