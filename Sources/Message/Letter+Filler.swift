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
        compiler.append(.padding(byteCount))
        return compiler.letter
    }

    /// Appends exactly `count` bytes of lines, or nothing when that is less than a line end.
    ///
    /// The lines are counted from the end, so only the first is shorter than the others. Where that would be
    /// half a line end, an `x` makes the line after it longer by one.
    func appendPadding(_ count: Int, into writer: inout ByteWriter) {
        guard count >= 2 else { return }
        let lines = Letter.paddingLines.span
        var first = count % lines.count
        if first % Letter.paddingLine.count == 1 {
            writer.append(0x78)
            first -= 1
        }
        writer.append(lines.extracting(last: first))
        for _ in 0..<count / lines.count { writer.append(lines) }
    }

    /// 72 characters and a line end.
    private static let paddingLine: [UInt8] = Array(repeating: 0x78, count: 72) + [0x0D, 0x0A]

    /// So many lines that most messages are one copy.
    private static let paddingLines: [UInt8] = Array(repeatElement(paddingLine, count: 256).joined())
}
