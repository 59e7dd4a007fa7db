import Campaign
import Primitives

/// Rows of the recipients file on their way into the ledger, many at a time, in the order of their lines.
package struct PlanBatch: Sendable {
    private(set) var pages: [RecipientPage] = []
    package private(set) var byteCount = 0

    package init() {}

    package var isEmpty: Bool { pages.isEmpty }

    /// How many rows there are.
    package var count: Int { pages.reduce(0) { $0 + $1.count } }

    /// Enough that a batch costs nothing by itself, and little enough that nobody waits for it.
    package static let usualByteCount = 32_768

    /// Adds a recipient that gets mail.
    ///
    /// - Parameter row: packed; its number is the line, its field 0 the address, which `Address.check` has passed.
    package mutating func append(_ row: Span<UInt8>) {
        let packed = PackedRow(row)
        makePage(for: packed.number)
        byteCount += pages[pages.count - 1].append(line: packed.number, checked: packed.field(0))
    }

    /// Adds a row that gets no mail.
    package mutating func append(_ row: RejectedRow, fields: [String]) {
        let address = Array(String(decoding: row.address, as: UTF8.self).utf8)
        let reason = Array(PlanBatch.words(row.reason, fields: fields).utf8)
        append(line: row.line, address: address.span, reason: reason.span)
    }

    /// - Parameters:
    ///   - address: UTF-8.
    ///   - reason: UTF-8: why it gets no mail; empty when it gets some.
    package mutating func append(line: Int, address: Span<UInt8>, reason: Span<UInt8>) {
        makePage(for: line)
        byteCount += pages[pages.count - 1].append(line: line, address: address, reason: reason)
    }

    private mutating func makePage(for line: Int) {
        if pages.isEmpty || !pages[pages.count - 1].takes(line) { pages.append(RecipientPage(first: line)) }
    }

    /// Calls `body` for each row, in order.
    func forEach<Failure: Error>(
        _ body: (_ line: Int, _ address: Span<UInt8>, _ reason: Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        for page in pages { _ = try RecipientPage.read(page.text.span, first: page.first, body) }
    }

    /// The kind of reason and a sentence: rows are counted by what stands before the colon.
    static func words(_ reason: RowRejection, fields: [String]) -> String {
        "\(reason.kind.rawValue): \(reason.sentence(fields: fields))"
    }
}
