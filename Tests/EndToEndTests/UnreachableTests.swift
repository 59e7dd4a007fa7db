import Foundation
import Measurement
import Primitives
import TestSupport
import Testing
import Uring

/// An address where nobody listens: its port is taken, so that nobody else can.
final class Nobody: Sendable {
    let address: SocketAddress
    private let descriptor: Int32

    init() throws {
        descriptor = try StreamSocket.bind(to: .loopback(port: 0), shared: false)
        address = StreamSocket.localAddress(of: descriptor) ?? .loopback(port: 0)
    }

    deinit { StreamSocket.close(descriptor) }
}

/// Receivers that cannot be sent to: one clear sentence, what to do, exit 69, and soon.
@Suite("Receivers that cannot be sent to")
struct UnreachableTests {
    private func send(to address: SocketAddress) throws -> SluiceCommand.Result {
        let directory = try TestDirectory()
        try TestCampaign(count: 100, seed: 13).write(to: directory)
        let started = MonotonicClock.now
        let result = try SluiceCommand.run([
            "send", directory.file("campaign.yaml"), "--yes", "--once", "--route", "\(address)", "--report",
            directory.file("report.json"),
        ])
        #expect(MonotonicClock.now - started < .seconds(30))
        #expect(result.status == 69)
        let report = try CheckedReport.read(try directory.text("report.json"))
        #expect(report.accepted == 0 && report.notAttempted + report.deferred == 100)
        let sentence = result.errors.split(separator: "\n").last ?? ""
        #expect(sentence.hasPrefix("sluice: no session could be opened with \(address): "))
        #expect(sentence.contains("; nothing was sent. "))
        #expect(result.output.isEmpty)
        return result
    }

    @Test("nobody listens")
    func nobodyListens() async throws {
        try await onThread {
            let result = try send(to: Nobody().address)
            #expect(result.errors.contains("the connection was refused"))
            #expect(result.errors.contains("`sluice sink`"))
        }
    }

    struct Greeting: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String?
        var sentence: String
        var advice: String
    }

    static let greetings = [
        Greeting(
            testDescription: "it closes at once", text: nil, sentence: "the connection was lost",
            advice: "Check that it is an SMTP server"),
        Greeting(
            testDescription: "it turns everybody away", text: "554 5.7.1 not you\r\n",
            sentence: "turned us away with 554", advice: "Ask its operator"),
        Greeting(
            testDescription: "it is a web server", text: "HTTP/1.1 400 Bad Request\r\n\r\n",
            sentence: "does not speak SMTP as it should: a line is not a reply",
            advice: "Check that it is an SMTP server"),
        Greeting(
            testDescription: "it is shutting down", text: "421 4.3.2 later\r\n", sentence: "421",
            advice: "try again later"),
    ]

    @Test(arguments: greetings)
    func badGreeting(_ greeting: Greeting) async throws {
        try await onThread {
            var script = Script()
            script.greeting = { _ in greeting.text }
            let receiver = try ScriptedReceiver(script)
            let result = try send(to: receiver.address)
            #expect(result.errors.contains(greeting.sentence), "\(result.errors)")
            #expect(result.errors.contains(greeting.advice))
        }
    }

    @Test("a receiver that turns away only what is too much for it gets the mail nevertheless")
    func fewPlaces() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 100, seed: 14, rejecting: false)
            let directory = try TestDirectory()
            try campaign.write(to: directory)
            let isReady = ReadyGate()
            var script = Script()
            script.greeting = { number in
                if number == 1 { return "220 scripted.test ESMTP\r\n" }
                isReady.wait()
                return number <= 30 ? "421 4.7.0 too many connections\r\n" : "220 scripted.test ESMTP\r\n"
            }
            script.toRecipient = { _ in
                isReady.open()
                return "250 2.1.5 ok"
            }
            let receiver = try ScriptedReceiver(script)
            let result = try SluiceCommand.run([
                "send", directory.file("campaign.yaml"), "--yes", "--once", "--workers", "2", "--route",
                "\(receiver.address)", "--json",
            ])
            #expect(result.status == 0, "\(result.errors)")
            #expect(receiver.accepted.sorted() == campaign.recipients.map(\.address).sorted())
        }
    }
}

/// Stays open once it has been opened.
private final class ReadyGate: Sendable {
    private let gate = DispatchSemaphore(value: 0)

    func open() { gate.signal() }

    func wait() {
        gate.wait()
        gate.signal()
    }
}
