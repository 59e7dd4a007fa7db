import Message
import Uring

/// The bytes that all messages of a run share, at one place in memory until the worker is gone: they are sent
/// from here, again and again, without a copy for each recipient.
@safe
struct LetterShelf: ~Copyable {
    /// A letter of more pieces than this is copied whole: a send cannot have any number of them.
    static var mostPieces: Int { 128 }

    private let base: UnsafeMutableRawPointer
    private let count: Int
    /// See `SharedPieces.shortest`.
    let shortest: Int
    /// Bytes of every message that are never copied, at least.
    let sharedCount: Int

    /// - Parameter shortest: see `SharedPieces.shortest`.
    init(_ letter: Letter, shortest wanted: Int) {
        count = letter.literals.count
        unsafe base = .allocate(byteCount: max(count, 1), alignment: 64)
        let place = unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
        unsafe letter.literals.withUnsafeBytes { bytes in unsafe place.copyMemory(from: bytes) }
        shortest = letter.mostSharedPieces(shortest: wanted) <= LetterShelf.mostPieces ? wanted : .max
        sharedCount = letter.sharedCount(shortest: shortest)
    }

    deinit { unsafe base.deallocate() }

    /// The send that consists of what was written and of the pieces between it.
    func gather(_ shared: SharedPieces, into written: UnsafeRawBufferPointer, _ pieces: inout [MemoryPiece]) {
        pieces.removeAll(keepingCapacity: true)
        guard let start = written.baseAddress else { return }
        var taken = 0
        for index in shared.pieces.indices {
            let piece = shared.pieces[index]
            if piece.offset > taken {
                unsafe pieces.append(MemoryPiece(start: start + taken, count: piece.offset - taken))
                taken = piece.offset
            }
            precondition(piece.bytes.lowerBound >= 0 && piece.bytes.upperBound <= count, "no such bytes")
            unsafe pieces.append(MemoryPiece(start: base + piece.bytes.lowerBound, count: piece.bytes.count))
        }
        if written.count > taken {
            unsafe pieces.append(MemoryPiece(start: start + taken, count: written.count - taken))
        }
    }
}
