import Primitives
import SMTP

/// What became of the next row.
package enum RowResult: Hashable, Sendable {
    /// Packed into the writer.
    ///
    /// - Parameter atSign: where the `@` stands in the address, packed field 0.
    case recipient(line: Int, atSign: Int)
    /// Boxed: so the result of a good row stays in registers.
    indirect case rejected(RejectedRow)
    /// The writer is too full for this row; it comes again with the next call.
    case needsRoom
    case needsInput
    case ended
}

/// Turns the rows of a CSV file into packed recipients, one call a row.
///
/// A recipient is a `PackedRow`: its number is the line of the file, field 0 the address exactly as given, then
/// the merge fields in the order of the layout, with defaults in place of empty cells. Everything else is
/// rejected with the first reason found, in this order: form of the row, number of fields, UTF-8, address,
/// suppression, duplicate, missing value, control bytes, time zone. An address counts as seen once it was accepted.
/// Nothing is allocated for a good row, but now and then for the set of addresses seen, 15 to 30 bytes each.
///
/// With a selection, rows that were judged before come only when they are selected. They are judged again, since the
/// suppression lists may have grown, but for duplicates. As long as rows may follow that were not judged before, the
/// addresses of all that were not rejected are noted; when none can follow, no address is, and rows nobody wants cost
/// next to nothing.
///
/// Next: `Dispatcher.admit`.
package struct RecipientReader: ~Copyable, Sendable {
    package let layout: RowLayout
    private let selection: LineSelection
    private var scanner: CSVScanner
    private var addressesSeen: SeenAddresses
    private var isHoldingRow = false
    private var zones: ZoneMemory
    /// In the order of the layout.
    private let values: [WantedValue]
    /// The bytes of the row's values as they are packed.
    private var valueBytes = 0

    /// - Parameters:
    ///   - scanner: standing behind the header.
    ///   - seed: keys the set of addresses seen; not predictable by who wrote the list.
    ///   - selection: lines of the file.
    ///   - rows: how many there may be, so that the set of addresses need not grow; any number will do.
    init(
        layout: RowLayout, scanner: consuming CSVScanner, seed: UInt64, selection: LineSelection = LineSelection(),
        expecting rows: Int = 0
    ) {
        zones = ZoneMemory(seed: seed)
        self.selection = selection
        self.layout = layout
        self.scanner = scanner
        values = layout.fields.map(WantedValue.init)
        addressesSeen = SeenAddresses(selection, column: layout.addressColumn, seed: seed, expecting: rows)
    }

    /// Takes the next bytes of the file, cut anywhere.
    package mutating func feed(_ bytes: Span<UInt8>) {
        scanner.feed(bytes)
    }

    /// Says that the file has ended.
    package mutating func finish() {
        scanner.finish()
    }

    /// Reads on to the next recipient or rejected row.
    ///
    /// - Parameter writer: gets whole rows only; a fresh one must hold a row of 65,536 bytes with its defaults.
    package mutating func next(
        into writer: inout ByteWriter, suppression: borrowing SuppressionList
    ) -> RowResult {
        while true {
            if !isHoldingRow {
                switch advance() {
                case .row: break
                case .broken(let fault):
                    if selection.contains(scanner.line) { return .rejected(broken(fault)) }
                    continue
                case .needsInput: return .needsInput
                case .ended: return .ended
                }
            }
            isHoldingRow = false
            if let result = judge(into: &writer, suppression) { return result }
        }
    }

    /// Moves the scanner to the next row that has to be looked at.
    private mutating func advance() -> CSVScanner.Step {
        if selection.isComplete {
            guard let line = selection.next(from: scanner.nextLine) else { return .ended }
            guard scanner.passOver(to: line) else { return .needsInput }
        }
        if scanner.cutAhead() && addressesSeen.isLarge { addressesSeen.fetch(scanner) }
        return scanner.next()
    }

    /// Nil when the row is not wanted.
    private mutating func judge(
        into writer: inout ByteWriter, _ suppression: borrowing SuppressionList
    ) -> RowResult? {
        guard selection.contains(scanner.line) else {
            noteUnwantedRow()
            return nil
        }
        if let reason = problemOfForm() { return .rejected(rejected(reason)) }
        switch checkAddress(suppression) {
        case .rejected(let reason): return .rejected(rejected(reason))
        case .accepted(let atSign, let fingerprint):
            if let reason = problemOfFields() {
                return .rejected(rejected(isDuplicate(fingerprint) ? .duplicate : reason))
            }
            guard hasRoom(writer.remaining, isFresh: writer.count == 0) else { return .needsRoom }
            guard isFirst(fingerprint) else { return .rejected(rejected(.duplicate)) }
            pack(into: &writer)
            return .recipient(line: scanner.line, atSign: atSign)
        }
    }

    private mutating func noteUnwantedRow() {
        guard !selection.isComplete, scanner.cellCount > layout.addressColumn else { return }
        let known = addressesSeen.fingerprintAhead(scanner.indexAhead)
        let fingerprint = known ?? addressesSeen.fingerprint(scanner.cell(layout.addressColumn))
        addressesSeen.note(fingerprint, line: scanner.line)
    }

    private mutating func isDuplicate(_ fingerprint: Fingerprint) -> Bool {
        scanner.line > selection.judgedThrough && addressesSeen.contains(fingerprint)
    }

    /// Notes an address; false when it came before. Among the rows that were judged before none is taken to have.
    private mutating func isFirst(_ fingerprint: Fingerprint) -> Bool {
        if selection.isComplete { return true }
        let isNew = addressesSeen.insert(fingerprint)
        return isNew || scanner.line <= selection.judgedThrough
    }

    private mutating func hasRoom(_ remaining: Int, isFresh: Bool) -> Bool {
        let column = layout.addressColumn
        isHoldingRow =
            PackedRow.headerCount + 2 + scanner.byteCount(ofCell: column) + 2 * values.count + valueBytes > remaining
        precondition(!(isHoldingRow && isFresh), "a fresh writer must hold the longest row")
        return !isHoldingRow
    }
}

/// What every row is asked for, without the words that only a rejected one needs.
private struct WantedValue {
    var column: Int?
    var fallbackCount: Int?
    var reachesHeader: Bool

    init(_ field: RowLayout.Field) {
        column = field.column
        fallbackCount = field.fallback?.count
        reachesHeader = field.reachesHeader
    }
}

private enum CheckedAddress {
    case accepted(atSign: Int, Fingerprint)
    case rejected(RowRejection)
}

// What only looks at the reader is mutating all the same: to borrow it would copy it.
extension RecipientReader {
    private mutating func checkAddress(_ suppression: borrowing SuppressionList) -> CheckedAddress {
        let known = addressesSeen.fingerprintAhead(scanner.indexAhead)
        // In a constant of its own: asked for with the cell, it has the whole scanner copied.
        let column = layout.addressColumn
        let address = scanner.cell(column)
        switch Address.check(address) {
        case .invalid(let problem): return .rejected(.address(problem))
        case .valid(let atSign):
            if suppression.contains(address, atSign: atSign) { return .rejected(.suppressed) }
            return .accepted(atSign: atSign, known ?? addressesSeen.fingerprint(address, atSign: atSign))
        }
    }

    private mutating func problemOfForm() -> RowRejection? {
        guard scanner.cellCount == layout.columnCount else {
            return .fieldCount(found: scanner.cellCount, expected: layout.columnCount)
        }
        if scanner.isPrintable || scanner.isASCII { return nil }
        for index in 0..<scanner.cellCount where !isUTF8(scanner.cell(index)) { return .notUTF8 }
        return nil
    }

    private mutating func problemOfFields() -> RowRejection? { problemOfValues() ?? problemOfZone() }

    /// The first problem of the values: one that is missing comes before one that may not be used.
    private mutating func problemOfValues() -> RowRejection? {
        var problem: RowRejection?
        valueBytes = 0
        for index in values.indices {
            let count = values[index].column.map { scanner.byteCount(ofCell: $0) } ?? 0
            if count > 0 {
                valueBytes += count
                if problem == nil { problem = problemOfBytes(index) }
            } else if let fallback = values[index].fallbackCount {
                valueBytes += fallback
            } else if values[index].column != nil {
                return .missingValue(field: index + 1)
            }
        }
        return problem
    }

    private mutating func problemOfZone() -> RowRejection? {
        guard let field = layout.zoneField, let column = values[field].column else { return nil }
        guard scanner.byteCount(ofCell: column) > 0 else { return nil }
        let fingerprint = zones.fingerprint(of: scanner.cell(column))
        if let isZone = zones.isZone(fingerprint) { return isZone ? nil : .unknownZone(field: field + 1) }
        let isZone = ZoneNames.offsets(of: scanner.cell(column)) != nil
        zones.note(fingerprint, isZone: isZone)
        return isZone ? nil : .unknownZone(field: field + 1)
    }

    private mutating func problemOfBytes(_ field: Int) -> RowRejection? {
        guard !scanner.isPrintable, let column = values[field].column else { return nil }
        if values[field].reachesHeader {
            return scanner.cell(column).holdsControlByte ? .controlByte(field: field + 1) : nil
        }
        return scanner.cell(column).firstIndex(of: 0, from: 0) == nil ? nil : .nulByte(field: field + 1)
    }

    private mutating func pack(into writer: inout ByteWriter) {
        PackedRow.begin(number: scanner.line, fieldCount: 1 + values.count, into: &writer)
        let column = layout.addressColumn
        PackedRow.append(scanner.cell(column), into: &writer)
        for index in values.indices {
            if let column = values[index].column, scanner.byteCount(ofCell: column) > 0 {
                PackedRow.append(scanner.cell(column), into: &writer)
            } else if let fallback = layout.fields[index].fallback {
                PackedRow.append(fallback.span, into: &writer)
            } else {
                PackedRow.beginField(count: 0, into: &writer)
            }
        }
    }

    private func rejected(_ reason: RowRejection) -> RejectedRow {
        let column = min(layout.addressColumn, scanner.cellCount - 1)
        let cell = scanner.cell(column)
        let shown = min(cell.count, RejectedRow.longestAddressShown)
        return RejectedRow(line: scanner.line, address: (0..<shown).map { cell[$0] }, reason: reason)
    }

    private func broken(_ fault: CSVScanner.RowFault) -> RejectedRow {
        let reason: RowRejection =
            switch fault {
            case .tooLong: .rowTooLong
            case .unterminatedQuote: .unterminatedQuote
            case .textAfterQuote: .textAfterQuote
            }
        let text = scanner.brokenText(limit: RejectedRow.longestAddressShown)
        return RejectedRow(line: scanner.line, address: text, reason: reason)
    }
}

func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    (try? UTF8Span(validating: bytes)) != nil
}
