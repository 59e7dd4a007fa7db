import Primitives
import Testing

@Suite("Byte search")
struct ByteSearchTests {
    @Test("The first place is found, wherever it is and whatever surrounds it", arguments: 0..<200)
    func agreesWithTheLibrary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        // Few different values, those among them that a carry between bytes could mistake for the one sought.
        let values: [UInt8] = [0x0A, 0x0B, 0x09, 0x8A, 0x00, 0xFF]
        let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        for start in 0...bytes.count {
            let expected = bytes[start...].firstIndex(of: 0x0A)
            #expect(bytes.span.firstIndex(of: 0x0A, from: start) == expected, "seed \(seed), start \(start)")
            let either = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x8A }
            let found = bytes.span.firstIndex(of: 0x8A, or: 0x0A, from: start)
            #expect(found == either, "seed \(seed), start \(start), either")
        }
    }

    @Test("Any byte that is not visible or is an angle bracket is noticed at any place", arguments: 1...24)
    func visibility(count: Int) {
        let empty: [UInt8] = []
        let nothing = empty.span.isVisibleWithoutAngles
        #expect(nothing)
        for place in 0..<count {
            for byte in UInt8.min...UInt8.max {
                var bytes = [UInt8](repeating: place.isMultiple(of: 2) ? 0x21 : 0x7E, count: count)
                bytes[place] = byte
                let isGood = byte > 0x20 && byte < 0x7F && byte != 0x3C && byte != 0x3E
                let found = bytes.span.isVisibleWithoutAngles
                #expect(found == isGood, "\(byte) at \(place)")
                var memory = ByteBuffer(capacity: 32)
                var writer = memory.writer()
                writer.append(0x2A)
                let isAppended = writer.append(visibleWithoutAngles: bytes.span)
                let written = memory.bytes(0..<writer.count)
                #expect(isAppended == isGood && !writer.overflowed)
                #expect(
                    written.indices.map { written[$0] } == (isGood ? [0x2A] + bytes : [0x2A]), "\(byte) at \(place)")
            }
        }
    }

    @Test("A byte beyond ASCII and a control byte are noticed at any place", arguments: 1...24)
    func strangeBytes(count: Int) {
        let empty: [UInt8] = []
        #expect(empty.span.isASCII && !empty.span.holdsControlByte)
        for place in 0..<count {
            for byte in UInt8.min...UInt8.max {
                var bytes = [UInt8](repeating: place.isMultiple(of: 2) ? 0x20 : 0x7E, count: count)
                bytes[place] = byte
                let (isASCII, holdsControlByte) = (bytes.span.isASCII, bytes.span.holdsControlByte)
                #expect(isASCII == (byte < 0x80), "\(byte) at \(place)")
                #expect(holdsControlByte == (byte < 0x20 || byte == 0x7F), "\(byte) at \(place)")
            }
        }
    }

    @Test("What is appended after a look at it keeps to the memory as well", arguments: 1...24)
    func visibleWithoutRoom(count: Int) {
        let bytes = [UInt8](repeating: 0x61, count: count)
        var memory = ByteBuffer(capacity: 32)
        var whole = memory.writer()
        whole.append(bytes.span)
        whole.append([UInt8](repeating: 0x7A, count: 32 - count).span)
        var writer = whole.gap(0..<count - 1)
        let isAppended = writer.append(visibleWithoutAngles: bytes.span)
        #expect(isAppended && writer.overflowed && writer.count == 0)
        #expect(memory.bytes(count - 1..<32)[0] == 0x61 && memory.bytes(0..<32)[count - 1] == 0x61)
    }

    @Test("Bytes repeat only where every one of them stands again", arguments: 0...20)
    func repetition(count: Int) {
        let pattern = (0..<count).map { UInt8($0) }
        let bytes = [0xAA] + pattern + [0xBB, 0xCC] + pattern
        let start = count + 3
        let isRepeated = bytes.span.repeats(1..<1 + count, at: start)
        #expect(isRepeated)
        for place in 0..<count {
            var changed = bytes
            changed[start + place] ^= 0x10
            let isStillRepeated = changed.span.repeats(1..<1 + count, at: start)
            #expect(!isStillRepeated, "byte \(place) differs")
        }
        let isBeyondTheEnd = bytes.span.repeats(1..<1 + count, at: start + 1)
        #expect(!isBeyondTheEnd)
    }

    @Test("A word holds eight bytes, the first in its lowest place")
    func word() {
        let bytes: [UInt8] = [9, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        #expect(bytes.span.word(at: 1) == 0x0807_0605_0403_0201)
        #expect(bytes.span.word(at: 2) == 0x0908_0706_0504_0302)
    }
}
