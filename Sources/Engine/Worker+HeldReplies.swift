import Delivery
import Primitives
import SMTP

/// A final reply may come while the send that holds the content is still out: the kernel has taken the dot and
/// not yet the envelope behind it, or the receiver answers before it has read everything. Which of the two is
/// known when the send has ended; until then the reply and all behind it are kept unread.
extension Worker where Net: ~Copyable {
    private static var mostHeld: Int { 65_536 }

    /// Keeps a reply, as one line, and the rest of the input.
    mutating func hold(_ slot: ConnectionSlot, _ reply: Reply, _ input: Span<UInt8>, from cursor: Int) {
        let textCount = copyReplyText(slot, input)
        connections[slot].held.append(contentsOf: "\(reply.code) ".utf8)
        for index in 0..<textCount { connections[slot].held.append(replyText.bytes(0..<textCount)[index]) }
        connections[slot].held.append(contentsOf: "\r\n".utf8)
        hold(slot, input, from: cursor)
    }

    mutating func hold(_ slot: ConnectionSlot, _ input: Span<UInt8>, from cursor: Int) {
        unsafe input.extracting(cursor...).withUnsafeBufferPointer {
            unsafe connections[slot].held.append(contentsOf: $0)
        }
        if connections[slot].held.count > Self.mostHeld {
            end(slot, because: .protocolFault(.syntax(.replyTooLong)))
        }
    }

    /// The send has ended: what was held is heard now.
    mutating func hearHeld(_ slot: ConnectionSlot) {
        guard !connections[slot].held.isEmpty else { return }
        var held: [UInt8] = []
        swap(&held, &connections[slot].held)
        hear(slot, held.span)
        // Its memory serves again: with large contents most replies come while a send is out.
        guard connections[slot].held.isEmpty else { return }
        held.removeAll(keepingCapacity: true)
        connections[slot].held = held
    }

    /// The connection is closed: a held reply still decides about its message, if it may.
    mutating func settleHeld(_ slot: ConnectionSlot) {
        let held = connections[slot].held
        guard !held.isEmpty else { return }
        var cursor = 0
        connections[slot].parser = ReplyParser()
        guard case .reply(let reply) = connections[slot].parser.next(in: held.span, at: &cursor) else { return }
        let textCount = copyReplyText(slot, held.span)
        let contentSent = connections[slot].contentWasTaken
        let event = connections[slot].session.receive(reply, contentSent: contentSent)
        switch event {
        case .settled(let count, let stage, let isOver):
            settle(count, at: stage, isOver: isOver, by: reply, on: slot, textCount: textCount)
        case .finished: finishOldest(slot)
        case .proceed, .ready, .rejected, .shutdown, .farewell, .fault: break
        }
    }
}
