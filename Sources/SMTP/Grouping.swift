/// How commands and contents share writes: the most that a session does where the server offers it.
package struct Grouping: Hashable, Sendable {
    package enum Style: Sendable {
        /// MAIL, RCPT and DATA in one write if PIPELINING is offered; the content alone; then wait.
        case lockstep
        /// The content of a message and the envelope of the next in one write (RFC 2920 3.1).
        case grouped
        /// Whole transactions, several in one write, with BDAT in place of DATA (RFC 3030).
        case chunked
    }

    package var best: Style
    /// Whole transactions that may be under way in one session; only `chunked` has more than one.
    package var depth: Int

    package static let mostDepth = 32
    package static let usualDepth = 16

    package static let lockstep = Grouping(best: .lockstep, depth: 1)
    package static let grouped = Grouping(best: .grouped, depth: 1)

    /// - Parameter depth: 1...32.
    package static func chunked(depth: Int = usualDepth) -> Grouping {
        precondition((1...mostDepth).contains(depth), "a depth is 1 to 32")
        return Grouping(best: .chunked, depth: depth)
    }

    /// The same without whole transactions: a content only follows the replies to its envelope.
    package var withoutChunks: Grouping {
        switch best {
        case .lockstep, .grouped: self
        case .chunked: .grouped
        }
    }

    /// What is done with a server that offers these.
    func style(with capabilities: Capabilities) -> Style {
        switch best {
        case .lockstep: .lockstep
        case .grouped: capabilities.pipelining ? .grouped : .lockstep
        case .chunked:
            capabilities.pipelining ? (capabilities.chunking ? .chunked : .grouped) : .lockstep
        }
    }
}
