import Primitives
import Testing

@testable import SMTP

@Suite("Patience")
struct PatienceTests {
    @Test(
        "Delivery waits at least as long as RFC 5321 4.5.3.2 asks for",
        arguments: [
            (.greeting, 300), (.mail, 300), (.recipient, 300), (.data, 120), (.content, 600), (.loneDot, 600),
        ] as [(OwedReplies.Command, Int64)])
    func delivery(command: OwedReplies.Command, seconds: Int64) {
        #expect(Patience.delivery.forReply(to: command) >= .seconds(seconds))
    }

    @Test("Each command has the patience that is named after it")
    func names() {
        let patience = Patience(
            connect: .seconds(1), greeting: .seconds(2), hello: .seconds(3), mail: .seconds(4),
            recipient: .seconds(5), data: .seconds(6), content: .seconds(7), reset: .seconds(8),
            quit: .seconds(9), send: .seconds(10), slowestRate: 100, idle: .seconds(11))
        let commands: [OwedReplies.Command] = [
            .greeting, .hello, .mail, .recipient, .data, .content, .loneDot, .reset, .quit,
        ]
        let seconds = commands.map { patience.forReply(to: $0).seconds }
        #expect(seconds == [2, 3, 4, 5, 6, 7, 7, 8, 9])
    }

    @Test(
        "A large message may take longer to be sent: a second for as many bytes as the slowest rate has",
        arguments: [(0, 180), (499, 180), (500, 181), (1_000_000, 2_180)])
    func sending(bytes: Int, seconds: Int64) {
        // Three minutes for a block of data: RFC 5321 4.5.3.2.5.
        #expect(Patience.delivery.forSending(bytes: bytes) == .seconds(seconds))
    }
}
