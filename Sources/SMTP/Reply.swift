/// What a reply's first digit says (RFC 5321 4.2.1). Unknown codes count by it alone.
package enum Severity: Sendable {
    case success
    case intermediate
    case transient
    case permanent
}

/// An enhanced status code such as 4.2.2 (RFC 3463).
package struct EnhancedCode: Hashable, Sendable {
    package var classDigit: UInt8
    package var subject: UInt16
    package var detail: UInt16

    package init(_ classDigit: UInt8, _ subject: UInt16, _ detail: UInt16) {
        self.classDigit = classDigit
        self.subject = subject
        self.detail = detail
    }

    /// Such as `4.2.2`.
    package var text: String { "\(classDigit).\(subject).\(detail)" }
}

/// One whole reply: its code and, when it has one that agrees with the code, its enhanced code.
///
/// The text stays with the `ReplyParser` that found it.
package struct Reply: Hashable, Sendable {
    /// 200...599.
    package var code: UInt16
    package var enhanced: EnhancedCode?

    package init(code: UInt16, enhanced: EnhancedCode? = nil) {
        self.code = code
        self.enhanced = enhanced
    }

    package var severity: Severity {
        switch code {
        case ..<300: .success
        case ..<400: .intermediate
        case ..<500: .transient
        default: .permanent
        }
    }

    /// 421: the server closes the connection after this reply, whatever command it answers (RFC 5321 3.8).
    package var announcesShutdown: Bool { code == 421 }
}

/// How a server broke the reply syntax. Each is the end of the session: a skipped line under pipelining would
/// shift every later reply to the wrong command.
package enum ReplyFault: Error, Hashable, Sendable {
    case badCode
    case changingCode
    case lineTooLong
    case tooManyLines
    case replyTooLong
}
