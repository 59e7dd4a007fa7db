import Foundation
import Primitives

/// The recipients file, or standard input, as a stream of rows.
///
/// Two steps, because what is wanted from a row is known only after the header has been read: opening reads
/// the header, `start` says which columns are wanted. Holds one piece of the file at a time.
package struct RecipientFile: ~Copyable, Sendable {
    /// `-` is standard input.
    let path: String
    private let input: InputFile
    private var scanner: CSVScanner
    /// The names of the columns; nil when the file has no row at all.
    package let header: [String]?
    package let headerPlace: Place

    /// - Parameters:
    ///   - path: `-` stands for standard input.
    ///   - name: what problems call the file.
    ///   - copy: where standard input is kept, to be read again. When it is there already, it is read instead.
    package init(path original: String, shownAs name: String, copyingTo copy: String? = nil) throws(FileFault) {
        let path = original == "-" ? copy ?? original : original
        let input: InputFile
        if original != "-" {
            input = try InputFile(path: path, shownAs: name)
        } else if let copy {
            let isThere = try ListCopy.exists(at: copy)
            input =
                isThere
                ? try InputFile(path: copy, shownAs: copy) : InputFile(standardInputInto: try ListCopy(path: copy))
        } else {
            input = InputFile(standardInputInto: nil)
        }
        var scanner = CSVScanner()
        header = try RecipientFile.readHeader(&scanner, input)
        headerPlace = Place(line: scanner.line)
        self.path = path
        self.input = input
        self.scanner = scanner
    }

    /// What problems call the file.
    package var name: String { input.name }

    private static func readHeader(_ scanner: inout CSVScanner, _ input: InputFile) throws(FileFault)
        -> [String]?
    {
        while true {
            switch scanner.next() {
            case .row: return try names(scanner, input.name)
            case .broken:
                throw FileFault(
                    file: "\(input.name):\(scanner.line)", what: "the header is not a row of CSV",
                    fix: "put the names of the columns on the first line, separated by commas")
            case .needsInput:
                switch try input.nextChunk() {
                case .bytes(let chunk): scanner.feed(chunk.span)
                case .nothingYet: break
                case .ended: scanner.finish()
                }
            case .ended: return nil
            }
        }
    }

    private static func names(_ scanner: borrowing CSVScanner, _ name: String) throws(FileFault) -> [String] {
        var names: [String] = []
        for index in 0..<scanner.cellCount {
            let cell = scanner.cell(index)
            guard isUTF8(cell), isText(cell) else {
                throw FileFault(
                    file: "\(name):\(scanner.line)",
                    what: "the header is not text in UTF-8", fix: "save the file as CSV in UTF-8")
            }
            names.append(String(decoding: cell.indices.map { cell[$0] }, as: UTF8.self))
        }
        return names
    }

    /// Tabs are let through: who separates by them is told so when the columns turn out to be missing.
    private static func isText(_ cell: Span<UInt8>) -> Bool {
        for index in cell.indices where cell[index] < 0x20 && cell[index] != UInt8(ascii: "\t") {
            return false
        }
        return true
    }

    /// Goes on to the rows.
    ///
    /// - Parameter selection: as in `RecipientReader`.
    package consuming func start(
        _ layout: RowLayout, seed: UInt64, selection: LineSelection = LineSelection()
    ) -> RecipientStream {
        let rows = expectedRows
        let reader = RecipientReader(
            layout: layout, scanner: scanner, seed: seed, selection: selection, expecting: rows)
        return RecipientStream(input: input, reader: reader)
    }

    /// About how many rows the file has, by the length of its first lines; 0 for a stream.
    private var expectedRows: Int {
        guard let byteCount = input.byteCount, let length = scanner.meanLineLength() else { return 0 }
        return Int(Double(byteCount) / length)
    }
}

/// The rows of a recipients file, read as they are asked for.
package struct RecipientStream: ~Copyable, Sendable {
    private let input: InputFile
    private var reader: RecipientReader

    init(input: InputFile, reader: consuming RecipientReader) {
        self.input = input
        self.reader = reader
    }

    package var layout: RowLayout { reader.layout }

    /// The next recipient or rejected row; `needsInput` when standard input has nothing to give for now.
    package mutating func next(
        into writer: inout ByteWriter, suppression: borrowing SuppressionList
    ) throws(FileFault) -> RowResult {
        while true {
            let result = reader.next(into: &writer, suppression: suppression)
            guard case .needsInput = result else { return result }
            switch try input.nextChunk() {
            case .bytes(let chunk): reader.feed(chunk.span)
            case .nothingYet: return .needsInput
            case .ended: reader.finish()
            }
        }
    }
}
