/// The replies that a server still owes, oldest first.
///
/// Pipelining is nothing but this queue: what is written appends to it, each reply takes from it, and the two
/// share no other state (RFC 2920 3.1). Runs of one command count as one entry.
package struct OwedReplies: Sendable {
    package enum Command: UInt8, Sendable {
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

    private struct Run: Sendable {
        var command: Command
        var count: UInt16
    }

    /// Enough for the deepest session: RSET, MAIL, a run of RCPT and BDAT for each transaction.
    package static let capacity = 4 * Grouping.mostDepth

    private var runs = InlineArray<256, Run>(repeating: Run(command: .quit, count: 0))
    private var first = 0
    private var used = 0

    package init() {}

    package var isEmpty: Bool { used == 0 }

    /// The command whose reply comes next.
    package var oldest: Command? { used == 0 ? nil : runs[first].command }

    package mutating func append(_ command: Command) {
        if used > 0 {
            let last = (first + used - 1) % OwedReplies.capacity
            if runs[last].command == command && command == .recipient && runs[last].count < .max {
                runs[last].count += 1
                return
            }
        }
        precondition(used < OwedReplies.capacity, "more commands in flight than a session may have")
        runs[(first + used) % OwedReplies.capacity] = Run(command: command, count: 1)
        used += 1
    }

    package mutating func removeOldest() -> Command? {
        guard used > 0 else { return nil }
        let command = runs[first].command
        runs[first].count -= 1
        if runs[first].count == 0 {
            first = (first + 1) % OwedReplies.capacity
            used -= 1
        }
        return command
    }
}
