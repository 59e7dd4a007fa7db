import Primitives

extension Letter {
    /// A letter of exactly `byteCount` bytes for every row, for measuring: a small header, then lines of `x`.
    ///
    /// It carries the recipient and a Message-ID of its own, and costs little more than copying the bytes.
    ///
    /// - Parameter byteCount: what is smaller than the header and a blank line gives just these. One byte
    ///   more than them cannot be had either, for a line has two bytes at least.
    /// - Parameter runToken: letters and digits, at most 64.
    package static func filler(
        byteCount: Int, fromAddress: String, messageIDDomain: String, runToken: String
    ) throws(LetterFault) -> Letter {
        try LetterParts.check(addresses: [fromAddress, messageIDDomain])
        try LetterParts.check(token: runToken, counts: 1...64)
        var compiler = LetterCompiler(fieldNames: [])
        compiler.appendFrom(name: nil, address: fromAddress)
        compiler.append("To: ")
        compiler.append(.address)
        compiler.append("\r\nSubject: Filler")
        compiler.appendTrace(runToken: runToken, domain: messageIDDomain)
        compiler.append("\r\n")
        compiler.append(paddingUpTo: byteCount)
        return compiler.letter
    }

    /// Appends exactly `count` bytes of lines, or nothing when that is less than a line end.
    ///
    /// The lines are counted from the end, so only the first is shorter than the others. Where that would be
    /// half a line end, an `x` makes the line after it longer by one.
    func append(
        _ count: Int, padding lines: Range<Int>, of literals: Span<UInt8>, into writer: inout ByteWriter,
        sharing shared: inout SharedPieces
    ) {
        guard count >= 2 else { return }
        let (wholes, rest) = count < lines.count ? (0, count) : count.quotientAndRemainder(dividingBy: lines.count)
        var first = rest
        if first % (Letter.lineLength + 2) == 1 {
            writer.append(Octet.filler)
            first -= 1
        }
        append(lines.upperBound - first..<lines.upperBound, of: literals, into: &writer, sharing: &shared)
        for _ in 0..<wholes { append(lines, of: literals, into: &writer, sharing: &shared) }
    }

    /// 72 characters and a line end.
    static let paddingLine = [UInt8](repeating: Octet.filler, count: lineLength) + [0x0D, 0x0A]
    static let lineLength = 72
}

extension LetterCompiler {
    /// So many lines that most messages are one copy, and none has more than 65 pieces.
    mutating func append(paddingUpTo byteCount: Int) {
        let count = max(256, byteCount / Letter.paddingLine.count / 64)
        let lines = repeatElement(Letter.paddingLine, count: count).joined()
        append({ .padding(count: byteCount, lines: $0) }, of: lines)
    }
}
