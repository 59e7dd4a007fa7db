import Primitives

/// Rows of the list on lines that follow each other, as the ledger keeps them: a JSON array with an element for each
/// line, which is the address; for a row that gets no mail an array of address and reason; null for a line on which
/// no row begins.
///
/// A thousand recipients to a row of a table cost SQLite what one recipient costs it.
struct RecipientPage: Sendable {
    enum Content: UInt8 {
        case nothing
        case recipient
        case rejected
    }

    /// The line of the first element.
    let first: Int
    /// What each line holds, from the first on.
    private(set) var contents: [Content] = []
    private(set) var text: [UInt8] = []
    private(set) var count = 0

    /// A page takes so many lines in a row on which nothing begins; behind more another page begins.
    private static let longestGap = 16

    init(first: Int) {
        self.first = first
        text.reserveCapacity(PlanBatch.usualByteCount + 512)
        contents.reserveCapacity(PlanBatch.usualByteCount / 16)
        text.append(UInt8(ascii: "["))
        text.append(UInt8(ascii: "]"))
    }

    private var end: Int { first + contents.count }

    /// Whether a row on this line has its place on the page.
    func takes(_ line: Int) -> Bool {
        line >= end && line - end <= RecipientPage.longestGap && text.count < PlanBatch.usualByteCount
    }

    /// Adds a recipient whose address stands for itself in JSON: it was checked, and so holds no byte that does not.
    ///
    /// - Returns: by how many bytes the text has grown.
    mutating func append(line: Int, checked address: Span<UInt8>) -> Int {
        assert(address.isPlainInJSON, "a checked address holds no quote, backslash or control byte")
        let before = text.count
        while end < line { appendGap() }
        beginElement()
        text.append(addingCapacity: address.count + 3) { output in
            output.append(UInt8(ascii: "\""))
            output.append(address)
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: "]"))
        }
        contents.append(.recipient)
        count += 1
        return text.count - before
    }

    /// - Returns: by how many bytes the text has grown.
    mutating func append(line: Int, address: Span<UInt8>, reason: Span<UInt8>) -> Int {
        let before = text.count
        while end < line { appendGap() }
        beginElement()
        if reason.isEmpty {
            append(string: address)
        } else {
            text.append(UInt8(ascii: "["))
            append(string: address)
            text.append(UInt8(ascii: ","))
            append(string: reason)
            text.append(UInt8(ascii: "]"))
        }
        text.append(UInt8(ascii: "]"))
        contents.append(reason.isEmpty ? .recipient : .rejected)
        count += 1
        return text.count - before
    }

    private mutating func appendGap() {
        beginElement()
        text.append(contentsOf: Array("null]".utf8))
        contents.append(.nothing)
    }

    /// In place of the array's end comes another element.
    private mutating func beginElement() {
        if contents.isEmpty { text.removeLast() } else { text[text.count - 1] = UInt8(ascii: ",") }
    }

    private mutating func append(string bytes: Span<UInt8>) {
        if bytes.isPlainInJSON { return append(plain: bytes) }
        text.append(UInt8(ascii: "\""))
        append(escaping: bytes)
        text.append(UInt8(ascii: "\""))
    }

    private mutating func append(plain bytes: Span<UInt8>) {
        text.append(addingCapacity: bytes.count + 2) { output in
            output.append(UInt8(ascii: "\""))
            output.append(bytes)
            output.append(UInt8(ascii: "\""))
        }
    }

    private mutating func append(escaping bytes: Span<UInt8>) {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 {
                text.append(contentsOf: Array("\\u00".utf8))
                for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
                continue
            }
            if isSpecialInJSON(byte) { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
    }
}

private func isSpecialInJSON(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}

extension Span<UInt8> {
    /// Whether the bytes stand for themselves in a string.
    fileprivate var isPlainInJSON: Bool {
        isFree { word in
            (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
                | places(of: UInt8(ascii: "\""), in: word) | places(of: UInt8(ascii: "\\"), in: word)
        }
    }
}
