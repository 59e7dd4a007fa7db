import Delivery
import Engine
import Message
import Primitives
import SMTP
import Uring

/// Sends made-up messages over a network in memory, reads a list, or composes letters, for `Benchmarks/instructions` to
/// count what that takes.
///
///     InstructionCount lockstep|grouped|chunked MESSAGES [BYTES [learning]]
///     InstructionCount reading LIST
///     InstructionCount composing MESSAGES
///
/// With `learning` as in a campaign, where refusals would slow it down; without, as in a benchmark.
@main
enum InstructionCount {
    private static let depth = 16
    private static let sessions = 4

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.count == 2, arguments.first == "reading", let list = arguments.last {
            return print(try ReadingCount.perform(list: list))
        }
        if arguments.count == 2, arguments.first == "composing", let messages = arguments.last.flatMap({ Int($0) }) {
            return print(try ComposingCount.perform(messages: messages))
        }
        guard let name = arguments.first, let grouping = grouping(named: name),
            let messages = arguments.dropFirst().first.flatMap({ Int($0) })
        else {
            print("usage: InstructionCount lockstep|grouped|chunked MESSAGES [BYTES [learning]]")
            print("       InstructionCount reading LIST")
            print("       InstructionCount composing MESSAGES")
            return
        }
        let bytes = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 1_024
        var mission = try mission(grouping, bytes: bytes)
        mission.limits.learns = arguments.dropFirst(3).first == "learning"
        let accepted = EchoRun.perform(mission, messages: messages, outcomes: SilentListener())
        precondition(accepted == messages, "\(accepted) of \(messages) messages were accepted")
    }

    private static func grouping(named name: String) -> Grouping? {
        switch name {
        case "lockstep": .lockstep
        case "grouped": .grouped
        case "chunked": .chunked(depth: depth)
        default: nil
        }
    }

    private static func mission(_ grouping: Grouping, bytes: Int) throws -> Mission {
        var limits = Limits()
        limits.sessions = sessions
        limits.sessionsPerSite = sessions
        limits.messagesPerSession = 0
        limits.messagesPerNewSession = 1
        let letter = try Letter.filler(
            byteCount: bytes, fromAddress: "load@bench.test", messageIDDomain: "bench.test",
            runToken: "0123456789abcdef")
        return Mission(
            letter: letter, envelopeFrom: Array("load@bench.test".utf8), helloName: Array("bench.test".utf8),
            destination: .loopback(port: 25), grouping: grouping, limits: limits, patience: .bench,
            unixOrigin: 1_800_000_000_000_000_000)
    }
}

private final class SilentListener: OutcomeListener {
    var wantsAcceptances: Bool { false }

    func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {}

    func accepted(_ row: Span<UInt8>) {}
}
