import Primitives

/// How long to wait for each reply and for the network: RFC 5321 4.5.3.2.
package struct Patience: Hashable, Sendable {
    package var connect: Interval
    package var greeting: Interval
    package var hello: Interval
    package var mail: Interval
    package var recipient: Interval
    package var data: Interval
    /// For the final reply. Shorter than 600 s makes duplicates: the server may accept after we gave up.
    package var content: Interval
    package var reset: Interval
    package var quit: Interval
    /// For the peer to take what is sent, on top of a second for every `slowestRate` bytes.
    package var send: Interval
    /// Bytes a second below which a receiver is given up.
    package var slowestRate: Int64
    /// An open session without work is ended after this; servers wait five minutes.
    package var idle: Interval

    package static let delivery = Patience(
        connect: .seconds(30), greeting: .seconds(300), hello: .seconds(300), mail: .seconds(300),
        recipient: .seconds(300), data: .seconds(120), content: .seconds(600), reset: .seconds(20),
        quit: .seconds(5), send: .seconds(180), slowestRate: 500, idle: .seconds(30))

    /// For `bench`: a receiver under test that is silent for so long has failed.
    package static let bench = Patience(
        connect: .seconds(5), greeting: .seconds(10), hello: .seconds(10), mail: .seconds(10),
        recipient: .seconds(10), data: .seconds(10), content: .seconds(30), reset: .seconds(10),
        quit: .seconds(5), send: .seconds(30), slowestRate: 10_000, idle: .seconds(30))

    package func forReply(to command: OwedReplies.Command) -> Interval {
        switch command {
        case .greeting: greeting
        case .hello: hello
        case .reset: reset
        case .mail: mail
        case .recipient: recipient
        case .data: data
        case .content, .chunk, .loneDot: content
        case .quit: quit
        }
    }

    package func forSending(bytes: Int) -> Interval {
        Interval(nanoseconds: send.nanoseconds + Interval.seconds(Int64(bytes) / slowestRate).nanoseconds)
    }
}
