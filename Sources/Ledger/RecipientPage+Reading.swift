import Primitives

extension RecipientPage {
    /// Reads the text of a page.
    ///
    /// - Parameter body: called for each row; the bytes are lent for the call.
    /// - Returns: false for a text that no page has. Rows before the place where it goes wrong have been given.
    static func read<Failure: Error>(
        _ text: Span<UInt8>, first: Int,
        _ body: (_ line: Int, _ address: Span<UInt8>, _ reason: Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        guard first >= 0, first <= RecipientStates.highestLine else { return false }
        var cursor = PageCursor(text)
        guard cursor.take(UInt8(ascii: "[")) else { return false }
        if cursor.take(UInt8(ascii: "]")) { return cursor.isAtEnd }
        var line = first
        while cursor.readElement() {
            if !cursor.isGap { try body(line, cursor.address, cursor.reason) }
            line += 1
            if cursor.take(UInt8(ascii: "]")) { return cursor.isAtEnd }
            guard cursor.take(UInt8(ascii: ",")) else { return false }
        }
        return false
    }
}

/// Goes through the elements of a page: the JSON that `RecipientPage` writes, and no more than that.
private struct PageCursor: ~Escapable {
    private let text: Span<UInt8>
    private var position = 0
    private(set) var isGap = false
    private var addressRange = 0..<0
    private var reasonRange = 0..<0

    /// The strings of an element in which something is escaped, as they are without it.
    private var plain: [UInt8] = []
    private var isPlain = true

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
    }

    var isAtEnd: Bool { position == text.count }

    var address: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { bytes(addressRange) }
    }

    var reason: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { bytes(reasonRange) }
    }

    @_lifetime(borrow self)
    private borrowing func bytes(_ range: Range<Int>) -> Span<UInt8> {
        isPlain ? text.extracting(range) : plain.span.extracting(range)
    }

    @_lifetime(self: copy self)
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < text.count && text[position] == byte else { return false }
        position += 1
        return true
    }

    /// False when none stands there.
    @_lifetime(self: copy self)
    mutating func readElement() -> Bool {
        let start = position
        isPlain = true
        if readElement(unescaping: false) { return true }
        position = start
        isPlain = false
        plain.removeAll(keepingCapacity: true)
        return readElement(unescaping: true)
    }

    @_lifetime(self: copy self)
    private mutating func readElement(unescaping: Bool) -> Bool {
        isGap = false
        reasonRange = 0..<0
        if take(UInt8(ascii: "n")) {
            isGap = true
            return take(UInt8(ascii: "u")) && take(UInt8(ascii: "l")) && take(UInt8(ascii: "l"))
        }
        let isRejected = take(UInt8(ascii: "["))
        guard let address = readString(unescaping) else { return false }
        addressRange = address
        guard isRejected else { return true }
        guard take(UInt8(ascii: ",")), let reason = readString(unescaping) else { return false }
        reasonRange = reason
        return take(UInt8(ascii: "]"))
    }

    @_lifetime(self: copy self)
    private mutating func readString(_ unescaping: Bool) -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        if unescaping { return readEscapedString() }
        let start = position
        guard let end = text.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: start),
            text[end] == UInt8(ascii: "\"")
        else { return nil }
        position = end + 1
        return start..<end
    }

    @_lifetime(self: copy self)
    private mutating func readEscapedString() -> Range<Int>? {
        let start = plain.count
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return start..<plain.count }
            if byte == UInt8(ascii: "\\") {
                guard readEscape() else { return nil }
            } else {
                plain.append(byte)
            }
        }
        return nil
    }

    @_lifetime(self: copy self)
    private mutating func readEscape() -> Bool {
        if take(UInt8(ascii: "u")) { return readControl() }
        guard position < text.count else { return false }
        let byte = text[position]
        guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { return false }
        plain.append(byte)
        position += 1
        return true
    }

    /// Reads `00` and two digits.
    @_lifetime(self: copy self)
    private mutating func readControl() -> Bool {
        guard take(UInt8(ascii: "0")), take(UInt8(ascii: "0")), position + 2 <= text.count else { return false }
        var value: UInt8 = 0
        for _ in 0..<2 {
            let byte = text[position]
            switch byte {
            case 0x30...0x39: value = value << 4 | (byte - 0x30)
            case 0x61...0x66: value = value << 4 | (byte - 0x57)
            default: return false
            }
            position += 1
        }
        plain.append(value)
        return true
    }
}
