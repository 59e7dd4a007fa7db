import Primitives

/// The text of a subject, compiled: pieces of it and merge fields, encoded when they are put together.
///
/// Plain subjects stay readable and are folded at spaces; everything else, and whatever is longer than
/// `longestPlain`, becomes encoded-words as a whole, so that no line can grow too long.
struct SubjectLine: Sendable {
    enum Piece: Sendable {
        case literal(Range<Int>)
        /// A packed field.
        case field(Int)

        var isLiteral: Bool {
            switch self {
            case .literal: true
            case .field: false
            }
        }
    }

    /// `Subject:` and this many bytes are a legal line even where no space lets it be folded.
    private static let longestPlain = 900
    private static let headerName = 8
    /// Behind `Subject:` and a space, so much is never folded.
    private static let longestUnfolded = HeaderText.wantedLine - headerName - 1

    private let pieces: [Piece]
    private let literals: [UInt8]
    private let literalsAreSimple: Bool

    init(pieces: [Piece], literals: [UInt8]) {
        self.pieces = pieces
        let cleaned = literals.map(HeaderText.cleaned)
        self.literals = cleaned
        literalsAreSimple = cleaned.span.isPrintableWithoutEquals
    }

    /// Appends everything between `Subject:` and its line end.
    func append(_ row: PackedRow, into writer: inout ByteWriter) {
        let start = writer.count
        guard !appendSimple(row, into: &writer) else { return }
        writer.truncate(to: start)
        appendAny(row, into: &writer)
    }

    /// Appends a subject that stays as it is, on one line, as nearly all do. Without a `=` nothing looks like an
    /// encoded word.
    ///
    /// - Returns: false when it does not; what is written then is worthless.
    func appendSimple(_ row: PackedRow, into writer: inout ByteWriter) -> Bool {
        guard literalsAreSimple else { return false }
        writer.append(Octet.space)
        var count = 0
        var last = Octet.space
        for index in pieces.indices {
            let piece = bytes(of: pieces[index], in: row)
            guard piece.count > 0 else { continue }
            // Spaces at both ends are dropped elsewhere.
            if count == 0 && piece[0] == Octet.space { return false }
            if !pieces[index].isLiteral && !piece.isPrintableWithoutEquals { return false }
            writer.append(piece)
            count += piece.count
            last = piece[piece.count - 1]
        }
        return last != Octet.space && count <= SubjectLine.longestUnfolded
    }

    func appendAny(_ row: PackedRow, into writer: inout ByteWriter) {
        var text = InlineArray<900, UInt8>(repeating: 0)
        var survey = HeaderSurvey()
        for index in pieces.indices {
            let piece = bytes(of: pieces[index], in: row)
            for position in piece.indices {
                let byte = HeaderText.cleaned(piece[position])
                if survey.count < SubjectLine.longestPlain { text[survey.count] = byte }
                survey.note(byte)
            }
        }
        guard survey.isPlain && survey.count <= SubjectLine.longestPlain else {
            return appendEncoded(row, as: survey.encoding, into: &writer)
        }
        HeaderText.appendFolded(
            text.span.extracting(..<survey.count), column: SubjectLine.headerName, into: &writer)
    }

    private func appendEncoded(
        _ row: PackedRow, as encoding: EncodedWords.Encoding, into writer: inout ByteWriter
    ) {
        writer.append(Octet.space)
        var words = EncodedWords(encoding, column: SubjectLine.headerName + 1, into: &writer)
        for index in pieces.indices {
            words.append(bytes(of: pieces[index], in: row), into: &writer)
        }
        words.close(into: &writer)
    }

    @_lifetime(copy row, borrow self)
    private func bytes(of piece: Piece, in row: PackedRow) -> Span<UInt8> {
        switch piece {
        case .literal(let range): literals.span.extracting(range)
        case .field(let field): row.field(field)
        }
    }

    /// What `append` writes at most for all bytes of the pieces.
    ///
    /// An encoded word has at least 39 characters of text, three for a byte at most, beside a frame of 15.
    static let bound = LengthBound(quartersPerByte: 17, fixed: 31)

    /// Bytes of the pieces that are the same in every row.
    var literalCount: Int { literals.count }

    /// The packed fields among the pieces, in their order.
    var fields: [Int] {
        pieces.compactMap { piece in
            switch piece {
            case .literal: nil
            case .field(let field): field
            }
        }
    }
}
