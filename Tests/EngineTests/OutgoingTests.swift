import Message
import Primitives
import Testing
import Uring

@testable import Engine

@Suite("A send that is put together")
struct OutgoingTests {
    @Test(
        "A chunk's count is its content's, however many digits were left room for and whatever is gathered",
        arguments: [700, 999, 1_000, 30_000], [0, 1, 9_000, 1_000_000])
    func chunkCount(byteCount: Int, slack: Int) throws {
        let letter = try Letter.filler(
            byteCount: byteCount, fromAddress: "news@shop.example", messageIDDomain: "shop.example", runToken: "cafe")
        for shortest in [20, 500, Int.max] {
            let sent = gathered(letter, atMost: byteCount + slack, shortest: shortest)
            let head = "NOOP\r\nBDAT \(byteCount) LAST\r\n"
            #expect(sent.starts(with: Array(head.utf8)))
            #expect(Array(sent.dropFirst(head.utf8.count)) == composed(letter), "shortest \(shortest)")
        }
    }

    private func gathered(_ letter: Letter, atMost bound: Int, shortest: Int) -> [UInt8] {
        var pool = OutputPool()
        let shelf = LetterShelf(letter, shortest: shortest)
        var turn = Outgoing(pool.take(), shared: SharedPieces(shortest: shelf.shortest))
        turn.writer.append("NOOP\r\n")
        turn.makeRoom(for: bound - shelf.sharedCount + 100, from: &pool)
        turn.appendChunk(letter, to: PackedRow(row.span), date: date.span, atMost: bound)
        #expect(!turn.writer.overflowed)
        var pieces: [MemoryPiece] = []
        unsafe shelf.gather(turn.shared, into: turn.buffer.bytes(turn.writer.count), &pieces)
        let bytes = pieces.flatMap { piece in unsafe Array(piece.bytes) }
        #expect(bytes.count == turn.count)
        pool.give(turn.buffer)
        return bytes
    }

    private func composed(_ letter: Letter) -> [UInt8] {
        var buffer = ByteBuffer(capacity: letter.largestCount(of: PackedRow(row.span)))
        var writer = buffer.writer()
        letter.compose(PackedRow(row.span), date: date.span, into: &writer)
        let bytes = buffer.bytes(0..<writer.count)
        return bytes.indices.map { bytes[$0] }
    }

    private let date = Array("Tue, 24 Nov 2026 06:05:46 +0000".utf8)

    private var row: [UInt8] {
        var buffer = ByteBuffer(capacity: 100)
        var writer = buffer.writer()
        PackedRow.begin(number: 7, fieldCount: 1, into: &writer)
        PackedRow.append(Array("ann@customer.example".utf8).span, into: &writer)
        let bytes = buffer.bytes(0..<writer.count)
        return bytes.indices.map { bytes[$0] }
    }
}
