import Primitives

@testable import SMTP

/// Replies are the same however the input is cut, bounded, and over at the first fault.
@Sendable func checkReplies(_ bytes: [UInt8]) {
    let input = CutInput(bytes)
    let whole = replies(in: [input.whole])
    require(whole == replies(in: input.pieces), "a cut changes the replies")
    for case .reply(let reply) in whole {
        require((200...599).contains(reply.code), "a code that is none")
    }
}

private func replies(in pieces: [[UInt8]]) -> [ReplyParser.Step] {
    let memory = Memory(capacity: ReplyParser.mostBytes)
    var parser = ReplyParser()
    var steps: [ReplyParser.Step] = []
    for piece in pieces {
        var cursor = 0
        reading: while true {
            let step = parser.next(in: piece.span, at: &cursor)
            require((0...piece.count).contains(cursor), "a cursor outside the input")
            switch step {
            case .needsInput:
                require(cursor == piece.count, "input is left behind")
                break reading
            case .fault: return steps + [step]
            case .line, .reply:
                var writer = memory.writer
                parser.copyText(from: piece.span, into: &writer)
                require(writer.count <= ReplyParser.keptBytes, "a text longer than its limit")
                steps.append(step)
            }
        }
    }
    return steps
}

/// Each line of an EHLO reply is read alone, and a limit that was read is one that can be kept.
@Sendable func checkCapabilities(_ bytes: [UInt8]) {
    var capabilities = Capabilities()
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
        capabilities.note(Array(line).span)
    }
    for limit in [capabilities.mostMessages, capabilities.mostRecipients] {
        require(limit.map { $0 > 0 } ?? true, "a limit that permits nothing")
    }
    require((capabilities.largestMessage ?? 0) >= 0, "a negative size")
}

/// What is valid can be written into a command: printable ASCII, within the limits, one `@` where it was said.
@Sendable func checkAddress(_ bytes: [UInt8]) {
    guard case .valid(let atSign) = Address.check(bytes.span) else { return }
    require(bytes.count <= Address.longestAddress, "too long an address")
    require(bytes[atSign] == UInt8(ascii: "@") && bytes.count { $0 == UInt8(ascii: "@") } == 1, "not one @")
    require((1...Address.longestLocalPart).contains(atSign), "too long a local part")
    require(bytes.allSatisfy { (0x21...0x7E).contains($0) }, "a byte that a command must not have")
    let forbidden = Array("<>()[]\\,;:\"".utf8)
    require(!bytes.contains(where: forbidden.contains), "a byte that means something in a path")
}
