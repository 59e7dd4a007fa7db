/// Finds the value of the first Message-ID field in a message's header, however the content is cut.
///
/// Folded lines are joined (RFC 5322 2.2.3), blanks around the value are dropped, and of a value longer than
/// a line may be, the first 998 octets are kept. The body is not looked at.
struct MessageIDFinder {
    private enum State {
        /// So many octets of the line are those of the name.
        case name(matched: Int)
        case otherLine
        case value
        /// Behind a line end inside the value: a blank continues it, anything else ends it.
        case valueLineEnd
        case finished
    }

    static let longestValue = 998

    private var state = State.name(matched: 0)
    private var kept = InlineArray<998, UInt8>(repeating: 0)
    private var count = 0

    /// The value so far; empty when there is none.
    var value: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { kept.span.extracting(0..<countWithoutBlanks) }
    }

    /// Starts with a new message.
    mutating func begin() {
        state = .name(matched: 0)
        count = 0
    }

    /// Reads the next piece of content.
    mutating func read(_ content: Span<UInt8>) {
        var index = 0
        while index < content.count {
            switch state {
            case .finished: return
            case .otherLine: skipLine(content, &index)
            case .name, .value, .valueLineEnd:
                read(content[index])
                index += 1
            }
        }
    }

    private mutating func skipLine(_ content: Span<UInt8>, _ index: inout Int) {
        while index < content.count {
            index += 1
            guard content[index - 1] != 0x0A else {
                state = .name(matched: 0)
                return
            }
        }
    }

    private mutating func read(_ byte: UInt8) {
        switch state {
        case .name(let matched): readName(byte, matched)
        case .value: readValue(byte)
        case .valueLineEnd:
            let isContinued = byte == 0x20 || byte == 0x09
            state = isContinued ? .value : .finished
            if isContinued { keep(byte) }
        case .otherLine, .finished: break
        }
    }

    private mutating func readName(_ byte: UInt8, _ matched: Int) {
        let name: InlineArray<11, UInt8> = [
            0x6D, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x2D, 0x69, 0x64, 0x3A,
        ]
        let lowerCased = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
        if byte == 0x0A {
            state = matched == 0 ? .finished : .name(matched: 0)
        } else if matched == 0 && byte == 0x0D {
            return
        } else if lowerCased == name[matched] {
            state = matched + 1 == name.count ? .value : .name(matched: matched + 1)
        } else {
            state = .otherLine
        }
    }

    private mutating func readValue(_ byte: UInt8) {
        switch byte {
        case 0x0A: state = .valueLineEnd
        case 0x0D: break
        case _: keep(byte)
        }
    }

    private mutating func keep(_ byte: UInt8) {
        let isLeadingBlank = count == 0 && (byte == 0x20 || byte == 0x09)
        guard !isLeadingBlank && count < MessageIDFinder.longestValue else { return }
        kept[count] = byte
        count += 1
    }

    private var countWithoutBlanks: Int {
        var end = count
        while end > 0 && (kept[end - 1] == 0x20 || kept[end - 1] == 0x09) { end -= 1 }
        return end
    }
}
