import Primitives

/// The client's side of one SMTP connection, without I/O: RFC 5321 with PIPELINING (RFC 2920) and CHUNKING
/// (RFC 3030).
///
/// Two functions hold the dialogue. `nextCommand` answers *what do I say now*; the caller writes each command
/// that it returns, all of them into one buffer. `receive` answers *what does this reply mean*. Between them
/// the caller may `begin` a message whenever `canBegin` says so.
///
/// With PIPELINING that gives one turn a message: the content of message n and MAIL, RCPT and DATA of message
/// n + 1 leave together, because content may stand first in a group and DATA last (RFC 2920 3.1). With
/// CHUNKING whole transactions leave together, several at a time. RSET stands between them: after a BDAT that
/// failed, the server's state is unknown (RFC 3030 2), and recipients that it kept would get the next message.
///
/// Any reply that cannot be matched to a command is the end of the session, never skipped: one skipped line
/// would answer the wrong message from then on. Next: `Session.nextCommand`.
package struct Session: Sendable {
    enum Phase: Equatable, Sendable {
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
        /// DATA, or the chunk that holds the whole content.
        case data
        /// Waiting for 354.
        case contentHeld
        case content
        case loneDot
    }

    var phase = Phase.greeting {
        didSet { isOver = if case .over = phase { true } else { false } }
    }
    var writing = Writing.nothing
    var owed = OwedReplies()
    var receiving = TransactionProgress()
    /// RCPTs of each message; the same for all of a session.
    var recipients = 0
    /// The server may still hold something of a transaction (RFC 5321 4.1.1.5).
    var needsReset = false
    /// Whole transactions that may be under way now: 1 until one has succeeded, less again after trouble.
    var depth = 1
    /// Messages are being begun for the write that is being put together.
    var isFilling = false
    package internal(set) var style = Grouping.Style.lockstep
    package internal(set) var openTransactions = 0
    /// Open transactions, oldest first, whose last content byte has been written: their fate is the server's.
    package internal(set) var committedTransactions = 0
    package let grouping: Grouping
    // What the caller asks with every reply is kept at hand: to work it out would copy the session.
    /// Whether a message may be begun now.
    package private(set) var canBegin = false
    /// Whether nothing more may be written or read.
    package private(set) var isOver = false
    /// The command whose reply comes next; nil when none is due, and a silent server is not late.
    package internal(set) var awaited: OwedReplies.Command?
    package var capabilities = Capabilities()

    /// - Parameter usesPipelining: false to say one command at a time, whatever the server offers.
    package init(grouping: Grouping, usesPipelining: Bool = true) {
        self.grouping = grouping
        capabilities.ignoresPipelining = !usesPipelining
        owe(.greeting)
    }

    /// Ready, with no message and no reply to come.
    package var isAtRest: Bool { isReady && openTransactions == 0 && awaited == nil }

    package var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    /// Grouped, a message may be begun behind another whose content is already written, and no further.
    /// Chunked, the session is filled up whenever half of its depth is free, so that writes stay large.
    private var mayBegin: Bool {
        guard case .ready = phase, case .nothing = writing else { return false }
        switch style {
        case .lockstep: return openTransactions == 0 && awaited == nil
        case .grouped: return openTransactions == 0 || (openTransactions == 1 && committedTransactions == 1)
        case .chunked:
            return openTransactions < depth && (isFilling || openTransactions * 2 <= depth) && hasRoomForReplies
        }
    }

    /// Whether the replies to one transaction more can be kept account of. Its RCPTs take one entry in fifteen.
    private var hasRoomForReplies: Bool { openTransactions == 0 || owed.room >= 4 + recipients / 15 }

    /// How many recipients of an open message, counted from the oldest, have no verdict yet.
    package func unsettledRecipients(ofOpen index: Int) -> Int {
        guard index == 0 else { return recipients }
        return receiving.mailRefused ? 0 : receiving.expected - (receiving.answered - receiving.accepted)
    }

    /// Recipients that a message may have here: so many that the replies to two messages can be kept account
    /// of. Servers must take 100 (RFC 5321 4.5.3.1.8).
    package static let mostRecipients = 800

    /// Begins a message to `count` recipients, 1...800: `nextCommand` says the rest.
    package mutating func begin(recipients count: Int) {
        precondition(canBegin, "a message is begun when the session can take one")
        precondition((1...Session.mostRecipients).contains(count), "a message has 1 to 800 recipients")
        recipients = count
        isFilling = true
        openTransactions += 1
        if openTransactions == 1 { receiving = TransactionProgress(expected: count) }
        writing = needsReset ? .reset : .mail
        needsReset = style == .chunked
        canBegin = false
    }

    /// Begins a message and says all of it at once, where whole transactions are written: what `begin` and then
    /// `nextCommand` do.
    package mutating func beginTransaction(recipients count: Int) -> SessionCommand {
        precondition(canBegin && style == .chunked, "a whole transaction is begun when the session can take one")
        precondition((1...Session.mostRecipients).contains(count), "a message has 1 to 800 recipients")
        let afterReset = needsReset
        recipients = count
        isFilling = true
        openTransactions += 1
        if openTransactions == 1 { receiving = TransactionProgress(expected: count) }
        needsReset = true
        owed.appendTransaction(afterReset: afterReset, recipients: count)
        awaited = owed.oldest
        committedTransactions += 1
        canBegin = openTransactions < depth && hasRoomForReplies
        return .transaction(afterReset: afterReset)
    }

    /// Asks the server to end the session, once no message is under way.
    package mutating func leave() {
        precondition(openTransactions == 0, "QUIT may not cut off a message")
        guard case .ready = phase else { return }
        phase = .leaving
        writing = .nothing
        canBegin = false
    }

    /// The connection is gone: nothing more will be said.
    package mutating func abandon() {
        phase = .over
        writing = .nothing
        canBegin = false
    }

    /// To be called when something has changed on which `canBegin` depends.
    mutating func refresh() { canBegin = mayBegin }

    mutating func owe(_ command: OwedReplies.Command) {
        owed.append(command)
        awaited = owed.oldest
    }

    mutating func takeOldestOwed() -> OwedReplies.Command? {
        defer { awaited = owed.oldest }
        return owed.removeOldest()
    }

    /// The last byte of the newest transaction's content is written.
    mutating func commit() {
        committedTransactions += 1
        writing = .nothing
        refresh()
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
