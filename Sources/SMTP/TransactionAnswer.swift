import Primitives

/// How the server answered a whole transaction that it accepted, and where that stands in what it sent.
///
/// Most servers answer every transaction with the same lines, but for what comes behind the last enhanced code, a
/// queue's number often: these are known by comparing bytes, and need not be understood again.
package struct TransactionAnswer: Sendable {
    /// The replies to RSET, MAIL and every RCPT.
    private let assents: Range<Int>
    /// How many these are.
    let assentCount: Int
    /// The code and the enhanced code of the reply to the chunk, with the space behind each.
    private let verdict: Range<Int>

    /// - Parameters:
    ///   - assents: where the replies before the last begin and end, whole lines of success.
    ///   - reply: the last, which begins where these end. Only one with an enhanced code of single digits will do.
    package init?(assents: Range<Int>, count: Int, verdict reply: Reply, in input: Span<UInt8>) {
        guard reply.severity == .success, let enhanced = reply.enhanced, enhanced.subject < 10, enhanced.detail < 10
        else { return nil }
        let verdict = assents.upperBound..<assents.upperBound + "250 2.0.0 ".utf8.count
        guard verdict.upperBound <= input.count, input[verdict.upperBound - 1] == 0x20 else { return nil }
        self.assents = assents
        assentCount = count
        self.verdict = verdict
    }

    /// Moves `cursor` behind the replies to another transaction when they are such ones and stand whole in `input`.
    func pass(in input: Span<UInt8>, at cursor: inout Int) -> Bool {
        let verdictStart = cursor + assents.count
        guard input.repeats(assents, at: cursor), input.repeats(verdict, at: verdictStart),
            let end = input.firstIndex(of: 0x0A, from: verdictStart + verdict.count),
            end - verdictStart <= ReplyParser.longestLine
        else { return false }
        cursor = end + 1
        return true
    }
}

extension Session {
    /// Takes the replies to further transactions as long as each is accepted just like the one before.
    ///
    /// Only to be called when the last reply was the verdict on a transaction, all that was written has been sent,
    /// and no line has been begun.
    ///
    /// - Returns: how many transactions are settled by it, with all their recipients, at the stage of the content.
    package mutating func takeAccepted(
        like answer: TransactionAnswer, in input: Span<UInt8>, at cursor: inout Int
    ) -> Int {
        // So many assents in a row are those to RSET, MAIL and every RCPT: the whole transaction's.
        guard style == .chunked, phase == .ready, answer.assentCount == recipients + 2 else { return 0 }
        var count = 0
        while count < openTransactions, answer.pass(in: input, at: &cursor) { count += 1 }
        guard count > 0 else { return 0 }
        owed.removeTransactions(count, recipients: recipients)
        awaited = owed.oldest
        openTransactions -= count
        committedTransactions -= count
        depth = min(depth + count, grouping.depth)
        refresh()
        return count
    }
}
