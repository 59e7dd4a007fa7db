import Primitives
import Testing

@testable import SMTP

@Suite("Dot-stuffing")
struct DotStuffingTests {
    @Test(
        "A dot is added to each line that begins with one",
        arguments: [
            ("", ".\r\n"), (".", "..\r\n.\r\n"), ("a", "a\r\n.\r\n"), ("a\r\n", "a\r\n.\r\n"),
            ("a\r\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"), ("\r\n.", "\r\n..\r\n.\r\n"),
            ("a\n.b", "a\n.b\r\n.\r\n"),
            ("a\r.b", "a\r.b\r\n.\r\n"), ("..", "...\r\n.\r\n"), ("a\r\r\n.", "a\r\r\n..\r\n.\r\n"),
            ("a\r\n\r\n.", "a\r\n\r\n..\r\n.\r\n"), (".\u{301}", "..\u{301}\r\n.\r\n"),
        ])
    func stuffed(content: String, wire: String) {
        let content = Array(content.utf8)
        for split in 0...content.count {
            #expect(stuffed([Array(content[..<split]), Array(content[split...])]) == Array(wire.utf8))
        }
    }

    @Test("Unstuffing gives back what was stuffed, at every split", arguments: 0..<400)
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var content = Self.content(&random)
        let wire = stuffed([content])
        if content.suffix(2) != [0x0D, 0x0A] && !content.isEmpty { content += [0x0D, 0x0A] }
        for split in 0...wire.count {
            #expect(unstuffed([Array(wire[..<split]), Array(wire[split...])]) == content, "seed \(seed)")
        }
        #expect(unstuffed(wire.map { [$0] }) == content, "seed \(seed)")
    }

    @Test("What follows the end is left alone")
    func rest() {
        var unstuffer = DotUnstuffer()
        let wire = Array("a\r\n.\r\nRSET\r\n".utf8)
        var position = 0
        #expect(unstuffer.next(in: wire.span, at: &position) == .piece(0..<3))
        #expect(unstuffer.next(in: wire.span, at: &position) == .end)
        #expect(position == 6)
    }

    /// Mostly the bytes that matter, in all orders.
    private static func content(_ random: inout SeededRandom) -> [UInt8] {
        (0..<Int.random(in: 0...24, using: &random)).map { _ in
            let bytes: [UInt8] = [0x0D, 0x0A, 0x2E, 0x61, 0x20]
            return bytes[Int.random(in: 0..<5, using: &random)]
        }
    }

    private func stuffed(_ pieces: [[UInt8]]) -> [UInt8] {
        var stuffer = DotStuffer()
        return writtenBytes { writer in
            for piece in pieces { stuffer.stuff(piece.span, into: &writer) }
            stuffer.finish(into: &writer)
        }
    }

    /// Nil when the end does not come exactly with the last byte.
    private func unstuffed(_ pieces: [[UInt8]]) -> [UInt8]? {
        var unstuffer = DotUnstuffer()
        var content: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            var position = 0
            turns: while true {
                switch unstuffer.next(in: piece.span, at: &position) {
                case .needsInput: break turns
                case .piece(let range): content += piece[range]
                case .heldReturn: content.append(0x0D)
                case .end:
                    let left = pieces[(index + 1)...].reduce(piece.count - position) { $0 + $1.count }
                    return left == 0 ? content : nil
                }
            }
        }
        return nil
    }
}
