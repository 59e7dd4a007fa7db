import Primitives

/// The client's side of one SMTP connection, without I/O: RFC 5321 with PIPELINING (RFC 2920).
///
/// Two functions hold the dialogue. `nextCommand` answers *what do I say now*; the caller writes each command
/// that it returns, all of them into one buffer. `receive` answers *what does this reply mean*. Between them
/// the caller may `begin` a message whenever `canBegin` says so.
///
/// With PIPELINING that gives one turn a message: the content of message n and MAIL, RCPT and DATA of message
/// n + 1 leave together, because content may stand first in a group and DATA last (RFC 2920 3.1).
///
/// Any reply that cannot be matched to a command is the end of the session, never skipped: one skipped line
/// would answer the wrong message from then on. Next: `Session.nextCommand`.
package struct Session: Sendable {
    package enum Grouping: Sendable {
        /// One turn a message when the server offers PIPELINING, lockstep when it does not.
        case grouped
        /// MAIL, RCPT, DATA in one write if PIPELINING is offered; the content alone; then wait.
        case lockstep
    }

    enum Phase: Sendable {
        /// Connected; the server speaks first.
        case greeting
        /// The greeting was good, or EHLO was refused: a hello is to be written.
        case helloWanted(extended: Bool)
        case helloSent(extended: Bool)
        case ready
        /// QUIT is to be written.
        case leaving
        /// QUIT is written; its reply, or the end of the connection, comes.
        case left
        /// Nothing more may be written or read.
        case over
    }

    /// How far the writing of the newest transaction is.
    enum Writing: Sendable {
        case nothing
        case reset
        case mail
        case recipient(Int)
        case data
        /// Waiting for 354.
        case contentHeld
        case content
        case loneDot
    }

    var phase = Phase.greeting
    var writing = Writing.nothing
    var owed = OwedReplies()
    var receiving = TransactionProgress()
    /// RCPTs of the newest transaction.
    var recipients = 0
    /// A transaction ended before its content: the server still holds its MAIL (RFC 5321 4.1.1.5).
    var needsReset = false
    package private(set) var openTransactions = 0
    /// Open transactions, oldest first, whose last content byte has been written: their fate is the server's.
    package private(set) var committedTransactions = 0
    package let grouping: Grouping
    package var capabilities = Capabilities()

    package init(grouping: Grouping) {
        self.grouping = grouping
        owed.append(.greeting)
    }

    package var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    package var isOver: Bool {
        if case .over = phase { true } else { false }
    }

    /// Whether a reply is due; without one a silent server is not late.
    package var awaitsReply: Bool { !owed.isEmpty }

    package var awaited: OwedReplies.Command? { owed.oldest }

    /// Whether a message may be begun now.
    ///
    /// One may be begun behind another whose content is already written, and no further: a session never has
    /// more than one message in doubt.
    package var canBegin: Bool {
        guard case .ready = phase, case .nothing = writing else { return false }
        switch grouping {
        case .grouped where capabilities.pipelining:
            return openTransactions == 0 || (openTransactions == 1 && committedTransactions == 1)
        case .grouped, .lockstep:
            return openTransactions == 0 && owed.isEmpty
        }
    }

    /// How many recipients of an open message, counted from the oldest, have no verdict yet.
    package func unsettledRecipients(ofOpen index: Int) -> Int {
        guard index == 0 else { return recipients }
        return receiving.mailRefused ? 0 : receiving.expected - (receiving.answered - receiving.accepted)
    }

    /// Begins a message to `count` recipients: `nextCommand` says the rest.
    package mutating func begin(recipients count: Int) {
        precondition(canBegin && count > 0, "a message is begun when the session can take one")
        recipients = count
        openTransactions += 1
        if openTransactions == 1 { receiving = TransactionProgress(expected: count) }
        writing = needsReset ? .reset : .mail
        needsReset = false
    }

    /// Asks the server to end the session, once no message is under way.
    package mutating func leave() {
        precondition(openTransactions == 0, "QUIT may not cut off a message")
        guard case .ready = phase else { return }
        phase = .leaving
        writing = .nothing
    }

    /// The connection is gone: nothing more will be said.
    package mutating func abandon() {
        phase = .over
        writing = .nothing
    }

    mutating func commit() {
        owed.append(.content)
        committedTransactions += 1
        writing = .nothing
    }

    mutating func closeOldestTransaction() {
        openTransactions -= 1
        committedTransactions = max(0, committedTransactions - 1)
        receiving = TransactionProgress(expected: recipients)
        if openTransactions == 0 { writing = .nothing }
    }
}

/// How far the replies to the oldest open transaction have come.
struct TransactionProgress: Sendable {
    /// RCPTs whose replies are still to come.
    var expected = 0
    var answered = 0
    var accepted = 0
    var mailAccepted = false
    /// MAIL was refused: the verdict is out, the replies behind it are only swallowed.
    var mailRefused = false
}
