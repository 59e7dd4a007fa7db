import Primitives

/// Adds the dots that keep content from ending its message early (RFC 5321 4.5.2).
///
/// A line begins after CRLF and nowhere else: a bare LF or CR is content. State is kept from one piece to the
/// next, so content may be cut anywhere.
package struct DotStuffer: Sendable {
    private var place = LinePlace.lineStart

    package init() {}

    /// Appends the next piece of content, a dot before each dot that begins a line.
    package mutating func stuff(_ content: Span<UInt8>, into writer: inout ByteWriter) {
        var start = 0
        while start < content.count {
            if place == .lineStart && content[start] == .dot { writer.append(.dot) }
            let end = place.endOfPiece(in: content, from: start)
            writer.append(content.extracting(start..<end))
            place = place.after(content, start..<end)
            start = end
        }
    }

    /// Ends the message: completes its last line if need be, then the line with the dot alone.
    ///
    /// The CRLF before the dot belongs to the content (RFC 5321 4.1.1.4): content that does not end with one
    /// is given one, no other content changes.
    package mutating func finish(into writer: inout ByteWriter) {
        if place != .lineStart { writer.append("\r\n") }
        writer.append(".\r\n")
        place = .lineStart
    }
}

/// Takes the dots out again and finds the end of the content: CRLF `.` CRLF, nothing else.
///
/// Sequences that lenient servers take for the end, such as LF `.` LF, are content here; whoever reads them
/// otherwise lets one message be smuggled inside another. Content is not copied: it comes as ranges of the
/// input, split where a dot has been removed. Content may be cut anywhere.
package struct DotUnstuffer: Sendable {
    package enum Turn: Equatable, Sendable {
        /// All of the input is used, and the end has not come.
        case needsInput
        /// Content: these bytes of the input.
        case piece(Range<Int>)
        /// Content: one CR that came with an earlier input, when it could still have belonged to the end.
        case heldReturn
        /// The content has ended; what follows is a command. The unstuffer is ready for the next message.
        case end
    }

    private enum State {
        case content(LinePlace)
        /// A dot began the line; it is not content.
        case dot
        /// `dot`, then CR as the last byte of an input.
        case dotReturn
    }

    private var state = State.content(.lineStart)

    package init() {}

    /// Takes bytes from `position` on and moves it behind them.
    package mutating func next(in input: Span<UInt8>, at position: inout Int) -> Turn {
        while position < input.count {
            switch state {
            case .content(.lineStart) where input[position] == .dot:
                position += 1
                state = .dot
            case .content(let place):
                return piece(in: input, at: &position, place)
            case .dot:
                if let turn = afterDot(in: input, at: &position) { return turn }
            case .dotReturn:
                return afterDotReturn(in: input, at: &position)
            }
        }
        return .needsInput
    }

    private mutating func piece(in input: Span<UInt8>, at position: inout Int, _ place: LinePlace) -> Turn {
        let start = position
        position = place.endOfPiece(in: input, from: start)
        state = .content(place.after(input, start..<position))
        return .piece(start..<position)
    }

    private mutating func afterDot(in input: Span<UInt8>, at position: inout Int) -> Turn? {
        guard input[position] == .carriageReturn else {
            return piece(in: input, at: &position, .inLine)
        }
        guard position + 1 < input.count else {
            position += 1
            state = .dotReturn
            return nil
        }
        guard input[position + 1] == .lineFeed else {
            return piece(in: input, at: &position, .inLine)
        }
        return end(at: &position, count: 2)
    }

    private mutating func afterDotReturn(in input: Span<UInt8>, at position: inout Int) -> Turn {
        guard input[position] == .lineFeed else {
            state = .content(.inLine)
            return .heldReturn
        }
        return end(at: &position, count: 1)
    }

    private mutating func end(at position: inout Int, count: Int) -> Turn {
        position += count
        state = .content(.lineStart)
        return .end
    }
}

/// Where in a line the next byte of content stands.
private enum LinePlace: Sendable {
    case lineStart
    case inLine
    /// Behind a CR inside a line: LF would end the line.
    case afterReturn
}

extension LinePlace {
    /// The index of the next dot that begins a line, or the end of the content.
    ///
    /// Looks at every third byte only: one that is neither CR, LF nor dot cannot be part of CRLF and dot.
    func endOfPiece(in content: Span<UInt8>, from start: Int) -> Int {
        if self == .afterReturn && content[start] == .lineFeed && start + 1 < content.count
            && content[start + 1] == .dot
        {
            return start + 1
        }
        var index = start + 2
        while index < content.count {
            switch content[index] {
            case .dot:
                if content[index - 1] == .lineFeed && content[index - 2] == .carriageReturn { return index }
                index += 3
            case .lineFeed:
                index += 1
            case .carriageReturn:
                index += 2
            case _:
                index += 3
            }
        }
        return content.count
    }

    /// The place behind `range`, a part of the content that began at this place; the same for an empty range.
    func after(_ content: Span<UInt8>, _ range: Range<Int>) -> LinePlace {
        guard let last = range.last else { return self }
        switch content[last] {
        case .carriageReturn:
            return .afterReturn
        case .lineFeed:
            let followsReturn =
                last > range.lowerBound ? content[last - 1] == .carriageReturn : self == .afterReturn
            return followsReturn ? .lineStart : .inLine
        case _:
            return .inLine
        }
    }
}

extension UInt8 {
    fileprivate static let lineFeed: UInt8 = 0x0A
    fileprivate static let carriageReturn: UInt8 = 0x0D
    fileprivate static let dot: UInt8 = 0x2E
}
