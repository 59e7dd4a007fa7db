/// Lines of a file, one bit each.
package struct LineSet: Sendable {
    private var words: [UInt64] = []
    package private(set) var count = 0

    package init() {}

    /// Adds a line; false when it was there.
    @discardableResult
    package mutating func insert(_ line: Int) -> Bool {
        precondition(line >= 0, "lines are counted from 1")
        if line / 64 >= words.count {
            words.append(contentsOf: repeatElement(0, count: max(line / 64 + 1 - words.count, words.count)))
        }
        let bit: UInt64 = 1 << UInt64(line % 64)
        guard words[line / 64] & bit == 0 else { return false }
        words[line / 64] |= bit
        count += 1
        return true
    }

    package func contains(_ line: Int) -> Bool {
        line >= 0 && line / 64 < words.count && words[line / 64] & 1 << UInt64(line % 64) != 0
    }
}
