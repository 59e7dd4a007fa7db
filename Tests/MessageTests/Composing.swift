import Primitives
import Testing

@testable import Message

/// A row to compose for: the recipient's address and the values of the merge fields.
struct SampleRow {
    var number = 7
    var address = Array("ann@customer.example".utf8)
    var values: [[UInt8]] = []

    init(number: Int = 7, address: String = "ann@customer.example", _ values: [String] = []) {
        self.number = number
        self.address = Array(address.utf8)
        self.values = values.map { Array($0.utf8) }
    }

    var packed: [UInt8] {
        written(capacity: 64 + values.reduce(address.count) { $0 + $1.count + 2 }) { writer in
            PackedRow.begin(number: number, fieldCount: 1 + values.count, into: &writer)
            PackedRow.append(address.span, into: &writer)
            for value in values { PackedRow.append(value.span, into: &writer) }
        }.bytes
    }
}

let sampleDate = Array("Tue, 24 Nov 2026 06:05:46 +0000".utf8)

/// What the body writes, and whether it wanted more room.
func written(capacity: Int, _ body: (inout ByteWriter) -> Void) -> (bytes: [UInt8], overflowed: Bool) {
    var memory = [UInt8](repeating: 0xEE, count: max(capacity, 1))
    var count = 0
    var overflowed = false
    unsafe memory.withUnsafeMutableBytes { buffer in
        var writer = unsafe ByteWriter(UnsafeMutableRawBufferPointer(rebasing: buffer[..<capacity]))
        body(&writer)
        count = writer.count
        overflowed = writer.overflowed
    }
    return (Array(memory[..<count]), overflowed)
}

extension Letter {
    func composed(_ row: SampleRow, capacity: Int? = nil) -> (bytes: [UInt8], overflowed: Bool) {
        let packed = row.packed
        return written(capacity: capacity ?? largestCount(of: PackedRow(packed.span))) { writer in
            compose(PackedRow(packed.span), date: sampleDate.span, into: &writer)
        }
    }
}

extension Letter {
    /// Composed with long stretches left out and put in again afterwards, as a sender does it.
    func composedSharing(_ row: SampleRow, shortest: Int) -> [UInt8] {
        let packed = row.packed
        var shared = SharedPieces(shortest: shortest)
        let capacity = largestCount(of: PackedRow(packed.span)) - sharedCount(shortest: shortest)
        let written = written(capacity: capacity) { writer in
            compose(PackedRow(packed.span), date: sampleDate.span, into: &writer, sharing: &shared)
        }
        #expect(!written.overflowed && shared.pieces.count <= mostSharedPieces(shortest: shortest))
        #expect(shared.pieces.allSatisfy { $0.bytes.count >= shortest })
        #expect(shared.pieces.reduce(0) { $0 + $1.bytes.count } == shared.byteCount)
        var whole: [UInt8] = []
        var taken = 0
        for piece in shared.pieces {
            whole += written.bytes[taken..<piece.offset] + literals[piece.bytes]
            taken = piece.offset
        }
        return whole + written.bytes[taken...]
    }
}

extension LetterParts {
    static let sampleRunToken = "5f3a9c"
    static let sampleBoundary = "0123456789abcdef0123456789abcdef"

    /// A letter whose templates are given, with everything else as plain as can be.
    static func sample(
        subject: String = "Hello", text: String? = nil, html: String? = nil, fieldNames: [String] = []
    ) -> LetterParts {
        LetterParts(
            fromName: "Example Shop", fromAddress: "news@shop.example", replyTo: "help@shop.example",
            subject: TemplateSource(Array(subject.utf8)),
            text: text.map { TemplateSource(Array($0.utf8)) },
            html: html.map { TemplateSource(Array($0.utf8)) }, fieldNames: fieldNames,
            messageIDDomain: "shop.example", runToken: sampleRunToken, boundaryToken: sampleBoundary)
    }
}
