import Dispatch
import Foundation
import Glibc
import Measurement
import Synchronization
import TestSupport
import Testing

/// Ctrl-C in the middle of things.
@Suite("Interrupting a run")
struct InterruptionTests {
    @Test("what is under way is finished, the rest is not attempted, nothing is in doubt")
    func whileSending() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 5_000, seed: 9, rejecting: false)
            let directory = try TestDirectory()
            try campaign.write(to: directory)
            let interrupter = Interrupter()
            let receiver = try ScriptedReceiver(interrupter.script(at: 300))
            let command = try SluiceCommand([
                "send", directory.file("campaign.yaml"), "--yes", "--once", "--route", "\(receiver.address)",
                "--report",
                directory.file("report.json"),
            ])
            interrupter.aim(at: command)
            let result = try command.wait()
            #expect(result.status == 130, "\(result.errors)")
            #expect(result.output.contains("interrupted"))
            let report = try CheckedReport.read(try directory.text("report.json"))
            #expect(report.interrupted && report.notAttempted > 0 && report.accepted >= 300)
            #expect(report.inDoubt == 0 && report.deferred == 0 && report.refused == 0)
            #expect(report.accepted == receiver.accepted.count)
            #expect(Set(receiver.accepted).count == receiver.accepted.count)
        }
    }

    @Test("a run that waits for standard input ends, too")
    func whileReading() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 20, seed: 10, rejecting: false)
            let directory = try TestDirectory()
            try campaign.write(to: directory, recipientsFile: "-")
            let list = Pipe()
            let interrupter = Interrupter()
            let receiver = try ScriptedReceiver(interrupter.script(at: 20))
            let command = try SluiceCommand(
                [
                    "send", directory.file("campaign.yaml"), "--yes", "--once", "--route", "\(receiver.address)",
                    "--json",
                ],
                input: list.fileHandleForReading)
            interrupter.aim(at: command)
            try list.fileHandleForWriting.write(contentsOf: Data(campaign.list.utf8))
            let result = try command.wait()
            #expect(result.status == 130, "\(result.errors)")
            let report = try CheckedReport.read(result.output)
            #expect(report.accepted == 20 && report.interrupted)
            try list.fileHandleForWriting.close()
        }
    }

    @Test("a receiver that cannot be reached ends a run whose list is longer than what is read ahead")
    func longListToNobody() async throws {
        try await onThread {
            let directory = try TestDirectory()
            let campaign = TestCampaign(count: 1, seed: 12, rejecting: false)
            try campaign.write(to: directory)
            let note = String(repeating: "n", count: 60_000)
            let rows = (0..<1_600).map { "r\($0)@site\($0).example,A,B,\(note)\n" }
            try directory.write("email,first_name,city,note\n" + rows.joined(), to: "recipients.csv")
            let nobody = try Nobody()
            let result = try SluiceCommand.run([
                "send", directory.file("campaign.yaml"), "--yes", "--once", "--route", "\(nobody.address)",
            ])
            #expect(result.status == 69, "\(result.errors)")
        }
    }
}

/// Sends SIGINT to a command when the receiver has got so many messages, and before it answers that one.
private final class Interrupter: Sendable {
    private let target = Mutex<Int32>(0)
    private let isAimed = DispatchSemaphore(value: 0)

    func aim(at command: SluiceCommand) {
        target.withLock { $0 = command.program.identifier }
        isAimed.signal()
    }

    func script(at count: Int) -> Script {
        var script = Script()
        script.toContent = { [self] _, number in
            if number == count {
                isAimed.wait()
                kill(target.withLock { $0 }, SIGINT)
            }
            return "250 2.0.0 ok"
        }
        return script
    }
}
