import ArgumentParser
import Delivery
import Engine
import Measurement
import Message
import Primitives
import SMTP
import Terminal
import Uring

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure what a receiver takes, with made-up messages.",
        discussion: """
            Opens the sessions, then keeps each of them busy: the next message goes as soon as the \
            receiver has answered the one before (a closed loop). Prints messages per second, the latency of \
            whole transactions, and the client's own cost per message.

            The recipients are made up, in the reserved domain bench.test. Only loopback addresses can be \
            targets, for now: a load generator must not be pointed at somebody else's server.

            Example, with `sluice sink` running in another terminal:
              sluice bench 127.0.0.1:2525 --sessions 50 --messages 200000 --bytes 1024
            """)

    @Argument(help: "Where to connect: 127.0.0.1:2525, [::1]:2525, localhost:2525, or the same behind smtp://.")
    var target: String

    @Option(help: "Sessions open at the same time.")
    var sessions = 50

    @Option(help: "Messages to send, over all sessions.")
    var messages = 10_000

    @Option(help: "Size of each message in bytes, its header included.")
    var bytes = 1_024

    @Option(help: "Recipients of each message.")
    var recipientsPerMessage = 1

    @Option(help: "Messages after which a session is ended and a new one opened; 0 for no limit.")
    var messagesPerSession = 0

    @OptionGroup var groupingOptions: GroupingOptions

    @OptionGroup var workerOptions: WorkerOptions

    @Option(help: "Write the report as JSON to this file (docs/report.md explains it).")
    var report: String?

    @Flag(help: "Print the report as JSON on standard output instead of the table.")
    var json = false

    func validate() throws {
        guard (1...15_000).contains(sessions) else { throw ValidationError("--sessions takes 1 to 15000") }
        guard (1...1_000_000_000).contains(messages) else {
            throw ValidationError("--messages takes 1 to 1000000000")
        }
        guard (1...100_000_000).contains(bytes) else { throw ValidationError("--bytes takes 1 to 100000000") }
        guard (1...100).contains(recipientsPerMessage) else {
            throw ValidationError("--recipients-per-message takes 1 to 100 (RFC 5321 4.5.3.1.8)")
        }
        guard messagesPerSession >= 0 else { throw ValidationError("--messages-per-session takes 0 or more") }
        try groupingOptions.check()
        _ = try TargetText.address(target)
        try workerOptions.check()
    }

    func run() throws {
        let address = try TargetText.address(target)
        guard address.isLoopback else {
            Console.fail(
                "\(target) is not a loopback address, and bench sends nowhere else for now: start the receiver "
                    + "on this machine (127.0.0.0/8 or ::1)")
            throw ExitStatus.usage
        }
        try OutputFiles.check([report].compactMap(\.self))
        DescriptorLimit.raise()
        try RunSupport.withSystemErrors {
            try workerOptions.keepOffCores()
            let run = try Run(workers: workerOptions.places(sessions: sessions))
            let count = run.workerCount
            let interruption = try Interruption.watch {
                run.stop()
            } then: {
                run.stopNow()
            }
            let supply = MadeUpSupply(count: messages, workers: count)
            let shares = try (0..<count).map { try share($0, of: count, to: address, supply) }
            let facts = RunDisplay.Facts(
                total: messages * recipientsPerMessage, siteNames: [target],
                siteRecipients: [messages * recipientsPerMessage])
            let display = RunDisplay(run: run, name: "bench", isDraining: { interruption.hasArrived }) { facts }
            let result = try display.whileRunning { try run.perform(shares) }
            try finish(result, run: run, address: address, interrupted: interruption.hasArrived)
        }
    }

    private func share(
        _ index: Int, of count: Int, to address: SocketAddress, _ supply: MadeUpSupply
    ) throws -> Run.Share {
        var limits = Limits()
        limits.sessions = Portion(index, of: count).size(of: sessions)
        limits.sessionsPerSite = limits.sessions
        limits.openingPerSite = max(1, 64 / count)
        limits.messagesPerSession = messagesPerSession
        limits.messagesPerNewSession = 1
        limits.recipientsPerMessage = recipientsPerMessage
        let letter = try Letter.filler(
            byteCount: bytes, fromAddress: "load@bench.test", messageIDDomain: "bench.test",
            runToken: RunSupport.token(digits: 16))
        var mission = Mission(
            letter: letter, envelopeFrom: Array("load@bench.test".utf8), helloName: Array("bench.test".utf8),
            destination: address, grouping: groupingOptions.grouping ?? .chunked(), limits: limits, patience: .bench,
            unixOrigin: RunSupport.unixOrigin)
        mission.assemblesFirst = true
        return Run.Share(
            mission: mission, work: .madeUp(supply),
            listener: SilentListener())
    }

    private func finish(
        _ result: Run.Result, run: Run, address: SocketAddress, interrupted: Bool
    ) throws {
        let recipients = messages * recipientsPerMessage
        var facts = RunSupport.facts(.bench, name: "bench", run: run, result: result)
        facts.interrupted = interrupted
        facts.target = address.description
        facts.recipients = recipients
        facts.notAttempted = recipients - result.tally.counts.total
        facts.sites = [SiteFacts(name: target, recipients: recipients)]
        try RunSupport.conclude(
            RunReport(facts, result.tally), unreachable: result.unreachable, target: address.description, json: json,
            files: ReportView.Files(report: report))
    }
}

/// Verdicts of a benchmark are only counted.
final class SilentListener: OutcomeListener, Sendable {
    var wantsAcceptances: Bool { false }

    func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {}

    func accepted(_ row: Span<UInt8>) {}
}
