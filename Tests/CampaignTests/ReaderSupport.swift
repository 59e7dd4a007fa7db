import Primitives

@testable import Campaign

/// One row as a test sees it.
enum Row: Hashable, CustomStringConvertible {
    case recipient(line: Int, fields: [String])
    case rejected(line: Int, address: String, RowRejection)

    var description: String {
        switch self {
        case .recipient(let line, let fields): "\(line): \(fields)"
        case .rejected(let line, let address, let reason): "\(line): rejected \(address) \(reason)"
        }
    }
}

/// Memory for packed rows.
@safe
final class PackedRows {
    private let memory: UnsafeMutableRawBufferPointer
    var writer: ByteWriter

    init(capacity: Int = 1 << 20) {
        unsafe memory = .allocate(byteCount: capacity, alignment: 1)
        writer = unsafe ByteWriter(memory)
    }

    deinit { unsafe memory.deallocate() }

    /// The fields of the row that starts at `offset`.
    func fields(at offset: Int) -> (number: Int, fields: [[UInt8]]) {
        let bytes = unsafe Array(writer.written)
        let row = PackedRow(bytes.span.extracting(offset..<bytes.count))
        var fields: [[UInt8]] = []
        for index in 0..<row.fieldCount {
            let field = row.field(index)
            fields.append(field.indices.map { field[$0] })
        }
        return (row.number, fields)
    }
}

/// Reads a list whose header has the given columns; the address is `email`, all other columns are fields.
struct ListReading {
    var columns = ["email", "name"]
    var defaults: [String: String] = [:]
    var headerFields: Set<String> = []
    var suppressed: [String] = []
    var selection = LineSelection()
    var expectedRows = 0

    var layout: RowLayout {
        RowLayout(
            columnCount: columns.count, addressColumn: columns.firstIndex(of: "email") ?? 0,
            fields: columns.enumerated().filter { $0.element != "email" }.map { index, name in
                RowLayout.Field(
                    name: name, column: index, fallback: defaults[name].map { Array($0.utf8) },
                    reachesHeader: headerFields.contains(name))
            })
    }

    func rows(_ bytes: [UInt8], cutAt cuts: [Int] = []) -> [Row] {
        var suppression = SuppressionList(seed: 7)
        for entry in suppressed { _ = suppression.insert(Array(entry.utf8).span) }
        var reader = RecipientReader(
            layout: layout, scanner: CSVScanner(), seed: 3, selection: selection, expecting: expectedRows)
        var pieces = pieces(of: bytes, cutAt: cuts)[...]
        let packed = PackedRows()
        var rows: [Row] = []
        while true {
            let offset = packed.writer.count
            switch reader.next(into: &packed.writer, suppression: suppression) {
            case .recipient(let line, _):
                let row = packed.fields(at: offset)
                rows.append(
                    .recipient(line: line, fields: row.fields.map { String(decoding: $0, as: UTF8.self) }))
            case .rejected(let row):
                let address = String(decoding: row.address, as: UTF8.self)
                rows.append(.rejected(line: row.line, address: address, row.reason))
            case .needsRoom: packed.writer.truncate(to: 0)
            case .needsInput:
                if let piece = pieces.popFirst() { reader.feed(piece.span) } else { reader.finish() }
            case .ended: return rows
            }
        }
    }

    private func pieces(of bytes: [UInt8], cutAt cuts: [Int]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            pieces.append(Array(bytes[start..<cut]))
            start = cut
        }
        return pieces
    }

    func rows(_ text: String) -> [Row] { rows(Array(text.utf8)) }
}
