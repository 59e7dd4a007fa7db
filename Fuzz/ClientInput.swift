import Primitives

@testable import SMTP

/// A receiver makes the same of the same bytes however they are cut, and its replies are bounded.
@Sendable func checkReceiver(_ bytes: [UInt8]) {
    let input = CutInput(bytes)
    let whole = receive([input.whole])
    let cut = receive(input.pieces)
    require(whole == cut, "a cut changes what a receiver makes of its input")
}

/// What a receiver said, and the content that it was given.
private struct Received: Equatable {
    var replies: [UInt8] = []
    var content: [UInt8] = []
    var messages = 0
}

private func receive(_ pieces: [[UInt8]]) -> Received {
    var offer = ReceiverOffer()
    offer.sizeLimit = 200
    offer.mailLimit = 3
    offer.recipientLimit = 2
    let memory = Memory(capacity: ReceiverSession.longestReply)
    var session = ReceiverSession(offer: offer)
    var received = Received()
    for piece in pieces where !session.isFinished {
        var position = 0
        reading: while !session.isFinished {
            let event = session.next(in: piece.span, at: &position)
            require((0...piece.count).contains(position), "a position outside the input")
            switch event {
            case .needsInput: break reading
            case .content(let range): received.content += piece[range]
            case .contentReturn: received.content.append(0x0D)
            case _:
                if event == .messageComplete { received.messages += 1 }
                var writer = memory.writer
                session.answer(.standard, to: event, into: &writer)
                require(!writer.overflowed, "a reply longer than its limit")
                received.replies += memory.written(writer)
            }
        }
    }
    require(received.messages <= 3, "more messages than the limit")
    return received
}
