@testable import SMTP

extension Session {
    /// Ready, with so many whole transactions written.
    static func chunked(depth: Int, transactions: Int, recipients: Int) -> Session {
        var session = Session(grouping: .chunked(depth: depth))
        _ = session.receive(Reply(code: 220), contentSent: true)
        _ = session.nextCommand()
        session.capabilities.note(Array("PIPELINING".utf8).span)
        session.capabilities.note(Array("CHUNKING".utf8).span)
        _ = session.receive(Reply(code: 250), contentSent: true)
        session.depth = depth
        for _ in 0..<transactions {
            session.begin(recipients: recipients)
            while session.nextCommand() != nil {}
        }
        return session
    }
}
