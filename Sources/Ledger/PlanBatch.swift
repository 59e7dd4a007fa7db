import Campaign
import Primitives

/// Rows of the recipients file on their way into the ledger, many at a time, in the order of their lines.
package struct PlanBatch: Sendable {
    /// Line in 32 bits, lengths of address and reason in 16 each, then both.
    private var bytes: [UInt8] = []
    package private(set) var count = 0

    private static let header = 8

    package init() {}

    package var byteCount: Int { bytes.count }
    package var isEmpty: Bool { count == 0 }

    /// Enough that a batch costs nothing by itself, and little enough that nobody waits for it.
    package static let usualByteCount = 32_768

    /// Adds a recipient that gets mail.
    ///
    /// - Parameter row: packed; its number is the line, its field 0 the address.
    package mutating func append(_ row: Span<UInt8>) {
        let packed = PackedRow(row)
        append(line: packed.number, address: packed.field(0), reason: Span())
    }

    /// Adds a row that gets no mail.
    package mutating func append(_ row: RejectedRow, fields: [String]) {
        let address = Array(String(decoding: row.address, as: UTF8.self).utf8)
        let reason = Array(PlanBatch.words(row.reason, fields: fields).utf8)
        append(line: row.line, address: address.span, reason: reason.span)
    }

    /// - Parameter reason: why it gets no mail; empty when it gets some.
    package mutating func append(line: Int, address: Span<UInt8>, reason: Span<UInt8>) {
        bytes.append(littleEndian: UInt64(UInt32(truncatingIfNeeded: line)), count: 4)
        let (addressCount, reasonCount) = (min(address.count, 0xFFFF), min(reason.count, 0xFFFF))
        bytes.append(littleEndian: UInt64(addressCount), count: 2)
        bytes.append(littleEndian: UInt64(reasonCount), count: 2)
        bytes.append(address.extracting(first: addressCount))
        bytes.append(reason.extracting(first: reasonCount))
        count += 1
    }

    /// Calls `body` for each row, in order.
    package func forEach<Failure: Error>(
        _ body: (_ line: Int, _ address: Span<UInt8>, _ reason: Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let all = bytes.span
        var cursor = 0
        while cursor < all.count {
            let addressEnd = cursor + PlanBatch.header + Int(all.littleEndian(at: cursor + 4, count: 2))
            let end = addressEnd + Int(all.littleEndian(at: cursor + 6, count: 2))
            try body(
                Int(all.littleEndian(at: cursor, count: 4)),
                all.extracting(cursor + PlanBatch.header..<addressEnd), all.extracting(addressEnd..<end))
            cursor = end
        }
    }

    /// The kind of reason and a sentence: rows are counted by what stands before the colon.
    static func words(_ reason: RowRejection, fields: [String]) -> String {
        "\(reason.kind.rawValue): \(reason.sentence(fields: fields))"
    }
}
