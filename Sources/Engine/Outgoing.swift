import Message
import Primitives
import SMTP

/// One send while it is put together.
struct Outgoing: ~Copyable {
    private(set) var buffer: OutputBuffer
    /// What is written for this session alone.
    var writer: ByteWriter
    /// What belongs between it.
    var shared: SharedPieces

    init(_ buffer: OutputBuffer, shared: consuming SharedPieces) {
        self.buffer = buffer
        writer = buffer.writer()
        self.shared = shared
    }

    /// Bytes of the send so far.
    var count: Int { writer.count + shared.byteCount }

    /// Goes on in a larger buffer when so many bytes more might not fit this one.
    mutating func makeRoom(for count: Int, from pool: inout OutputPool) {
        let needed = writer.count + count
        guard needed > buffer.capacity else { return }
        let larger = pool.take(atLeast: needed)
        var moved = larger.writer()
        unsafe moved.append(copying: writer.written)
        pool.give(buffer)
        buffer = larger
        writer = moved
    }

    /// Appends a message as one chunk. Its count stands before it and is known only behind it: room is left
    /// for the count that it can have at most, and a digit too many is taken out again.
    mutating func appendChunk(_ letter: Letter, to row: PackedRow, date: Span<UInt8>, atMost bound: Int) {
        let start = writer.count
        let before = count
        let firstPiece = shared.pieces.count
        let room = CommandWriter.lastChunkCount(bound)
        writer.skip(room)
        letter.compose(row, date: date, into: &writer, sharing: &shared)
        let content = count - before - room
        let surplus = room - CommandWriter.lastChunkCount(content)
        if surplus > 0 {
            writer.remove(start..<start + surplus)
            shared.moveUp(from: firstPiece, by: surplus)
        }
        var head = writer.gap(start..<start + room - surplus)
        CommandWriter.lastChunk(count: content, into: &head)
    }
}
