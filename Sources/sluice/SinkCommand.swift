import ArgumentParser
import Foundation
import Pacing
import Primitives
import SMTP
import Sink
import Uring

struct SinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Receive mail at full speed, and deliver none of it.",
        discussion: """
            A server to send to while trying, testing and measuring. It accepts every message and drops it, \
            unless --log or --store say what to keep.

            The first line on standard output is "sluice sink: listening on ADDRESS:PORT". Ctrl-C or SIGTERM \
            ends it: messages on their way are still taken, then the statistics are printed.

            With --log FILE there is one line of JSON for each accepted message, in the file before the \
            message's 250 is sent: time (seconds since 1970), begun (the same, when MAIL came), session, \
            peer, ehlo, mail_from, recipients, bytes and sha256 of the content (dots removed, \
            without the line with the dot), message_id. The file is appended to.

            With --reply-delay every reply comes so long after the bytes that caused it were read, the \
            greeting so long after the connection: as if the receiver were far away. With a range, such as \
            0-500ms, each takes its own time from it, and --seed decides which.

            With --refuse STAGE=CODE:PERCENT so many of the commands of a stage are refused; which ones, \
            --seed decides. Stages: mail, rcpt, data (DATA, or a BDAT that is not the last), content (the \
            reply to the whole message). After a 421 the sink closes. --forget-to-clear makes the sink \
            broken on purpose: after a failed transaction it keeps the recipients and gives them the \
            session's next message as well, unless RSET or EHLO comes before. A client that is right \
            about RSET shows no such message in the log.

            The limits are a provider's, to see what a sender does about them. --limit-rate is a token \
            bucket over all sessions: it holds max_burst messages (by default those of one second), begins \
            full and is refilled without a pause; a MAIL that finds it empty gets 421 and the sink closes, \
            or with --limit-answer another code, and the session goes on. --limit-rate-after changes the \
            rate so long after the start; none lifts it. --limit-connections answers 421 in place of the \
            greeting, --limit-messages answers 421 to a MAIL after so many in a session. With \
            --limit-per-source each client address has a rate and connections of its own. What was turned \
            away stands in the statistics.

            EXAMPLES
              sluice sink                                   take mail on 127.0.0.1:2525, keep nothing
              sluice sink --log mail.jsonl --store mail     keep a log, and every message as a file
              sluice sink --listen '[::1]:0' --workers 1    on IPv6, on a free port, on one core
              sluice sink --reply-delay 20ms                a receiver 20 ms away
              sluice sink --refuse rcpt=550:2 --refuse content=451:1
                                                            refuse some recipients and some messages
              sluice sink --limit-rate 50/s,max_burst=10 --limit-rate-after 30s=200/s --limit-connections 5
                                                            a provider that lets itself be pushed later

            EXIT CODES
              0  ended by a signal    64  wrong use       69  cannot listen
              71 no io_uring, or a system call failed     74  the log or the store cannot be written
            """)

    @Option(
        help: ArgumentHelp(
            "Address and port; IPv6 in brackets; port 0 takes a free one.", valueName: "address:port"))
    var listen = ListenAddress(address: .loopback(port: 2_525))

    @Option(help: ArgumentHelp("Append a line of JSON for each accepted message.", valueName: "file"))
    var log: String?

    @Option(
        help: ArgumentHelp(
            "Write each message to a file in this directory: its exact content.", valueName: "directory"))
    var store: String?

    @Flag(name: .customLong("no-pipelining"), help: "Do not offer PIPELINING.")
    var withoutPipelining = false

    @Flag(name: .customLong("no-chunking"), help: "Do not offer CHUNKING, and refuse BDAT.")
    var withoutChunking = false

    @Option(
        help: ArgumentHelp(
            "Send each reply so long after its cause was read: 20ms, 1.5s, 0-500ms.", valueName: "time"))
    var replyDelay: DelayText?

    @Option(
        help: ArgumentHelp(
            "Refuse some commands: rcpt=550:2 refuses 2 % of all RCPT. Stages: mail, rcpt, data, content. "
                + "Repeatable.", valueName: "stage=code:percent"))
    var refuse: [RefusalText] = []

    @OptionGroup(title: "Limits")
    var limits: SinkLimitOptions

    @Option(help: "Decides which commands are refused, and how long replies take within their range.")
    var seed: UInt64 = 1

    @Flag(
        name: .customLong("forget-to-clear"),
        help: "Broken on purpose: give the next message to the recipients of a failed one, too.")
    var forgetsToClear = false

    @Option(help: "Threads, each with a ring of its own. (default: one for each core)")
    var workers: Int?

    @Flag(help: "Print the statistics as one line of JSON.")
    var json = false

    func validate() throws {
        if let workers, workers < 1 || workers > 1_024 {
            throw ValidationError("--workers takes a number from 1 to 1024.")
        }
    }

    func run() throws {
        if !listen.address.isLoopback {
            say(
                "warning: \(listen.address) can be reached from other machines; the sink takes mail from anybody"
            )
        }
        do throws(SinkFault) {
            let sink = try SinkServer(options).start(stoppedBySignals: true)
            show("sluice sink: listening on \(sink.address)")
            show(text(of: try sink.waitUntilStopped()))
        } catch {
            say(error.description)
            throw error.exitCode
        }
    }

    private var options: SinkOptions {
        var options = SinkOptions()
        options.listen = listen.address
        options.logPath = log
        options.storePath = store
        options.workers = workers ?? ProcessInfo.processInfo.activeProcessorCount
        options.offer.pipelining = !withoutPipelining
        options.offer.chunking = !withoutChunking
        options.offer.forgetsToClear = forgetsToClear
        options.replyDelay = replyDelay?.least ?? .zero
        options.replyDelaySpread = replyDelay?.spread ?? .zero
        options.refusals = refuse.map(\.refusal)
        options.limits = limits.limits
        options.rateAnswer = limits.limitAnswer ?? options.rateAnswer
        options.seed = seed
        return options
    }

    private func text(of statistics: SinkStatistics) -> String {
        guard !json else { return statistics.json }
        let megabytes = rounded(Double(statistics.bytes) / 1e6)
        return "sluice sink: \(statistics.messages) messages to \(statistics.recipients) recipients, "
            + "\(megabytes) MB, \(statistics.sessions) sessions; \(rounded(statistics.seconds)) s, "
            + "\(Int(statistics.messagesPerSecond)) messages/s" + text(of: statistics.turnedAway)
    }

    /// Nothing when nothing was turned away.
    private func text(of turnedAway: TurnedAway) -> String {
        guard turnedAway.sum > 0 else { return "" }
        return "; turned away: \(turnedAway.byRate) by the rate, \(turnedAway.byConnections) by the "
            + "connections, \(turnedAway.byMessages) by the messages of a session"
    }

    /// At once, also into a pipe: scripts wait for the port.
    private func show(_ line: String) {
        Console.print(line)
    }

    private func say(_ sentence: String) {
        Console.note("sluice sink: \(sentence)")
    }
}

private func rounded(_ value: Double) -> String {
    String(format: "%.1f", value)
}

/// A time as people write it, or a range of times: `20ms`, `1.5s`, `0-500ms`; at most ten minutes.
struct DelayText: ExpressibleByArgument {
    var least: Interval
    var spread: Interval

    init?(argument: String) {
        let units: [(name: String, nanoseconds: Double)] = [("ms", 1e6), ("s", 1e9)]
        guard let unit = units.first(where: { argument.hasSuffix($0.name) }) else { return nil }
        let ends = argument.dropLast(unit.name.count).split(separator: "-", omittingEmptySubsequences: false)
        let times = ends.compactMap { DelayText.nanoseconds($0, unit.nanoseconds) }
        guard (1...2).contains(times.count), times.count == ends.count, times[0] <= times[times.count - 1] else {
            return nil
        }
        least = Interval(nanoseconds: times[0])
        spread = Interval(nanoseconds: times[times.count - 1] - times[0])
    }

    private static func nanoseconds(_ text: Substring, _ unit: Double) -> Int64? {
        guard let number = Double(text), number >= 0, number * unit <= 600e9 else { return nil }
        return Int64(number * unit)
    }
}

/// A refusal as people write it: `rcpt=550:2.5`.
struct RefusalText: ExpressibleByArgument {
    var refusal: ScriptedRefusal

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let stage = ScriptedRefusal.Stage(rawValue: String(parts[0])) else { return nil }
        let numbers = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard numbers.count == 2, let code = Int(numbers[0]), (400...599).contains(code),
            let percent = Double(numbers[1]), (0...100).contains(percent)
        else { return nil }
        refusal = ScriptedRefusal(stage: stage, code: code, percent: percent)
    }
}

/// Where a server listens, as people write it.
struct ListenAddress: ExpressibleByArgument {
    var address: SocketAddress

    init(address: SocketAddress) { self.address = address }

    init?(argument: String) {
        guard let address = SocketAddress(argument) else { return nil }
        self.address = address
    }

    var defaultValueDescription: String { address.description }
}

extension SinkStatistics {
    fileprivate var json: String {
        let seconds = String(format: "%.3f", seconds)
        let rate = String(format: "%.1f", messagesPerSecond)
        return "{\"messages\":\(messages),\"recipients\":\(recipients),\"bytes\":\(bytes),"
            + "\"sessions\":\(sessions),\"seconds\":\(seconds),\"messages_per_second\":\(rate),"
            + "\"turned_away\":{\"rate\":\(turnedAway.byRate),\"connections\":\(turnedAway.byConnections),"
            + "\"messages\":\(turnedAway.byMessages)}}"
    }
}

extension SinkFault {
    fileprivate var exitCode: ExitCode {
        switch self {
        case .listen: ExitStatus.unavailable
        case .ring, .system: ExitStatus.system
        case .log, .store: ExitStatus.inputOutput
        }
    }
}
