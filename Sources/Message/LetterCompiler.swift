import Primitives

extension Letter {
    /// Compiles a letter: everything that is the same for all recipients is encoded here, once.
    package init(_ parts: LetterParts) throws(LetterFault) {
        try parts.check()
        var compiler = LetterCompiler(fieldNames: parts.fieldNames)
        try compiler.compileHeader(parts)
        try compiler.compileBody(parts)
        self = compiler.letter
    }
}

/// Builds the steps of a letter from its first byte to its last.
struct LetterCompiler {
    private let fieldNames: [String]
    private var steps: [Letter.Step] = []
    private(set) var literals: [UInt8] = []
    private var literalStart = 0
    private var subject = SubjectLine(pieces: [], literals: [])
    private var headerFields: Set<Int> = [0]

    init(fieldNames: [String]) {
        self.fieldNames = fieldNames
    }

    var letter: Letter {
        var finished = self
        if literalStart < literals.count { finished.append(.nothing) }
        return Letter(
            steps: finished.steps, literals: finished.literals, subject: subject,
            headerFieldIndexes: headerFields.sorted())
    }

    mutating func append(_ text: String) {
        literals.append(contentsOf: text.utf8)
    }

    mutating func append(_ insertion: Letter.Insertion) {
        steps.append(Letter.Step(literal: literalStart..<literals.count, insertion: insertion))
        literalStart = literals.count
    }

    /// - Parameter bytes: kept for the insertion to refer to, without being one of the message's texts.
    mutating func append(_ insertion: (Range<Int>) -> Letter.Insertion, of bytes: some Sequence<UInt8>) {
        let literal = literalStart..<literals.count
        literals.append(contentsOf: bytes)
        steps.append(Letter.Step(literal: literal, insertion: insertion(literal.upperBound..<literals.count)))
        literalStart = literals.count
    }

    private func packedField(_ name: String) throws(LetterFault) -> Int {
        guard let index = fieldNames.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) else {
            throw .unknownField(name)
        }
        return index + 1
    }
}

// MARK: Header

extension LetterCompiler {
    mutating func compileHeader(_ parts: LetterParts) throws(LetterFault) {
        appendFrom(name: parts.fromName, address: parts.fromAddress)
        append("To: ")
        append(.address)
        if let replyTo = parts.replyTo { append("\r\nReply-To: \(replyTo)") }
        append("\r\nSubject:")
        try compileSubject(parts.subject)
        appendTrace(runToken: parts.runToken, domain: parts.messageIDDomain)
        append("MIME-Version: 1.0\r\n")
    }

    /// Date and Message-ID, from the end of the line before to the end of their own.
    mutating func appendTrace(runToken: String, domain: String) {
        append("\r\nDate: ")
        append(.date)
        append("\r\nMessage-ID: <\(runToken).")
        append(.rowNumber)
        append("@\(domain)>\r\n")
    }

    mutating func appendFrom(name: String?, address: String) {
        append("From: ")
        let start = literals.count - "From: ".utf8.count
        if let name, !name.isEmpty {
            HeaderText.append(phrase: name, column: literals.count - start, into: &literals)
            let lineStart = literals.lastIndex(of: Octet.lineFeed).map { $0 + 1 } ?? start
            let isTooLong = literals.count - lineStart + address.utf8.count + 3 > EncodedWords.longestLine
            append(isTooLong ? "\r\n <\(address)>\r\n" : " <\(address)>\r\n")
        } else {
            append("\(address)\r\n")
        }
    }

    private mutating func compileSubject(_ source: TemplateSource) throws(LetterFault) {
        var pieces: [SubjectLine.Piece] = []
        var text: [UInt8] = []
        for segment in source.segments {
            switch segment {
            case .literal(let bytes):
                pieces.append(.literal(text.count..<text.count + bytes.count))
                text.append(contentsOf: bytes)
            case .field(let name):
                let field = try packedField(name)
                pieces.append(.field(field))
                headerFields.insert(field)
            }
        }
        subject = SubjectLine(pieces: pieces, literals: text)
        if pieces.allSatisfy(\.isLiteral) { appendConstantSubject() } else { append(.subject) }
    }

    /// A subject without merge fields is encoded here, once, and not for each recipient.
    private mutating func appendConstantSubject() {
        var header = ByteBuffer(capacity: PackedRow.headerCount)
        var headerWriter = header.writer()
        PackedRow.begin(number: 0, fieldCount: 0, into: &headerWriter)
        let row = PackedRow(header.bytes(0..<headerWriter.count))
        var line = ByteBuffer(capacity: SubjectLine.bound.count(of: subject.literalCount))
        var writer = line.writer()
        subject.append(row, into: &writer)
        let bytes = line.bytes(0..<writer.count)
        for index in bytes.indices { literals.append(bytes[index]) }
    }
}

// MARK: Body

extension LetterCompiler {
    mutating func compileBody(_ parts: LetterParts) throws(LetterFault) {
        switch (parts.text, parts.html) {
        case (nil, nil): throw .noBody
        case (let text?, nil): try compilePart(text, isHTML: false)
        case (nil, let html?): try compilePart(html, isHTML: true)
        case (let text?, let html?):
            // "=_" cannot occur in quoted-printable (RFC 2045 6.7 (5)), so no part can hold the boundary.
            let boundary = "=_\(parts.boundaryToken)"
            append(
                "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n--\(boundary)\r\n")
            try compilePart(text, isHTML: false)
            append("\r\n--\(boundary)\r\n")
            try compilePart(html, isHTML: true)
            append("\r\n--\(boundary)--\r\n")
        }
    }

    /// The part's own header, and its text with a line end after the last line.
    private mutating func compilePart(_ source: TemplateSource, isHTML: Bool) throws(LetterFault) {
        append("Content-Type: text/\(isHTML ? "html" : "plain"); charset=utf-8\r\n")
        append("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
        var line = QuotedPrintableLine()
        for (index, segment) in source.segments.enumerated() {
            let next = index + 1 < source.segments.count ? source.segments[index + 1] : nil
            switch segment {
            case .literal(let text): compile(text, isLast: next == nil, line: &line)
            case .field(let name):
                let field = try packedField(name)
                compileValue(of: field, before: next, isHTML: isHTML, line: &line)
            }
        }
        if !source.endsWithLineEnd { line.lineEnd(into: &literals) }
    }

    private mutating func compile(
        _ text: [UInt8], isLast: Bool, line: inout QuotedPrintableLine
    ) {
        for (index, byte) in text.enumerated() {
            if Octet.isLineEnd(byte) {
                let isSecondHalf =
                    byte == Octet.lineFeed && index > 0 && text[index - 1] == Octet.carriageReturn
                if !isSecondHalf { line.lineEnd(into: &literals) }
            } else {
                let endsLine = index + 1 < text.count ? Octet.isLineEnd(text[index + 1]) : isLast
                line.put(byte, endsLine: endsLine, into: &literals)
            }
        }
    }

    /// A soft break after the value lets what follows start at column 0, whatever the value's length.
    private mutating func compileValue(
        of field: Int, before next: TemplateSource.Segment?, isHTML: Bool, line: inout QuotedPrintableLine
    ) {
        let endsLine = next?.startsWithLineEnd ?? true
        let followsBlank = line.column > 0 && (literals.last.map(Octet.isBlank) ?? false)
        let value = BodyValue(
            field: field, column: line.column, isHTML: isHTML, endsLine: endsLine, followsBlank: followsBlank)
        append(.value(value))
        if !endsLine { line.softBreak(into: &literals) }
    }
}

extension TemplateSource {
    fileprivate var endsWithLineEnd: Bool {
        guard case .literal(let text)? = segments.last else { return false }
        return text.last.map(Octet.isLineEnd) ?? false
    }
}

extension TemplateSource.Segment {
    fileprivate var startsWithLineEnd: Bool {
        guard case .literal(let text) = self else { return false }
        return text.first.map(Octet.isLineEnd) ?? false
    }
}
