import Message
import Primitives

@testable import Campaign

/// A list gives the same rows however it is cut, and a row that was packed can be unpacked.
@Sendable func checkCSV(_ bytes: [UInt8]) {
    let input = CutInput(bytes)
    require(rows(in: [input.whole]) == rows(in: input.pieces), "a cut changes the rows")
}

private func rows(in pieces: [[UInt8]]) -> [[[UInt8]]] {
    let fields = [
        RowLayout.Field(name: "name", column: 1, fallback: Array("friend".utf8), reachesHeader: true),
        RowLayout.Field(name: "city", column: 2, fallback: nil, reachesHeader: false),
    ]
    let layout = RowLayout(columnCount: 3, addressColumn: 0, fields: fields)
    let suppression = SuppressionList(seed: 7)
    let memory = Memory(capacity: 1 << 17)
    var reader = RecipientReader(layout: layout, scanner: CSVScanner(), seed: 3)
    var rest = pieces[...]
    var found: [[[UInt8]]] = []
    while true {
        var writer = memory.writer
        switch reader.next(into: &writer, suppression: suppression) {
        case .recipient: found.append(unpacked(memory.written(writer)))
        case .rejected(let row): found.append([row.address, Array("\(row.line) \(row.reason)".utf8)])
        case .needsRoom: failure("an empty writer has room for a row")
        case .needsInput: if let piece = rest.popFirst() { reader.feed(piece.span) } else { reader.finish() }
        case .ended: return found
        }
    }
}

private func unpacked(_ bytes: [UInt8]) -> [[UInt8]] {
    let row = PackedRow(bytes.span)
    require(row.fieldCount == 3, "a field is missing")
    return (0..<row.fieldCount).map { index in
        let field = row.field(index)
        return field.indices.map { field[$0] }
    }
}

/// A template without problems makes a letter whose lines are 7-bit, end in CRLF and never start with a dot.
@Sendable func checkTemplate(_ bytes: [UInt8]) {
    let source = TemplateSource(bytes)
    guard source.problems.isEmpty else { return }
    var parts = LetterParts(
        fromAddress: "news@shop.example", subject: TemplateSource(Array("Hello".utf8)),
        fieldNames: source.fieldNames.map(\.name), messageIDDomain: "shop.example", runToken: "5f3a9c",
        boundaryToken: "0123456789abcdef0123456789abcdef")
    for isHTML in [false, true] {
        parts.text = isHTML ? nil : source
        parts.html = isHTML ? source : nil
        guard let letter = try? Letter(parts) else { failure("good parts make no letter") }
        checkLines(of: letter, fieldCount: source.fieldNames.count)
    }
}

private func checkLines(of letter: Letter, fieldCount: Int) {
    let values = Memory(capacity: 64 + fieldCount * 16)
    var packing = values.writer
    PackedRow.begin(number: 7, fieldCount: 1 + fieldCount, into: &packing)
    PackedRow.append(Array("ann@customer.example".utf8).span, into: &packing)
    for _ in 0..<fieldCount { PackedRow.append(Array(".\r\n.é=x".utf8).span, into: &packing) }
    let row = values.written(packing)
    let memory = Memory(capacity: letter.largestCount(of: PackedRow(row.span)))
    var writer = memory.writer
    letter.compose(PackedRow(row.span), date: Array("Tue, 24 Nov 2026 06:05:46 +0000".utf8).span, into: &writer)
    require(!writer.overflowed, "longer than the largest count")
    let composed = memory.written(writer)
    require(composed.allSatisfy { $0 < 0x80 && $0 != 0 }, "not 7-bit")
    for index in composed.indices where composed[index] == 0x0A || composed[index] == 0x0D {
        let isPair =
            composed[index] == 0x0A
            ? index > 0 && composed[index - 1] == 0x0D
            : index + 1 < composed.count && composed[index + 1] == 0x0A
        require(isPair, "half a line end")
    }
    for index in composed.indices.dropFirst() where composed[index] == UInt8(ascii: ".") {
        require(composed[index - 1] != 0x0A, "a line that starts with a dot")
    }
}

/// A manifest is read, or all that is wrong with it is told; it never stops the process.
@Sendable func checkManifest(_ bytes: [UInt8]) {
    do {
        let text = try ManifestText(bytes, file: "campaign.yaml")
        let problems = ProblemList(file: "campaign.yaml", insertions: text.insertions)
        var decoder = ManifestDecoder(problems, routeIsGiven: false)
        decoder.decode(text.root)
        _ = decoder.problems.sorted
    } catch {
        require(!error.problems.isEmpty, "refused without a reason")
    }
}
