/// The replies that a server still owes, oldest first.
///
/// Pipelining is nothing but this queue: what is written appends to it, each reply takes from it, and the two
/// share no other state (RFC 2920 3.1). Runs of RCPT count as one entry, up to 15 of them.
package struct OwedReplies: Sendable {
    package enum Command: UInt8, Sendable, CaseIterable {
        case greeting
        case hello
        case reset
        case mail
        case recipient
        case data
        /// The end of a message's content: the reply that decides.
        case content
        /// BDAT … LAST, which decides as well.
        case chunk
        /// The dot that ends a DATA nobody could be accepted for.
        case loneDot
        case quit
    }

    /// Entries: RSET, MAIL, one run of RCPT and BDAT for each transaction of the deepest session.
    package static let capacity = 4 * Grouping.mostDepth
    private static let longestRun: UInt8 = 15

    /// The command in the upper four bits, the length of the run in the lower: a session has to stay small.
    private var runs = InlineArray<128, UInt8>(repeating: 0)
    private var first = 0
    private var used = 0
    /// The command whose reply comes next.
    package private(set) var oldest: Command?

    package init() {}

    package var isEmpty: Bool { used == 0 }

    /// Entries that can be added.
    var room: Int { OwedReplies.capacity - used }

    package mutating func append(_ command: Command) {
        if command == .recipient && used > 0 {
            let last = place(used - 1)
            let run = runs[last]
            if run >> 4 == command.rawValue && run & 0x0F < OwedReplies.longestRun {
                runs[last] = run + 1
                return
            }
        }
        precondition(used < OwedReplies.capacity, "more commands in flight than a session may have")
        runs[place(used)] = command.rawValue << 4 | 1
        if used == 0 { oldest = command }
        used += 1
    }

    /// A whole transaction: RSET if it stands first, MAIL, RCPT `recipients` times, and the chunk.
    mutating func appendTransaction(afterReset: Bool, recipients: Int) {
        precondition(
            room >= 4 + recipients / Int(OwedReplies.longestRun), "more commands in flight than a session may have")
        var end = first &+ used
        if afterReset { put(.reset, 1, at: &end) }
        put(.mail, 1, at: &end)
        var rest = recipients
        while rest > Int(OwedReplies.longestRun) {
            put(.recipient, OwedReplies.longestRun, at: &end)
            rest &-= Int(OwedReplies.longestRun)
        }
        put(.recipient, UInt8(truncatingIfNeeded: rest), at: &end)
        put(.chunk, 1, at: &end)
        if used == 0 { oldest = afterReset ? .reset : .mail }
        used = end &- first
    }

    @inline(__always)
    private mutating func put(_ command: Command, _ count: UInt8, at end: inout Int) {
        runs[end & (OwedReplies.capacity - 1)] = command.rawValue << 4 | count
        end &+= 1
    }

    package mutating func removeOldest() -> Command? {
        guard let command = oldest else { return nil }
        runs[first] -= 1
        if runs[first] & 0x0F == 0 {
            first = place(1)
            used -= 1
            oldest = used == 0 ? nil : Command(rawValue: runs[first] >> 4)
        }
        return command
    }

    /// The replies to whole transactions that follow another, each with RSET before it.
    mutating func removeTransactions(_ count: Int, recipients: Int) {
        let longestRun = Int(OwedReplies.longestRun)
        let entries = count * (3 + (recipients + longestRun - 1) / longestRun)
        precondition(oldest == .reset && entries <= used, "only what is owed is removed")
        first = place(entries)
        used -= entries
        oldest = used == 0 ? nil : .reset
    }

    private func place(_ offset: Int) -> Int { (first + offset) & (OwedReplies.capacity - 1) }
}
