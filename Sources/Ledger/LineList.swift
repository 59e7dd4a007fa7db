import Primitives

/// Lines as a JSON array of numbers, `[2,3,15]`: what SQLite's `json_each` reads.
package enum LineList {
    /// What `write` may need, with what the writer of a number wants free behind it.
    package static func mostBytes(for count: Int) -> Int { 11 * count + 16 }

    package static func write(_ lines: [UInt32], into writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "["))
        for index in lines.indices {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(decimal: Int(lines[index]))
        }
        writer.append(UInt8(ascii: "]"))
    }

    /// Reads exactly what `write` writes.
    ///
    /// - Returns: false for anything else: spaces, signs, leading zeros, numbers above 32 bits.
    package static func read(_ text: Span<UInt8>, into lines: inout [UInt32]) -> Bool {
        guard text.count >= 2, text[0] == UInt8(ascii: "["), text[text.count - 1] == UInt8(ascii: "]") else {
            return false
        }
        if text.count == 2 { return true }
        var position = 1
        while true {
            guard let line = number(text, &position) else { return false }
            lines.append(line)
            if position == text.count - 1 { return true }
            guard text[position] == UInt8(ascii: ",") else { return false }
            position += 1
        }
    }

    private static func number(_ text: Span<UInt8>, _ position: inout Int) -> UInt32? {
        let start = position
        var value: UInt64 = 0
        while true {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            guard value <= UInt64(UInt32.max) else { return nil }
            position += 1
        }
        let digits = position - start
        guard digits > 0, digits == 1 || text[start] != UInt8(ascii: "0") else { return nil }
        return UInt32(value)
    }
}
