/// What the next bytes of a client mean to a receiver.
package enum ReceiverEvent: Equatable, Sendable {
    /// All of the input is used. No answer.
    case needsInput
    /// Content of the message, dots removed: these bytes of the input. No answer.
    case content(Range<Int>)
    /// Content of the message: one CR that came with an earlier input. No answer.
    case contentReturn

    case hello(extended: Bool)
    /// MAIL; `ReceiverSession.path` is the reverse-path, empty for `<>`.
    case mail
    /// RCPT; `ReceiverSession.path` is the forward-path.
    case recipient
    case data
    /// A chunk that is not the last has come whole.
    case chunkComplete
    /// The content has come whole: by the dot, or by the last chunk.
    case messageComplete
    case reset
    case noop
    case verify
    case help
    case quit
    /// The client broke the protocol.
    case fault(ReceiverFault)
}

extension ReceiverEvent {
    /// Whether the client waits for a reply: then `ReceiverSession.answer` comes before anything else.
    package var needsAnswer: Bool {
        switch self {
        case .needsInput, .content, .contentReturn:
            return false
        case .hello, .mail, .recipient, .data, .chunkComplete, .messageComplete, .reset, .noop, .verify,
            .help,
            .quit, .fault:
            return true
        }
    }
}

/// What a receiver does about an event.
package enum ReceiverAnswer: Sendable {
    /// What the RFC says: the command is accepted, and a fault is refused with its own code.
    case standard
    case refuse(ReceiverRefusal)
    /// Says this last word, if any; the session is finished.
    case hangUp(ReceiverRefusal?)
}

/// A reply of class 4 or 5.
package struct ReceiverRefusal: Sendable {
    /// 400 to 599.
    package var code: Int
    /// As `5.7.1` (RFC 3463); it is left out when the receiver does not offer enhanced status codes.
    package var enhanced: StaticString
    /// Printable ASCII without line ends.
    package var text: StaticString

    package init(_ code: Int, _ enhanced: StaticString, _ text: StaticString) {
        self.code = code
        self.enhanced = enhanced
        self.text = text
    }
}

/// How a client can break the protocol.
package enum ReceiverFault: Equatable, Sendable {
    case unknownCommand
    /// A command that this receiver does not offer, as STARTTLS, or BDAT without CHUNKING.
    case notImplemented
    /// A command line of more than `ReceiverSession.longestLine` octets.
    case lineTooLong
    case syntax
    /// A parameter of MAIL or RCPT that was not offered (RFC 5321 4.1.1.11).
    case unknownParameter
    /// MAIL before EHLO or HELO (RFC 5321 4.1.4).
    case noHello
    /// RCPT, DATA or BDAT without an accepted MAIL.
    case noMail
    /// DATA or BDAT without an accepted RCPT.
    case noRecipients
    /// A second MAIL in a transaction, or RCPT or DATA after BDAT (RFC 3030 2).
    case badSequence
    /// After a failed BDAT or a mix of BDAT and DATA, anything but RSET (RFC 3030 2).
    case needsReset
    case tooManyMessages
    case tooManyRecipients
    /// The SIZE that MAIL declares is above the limit (RFC 1870 6.1).
    case declaredTooLarge
    /// The content is above the limit; what is beyond it is not handed out.
    case messageTooLarge
    /// An address that is not ASCII in a transaction without SMTPUTF8 (RFC 6531 3.5).
    case addressNeedsUTF8
    /// BDAT without a readable count: nobody knows where its octets end, so the session cannot go on.
    case chunkSizeUnreadable
}

extension ReceiverFault {
    /// Whether the standard answer ends the session.
    var isFatal: Bool { self == .chunkSizeUnreadable || self == .tooManyMessages }

    var refusal: ReceiverRefusal {
        switch self {
        case .unknownCommand: ReceiverRefusal(500, "5.5.2", "Command not recognized")
        case .notImplemented: ReceiverRefusal(502, "5.5.1", "Command not implemented")
        case .lineTooLong: ReceiverRefusal(500, "5.5.2", "Line too long")
        case .syntax: ReceiverRefusal(501, "5.5.4", "Syntax error in parameters")
        case .unknownParameter: ReceiverRefusal(555, "5.5.4", "Parameter not recognized")
        case .noHello: ReceiverRefusal(503, "5.5.1", "Send EHLO or HELO first")
        case .noMail: ReceiverRefusal(503, "5.5.1", "Need MAIL command")
        case .noRecipients: ReceiverRefusal(554, "5.5.1", "No valid recipients")
        case .badSequence: ReceiverRefusal(503, "5.5.1", "Bad sequence of commands")
        case .needsReset: ReceiverRefusal(503, "5.5.1", "Transaction failed, send RSET")
        case .tooManyMessages: ReceiverRefusal(421, "4.7.0", "Too many messages in this session")
        case .tooManyRecipients: ReceiverRefusal(452, "4.5.3", "Too many recipients")
        case .declaredTooLarge, .messageTooLarge: ReceiverRefusal(552, "5.3.4", "Message too big")
        case .addressNeedsUTF8: ReceiverRefusal(553, "5.6.7", "Address needs SMTPUTF8")
        case .chunkSizeUnreadable: ReceiverRefusal(501, "5.5.4", "Syntax: BDAT count [LAST], closing")
        }
    }
}
