/// One thing to write. The caller encodes it with `CommandWriter`, in the order in which it comes.
package enum SessionCommand: Hashable, Sendable {
    case hello(extended: Bool)
    case reset
    case mail
    /// RCPT for recipient number n of the message begun last, from 0.
    case recipient(Int)
    case data
    /// The content of the oldest open message and the dot that ends it.
    case content
    /// All of the message begun last: RSET if so, MAIL, every RCPT, and BDAT, LAST, with the whole content.
    case transaction(afterReset: Bool)
    /// A dot alone: DATA was granted although nobody was accepted (RFC 2920 3.1).
    case loneDot
    case quit
}

extension SessionCommand {
    package var isTransaction: Bool {
        if case .transaction(afterReset: _) = self { true } else { false }
    }
}

extension Session {
    /// What to say now, or nil when there is nothing to say before something happens.
    ///
    /// What it returns counts as written: the caller must send it. Next: `Session.receive`.
    package mutating func nextCommand() -> SessionCommand? {
        switch phase {
        case .greeting, .helloSent, .left, .over:
            return nil
        case .helloWanted(let extended):
            phase = .helloSent(extended: extended)
            owe(.hello)
            return .hello(extended: extended)
        case .ready:
            return nextOfTransaction()
        case .leaving:
            guard awaited == nil else { return nil }
            owe(.quit)
            phase = .left
            return .quit
        }
    }

    private mutating func nextOfTransaction() -> SessionCommand? {
        switch writing {
        case .nothing, .contentHeld:
            return nil
        case .content:
            owe(.content)
            commit()
            return .content
        case .loneDot:
            owe(.loneDot)
            writing = .nothing
            refresh()
            return .loneDot
        case .reset where style == .chunked, .mail where style == .chunked:
            return wholeTransaction()
        case .reset, .mail, .recipient, .data:
            // Without PIPELINING a command waits for the reply to the one before (RFC 5321 2.1).
            guard capabilities.pipelining || awaited == nil else { return nil }
            return nextOfEnvelope()
        }
    }

    private mutating func wholeTransaction() -> SessionCommand {
        let afterReset = if case .reset = writing { true } else { false }
        owed.appendTransaction(afterReset: afterReset, recipients: recipients)
        awaited = owed.oldest
        commit()
        return .transaction(afterReset: afterReset)
    }

    private mutating func nextOfEnvelope() -> SessionCommand? {
        switch writing {
        case .reset:
            owe(.reset)
            writing = .mail
            return .reset
        case .mail:
            owe(.mail)
            writing = .recipient(0)
            return .mail
        case .recipient(let index):
            owe(.recipient)
            writing = index + 1 < recipients ? .recipient(index + 1) : .data
            return .recipient(index)
        case .data:
            owe(.data)
            writing = .contentHeld
            return .data
        case .nothing, .contentHeld, .content, .loneDot:
            return nil
        }
    }
}
