/// Stretches of a letter that are the same for all recipients, left out of what is written: whoever sends the
/// messages puts them in from one place, without a copy for each recipient.
package struct SharedPieces: Sendable {
    package struct Piece: Hashable, Sendable {
        /// How many written bytes come before it.
        package var offset: Int
        /// Which bytes of `Letter.literals` it is.
        package var bytes: Range<Int>
    }

    /// Shorter stretches are written: to send one by itself would cost more than its copy.
    package let shortest: Int
    package private(set) var pieces: [Piece] = []
    /// Bytes of all pieces.
    package private(set) var byteCount = 0

    /// - Parameter shortest: `Int.max` when everything is to be written.
    package init(shortest: Int) {
        self.shortest = shortest
    }

    package mutating func removeAll() {
        pieces.removeAll(keepingCapacity: true)
        byteCount = 0
    }

    // Seldom and short beside what it spares: kept out of the way of the pieces that are copied.
    @inline(never)
    mutating func append(_ bytes: Range<Int>, at offset: Int) {
        pieces.append(Piece(offset: offset, bytes: bytes))
        byteCount += bytes.count
    }

    /// To be called when `count` written bytes before the pieces from `first` on have been taken out.
    package mutating func moveUp(from first: Int, by count: Int) {
        for index in first..<pieces.count { pieces[index].offset -= count }
    }
}
