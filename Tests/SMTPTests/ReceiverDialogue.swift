import Primitives
import Testing

@testable import SMTP

/// A receiver session in a test: what it was told, what it made of it, what it replied.
struct ReceiverDialogue {
    typealias Policy = (ReceiverEvent, _ path: String) -> ReceiverAnswer

    var session: ReceiverSession
    var policy: Policy = { _, _ in .standard }
    private(set) var replies = ""
    /// Events in words; content is joined, however it was cut.
    private(set) var events: [String] = []
    private(set) var contents: [[UInt8]] = []
    private var content: [UInt8] = []

    init(_ offer: ReceiverOffer = ReceiverOffer(), policy: @escaping Policy = { _, _ in .standard }) {
        session = ReceiverSession(offer: offer)
        self.policy = policy
    }

    mutating func feed(_ bytes: [UInt8]) {
        var position = 0
        while true {
            let event = session.next(in: bytes.span, at: &position)
            switch event {
            case .needsInput:
                #expect(position == bytes.count)
                return
            case .content(let range):
                content += bytes[range]
            case .contentReturn:
                content.append(0x0D)
            case _:
                answer(event, path: path(of: event, in: bytes))
            }
        }
    }

    private func path(of event: ReceiverEvent, in bytes: [UInt8]) -> String {
        guard event == .mail || event == .recipient else { return "" }
        let path = session.path(in: bytes.span)
        return String(decoding: path.indices.map { path[$0] }, as: UTF8.self)
    }

    private mutating func answer(_ event: ReceiverEvent, path: String) {
        if !content.isEmpty { events.append("content \(content)") }
        if event == .messageComplete { contents.append(content) }
        if event == .messageComplete || event == .mail { content = [] }
        events.append("\(event) \(path)")
        replies += written { session.answer(policy(event, path), to: event, into: &$0) }
    }

    mutating func greet(_ answer: ReceiverAnswer = .standard) {
        replies += written { session.greet(answer, into: &$0) }
    }
}

func written(_ write: (inout ByteWriter) -> Void) -> String {
    String(decoding: writtenBytes(write), as: UTF8.self)
}

func writtenBytes(capacity: Int = ReceiverSession.longestReply, _ write: (inout ByteWriter) -> Void)
    -> [UInt8]
{
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, capacity), alignment: 16)
    defer { unsafe memory.deallocate() }
    var writer = unsafe ByteWriter(memory)
    write(&writer)
    #expect(!writer.overflowed)
    return unsafe [UInt8](writer.written)
}

/// `C:` and `S:` lines: each group of the client's, then the replies that must follow it.
struct Transcript {
    var client: [UInt8] = []
    var server = ""
    private var steps: [(client: [UInt8], server: String)] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let rest = String(line.dropFirst(3)) + "\r\n"
            if line.hasPrefix("C:") {
                if steps.isEmpty || !(steps.last?.server.isEmpty ?? true) { steps.append(([], "")) }
                steps[steps.count - 1].client += Array(rest.utf8)
                client += Array(rest.utf8)
            } else {
                if steps.isEmpty { steps.append(([], "")) }
                steps[steps.count - 1].server += rest
                server += rest
            }
        }
    }

    /// Plays the dialogue group by group, then with the client's bytes cut at each place, then byte by byte.
    func check(
        _ offer: ReceiverOffer = ReceiverOffer(),
        policy: @escaping ReceiverDialogue.Policy = { _, _ in .standard }
    ) {
        var whole = ReceiverDialogue(offer, policy: policy)
        for (client, server) in steps {
            let before = whole.replies.utf8.count
            whole.feed(client)
            #expect(String(decoding: Array(whole.replies.utf8)[before...], as: UTF8.self) == server)
        }
        expectSameAtEverySplit(client, as: whole, offer, policy: policy)
    }
}

/// Feeds the same bytes cut at each place, and one by one: events, content and replies must be those of `whole`.
func expectSameAtEverySplit(
    _ client: [UInt8], as whole: ReceiverDialogue, _ offer: ReceiverOffer,
    policy: @escaping ReceiverDialogue.Policy
) {
    for split in 0...client.count {
        var cut = ReceiverDialogue(offer, policy: policy)
        cut.feed(Array(client[..<split]))
        cut.feed(Array(client[split...]))
        #expect(cut.events == whole.events && cut.replies == whole.replies, "cut at \(split)")
    }
    var bytewise = ReceiverDialogue(offer, policy: policy)
    for byte in client { bytewise.feed([byte]) }
    #expect(bytewise.events == whole.events && bytewise.replies == whole.replies, "byte by byte")
}
