/// Which rows of the recipients file are wanted, by their line, when the file is read again.
///
/// Up to a line the rows have been judged before: those selected get mail without another look for duplicates, the
/// others are passed over. Rows behind it are judged as if read for the first time: an address is a duplicate when it
/// stands in a row before that was not rejected.
package struct LineSelection: Sendable {
    /// The last line that was judged before; 0 when none was.
    package let judgedThrough: Int
    /// Whether there was nothing behind that line.
    package let isComplete: Bool
    private var words: [UInt64]
    private var rejected: [UInt64]

    /// Selects nothing up to a line, and all behind it.
    package init(judgedThrough: Int = 0, isComplete: Bool = false) {
        self.judgedThrough = judgedThrough
        self.isComplete = isComplete
        words = [UInt64](repeating: 0, count: judgedThrough / 64 + 1)
        // Only what stands behind can be a duplicate.
        rejected = isComplete ? [] : words
    }

    /// - Parameter line: judged before.
    package mutating func insert(_ line: Int) {
        precondition(line >= 0 && line <= judgedThrough, "a line beyond is selected already")
        words[line / 64] |= 1 << UInt64(line % 64)
    }

    /// Says that a row was rejected when it was judged.
    ///
    /// - Parameter line: judged before.
    package mutating func insert(rejected line: Int) {
        precondition(line >= 0 && line <= judgedThrough, "a line beyond was not judged")
        if !isComplete { rejected[line / 64] |= 1 << UInt64(line % 64) }
    }

    /// Whether the row on a line was judged before and not rejected; only while rows may follow.
    func wasAccepted(_ line: Int) -> Bool {
        guard line <= judgedThrough && !isComplete else { return false }
        return rejected[line / 64] & 1 << UInt64(line % 64) == 0
    }

    package func contains(_ line: Int) -> Bool {
        guard line <= judgedThrough else { return !isComplete }
        return words[line / 64] & 1 << UInt64(line % 64) != 0
    }

    /// The first selected line at or behind one; nil when no more follows.
    package func next(from line: Int) -> Int? {
        var word = max(0, line) / 64
        var rest = UInt64.max << UInt64(max(0, line) % 64)
        while word < words.count {
            let found = words[word] & rest
            if found != 0 { return word * 64 + found.trailingZeroBitCount }
            (word, rest) = (word + 1, .max)
        }
        return isComplete ? nil : max(line, judgedThrough + 1)
    }
}
