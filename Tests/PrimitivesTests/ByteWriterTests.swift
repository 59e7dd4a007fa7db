import Primitives
import Testing

@Suite("Writing bytes")
struct ByteWriterTests {
    @Test(
        "Numbers are written in decimal",
        arguments: [
            (0, "0"), (7, "7"), (10, "10"), (-1, "-1"), (1_000_000, "1000000"),
            (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
        ])
    func decimal(value: Int, text: String) {
        var buffer = ByteBuffer(capacity: 20)
        var writer = buffer.writer()
        writer.append(decimal: value)
        #expect(!writer.overflowed)
        #expect(buffer.copy(writer.count) == Array(text.utf8))
    }

    @Test("Numbers of every length are written alike, however much room there is behind them", arguments: 0..<200)
    func anyDecimal(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let length = Int.random(in: 1...19, using: &random)
        let digits = (0..<length).map { _ in Int.random(in: 0...9, using: &random) }
        let value = digits.reduce(0) { $0.multipliedReportingOverflow(by: 10).partialValue &+ $1 }
        let text = "\(value)"
        for room in [text.utf8.count - 1, text.utf8.count, text.utf8.count + 1, 40] {
            var buffer = ByteBuffer(capacity: 41)
            var outer = buffer.writer()
            outer.skip(room)
            var writer = outer.gap(0..<room)
            writer.append(decimal: value)
            #expect(writer.overflowed == (room < text.utf8.count), "seed \(seed)")
            if !writer.overflowed { #expect(buffer.copy(writer.count) == Array(text.utf8), "seed \(seed)") }
            #expect(ByteWriter.digitCount(of: value.magnitude) == text.utf8.count { $0 != 0x2D }, "seed \(seed)")
        }
    }

    @Test("What does not fit is dropped as a whole and noted for good")
    func overflow() {
        var buffer = ByteBuffer(capacity: 4)
        var writer = buffer.writer()
        writer.append("abc")
        #expect(writer.remaining == 1)
        writer.append("de")
        #expect(writer.overflowed && writer.count == 3)
        writer.append(0x66)
        #expect(writer.overflowed && writer.count == 4 && writer.remaining == 0)
        writer.append(0x67)
        #expect(buffer.copy(4) == Array("abcf".utf8))
    }

    @Test("Nothing at all fits a full writer without overflow")
    func nothing() {
        var buffer = ByteBuffer(capacity: 1)
        var writer = buffer.writer()
        writer.append(1)
        writer.append("")
        writer.append([UInt8]().span)
        unsafe writer.append(copying: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(!writer.overflowed && writer.count == 1)
    }

    @Test("Cutting forgets the end; what follows takes its place")
    func truncation() {
        var buffer = ByteBuffer(capacity: 8)
        var writer = buffer.writer()
        writer.append("abcdef")
        writer.truncate(to: 2)
        writer.append("xy")
        #expect(buffer.copy(writer.count) == Array("abxy".utf8))
        writer.truncate(to: 0)
        #expect(writer.count == 0 && writer.remaining == 8)
    }

    @Test("No append writes past the end, and all that fitted stands", arguments: 0..<100)
    func bounds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let capacity = Int.random(in: 1...64, using: &random)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity + 64, alignment: 16)
        defer { unsafe memory.deallocate() }
        for index in memory.indices { unsafe memory[index] = 0xEE }
        var writer = unsafe ByteWriter(UnsafeMutableRawBufferPointer(rebasing: memory[..<capacity]))
        var expected: [UInt8] = []
        for _ in 0..<40 { appendSomething(to: &writer, &expected, capacity, &random) }
        #expect(unsafe [UInt8](writer.written) == expected, "seed \(seed)")
        #expect(unsafe memory[capacity...].allSatisfy { $0 == 0xEE }, "seed \(seed)")
    }

    private func appendSomething(
        to writer: inout ByteWriter, _ expected: inout [UInt8], _ capacity: Int, _ random: inout SeededRandom
    ) {
        let piece = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            UInt8.random(in: 0x61...0x7A, using: &random)
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            writer.append(0x2E)
            if expected.count < capacity { expected.append(0x2E) }
        case 1:
            let count = Int.random(in: 0...expected.count, using: &random)
            writer.truncate(to: count)
            expected.removeSubrange(count...)
        default:
            writer.append(piece.span)
            if expected.count + piece.count <= capacity { expected += piece }
        }
    }
}

@Suite("Byte buffer")
struct ByteBufferTests {
    @Test("A new writer begins at the beginning")
    func rewriting() {
        var buffer = ByteBuffer(capacity: 5)
        var first = buffer.writer()
        first.append("hello")
        var second = buffer.writer()
        #expect(second.count == 0 && second.capacity == 5 && buffer.capacity == 5)
        second.append("J")
        #expect(buffer.copy(5) == Array("Jello".utf8))
        let middle = buffer.bytes(1..<3)
        #expect(middle.count == 2 && middle[0] == UInt8(ascii: "e"))
    }

    @Test("A buffer of no capacity still has a writer")
    func empty() {
        var buffer = ByteBuffer(capacity: 0)
        var writer = buffer.writer()
        writer.append("ab")
        #expect(writer.overflowed && writer.count == 0)
        let nothing = buffer.copy(0)
        #expect(nothing.isEmpty)
    }
}

extension ByteBuffer {
    /// The first bytes, to compare.
    func copy(_ count: Int) -> [UInt8] { bytes(0..<count).copy() }
}

extension Span where Element == UInt8 {
    func copy() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
