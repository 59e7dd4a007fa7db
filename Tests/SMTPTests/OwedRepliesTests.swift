import Primitives
import Testing

@testable import SMTP

@Suite("Owed replies")
struct OwedRepliesTests {
    private static let commands: [OwedReplies.Command] = [
        .greeting, .hello, .reset, .mail, .recipient, .data, .content, .chunk, .loneDot, .quit,
    ]

    @Test("Nothing is owed at first")
    func empty() {
        var owed = OwedReplies()
        #expect(owed.isEmpty && owed.oldest == nil && owed.removeOldest() == nil)
        owed.append(.quit)
        #expect(!owed.isEmpty && owed.oldest == .quit && owed.removeOldest() == .quit && owed.isEmpty)
    }

    @Test("Two transactions in flight with many recipients fit")
    func twoTransactions() {
        var owed = OwedReplies()
        var expected: [OwedReplies.Command] = []
        for _ in 0..<2 {
            expected += [.reset, .mail] + [OwedReplies.Command](repeating: .recipient, count: Session.mostRecipients)
            expected += [.data, .content]
        }
        expected.append(.quit)
        for command in expected { owed.append(command) }
        var removed: [OwedReplies.Command] = []
        while let command = owed.removeOldest() { removed.append(command) }
        #expect(removed == expected)
    }

    @Test("Replies are owed in the order of the commands", arguments: 0..<200)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var owed = OwedReplies()
        var model: [OwedReplies.Command] = []
        for _ in 0..<500 {
            let isFull = model.count == OwedReplies.capacity
            if isFull || random.oneIn(2) {
                #expect(owed.removeOldest() == (model.isEmpty ? nil : model.removeFirst()), "seed \(seed)")
            } else {
                let any = Self.commands[Int.random(in: 0..<Self.commands.count, using: &random)]
                let command = random.oneIn(2) ? .recipient : any
                owed.append(command)
                model.append(command)
            }
            #expect(owed.oldest == model.first && owed.isEmpty == model.isEmpty, "seed \(seed)")
        }
    }
}
