import Foundation
import TestSupport
import Testing
import Uring

/// `--cores`: where the threads of a program run.
@Suite("Chosen cores")
struct CoresTests {
    @Test("the worker has its core, all else keeps off it, where there is another")
    func threads() async throws {
        try await onThread {
            let allowed = try CoreSet.allowed
            let core = try #require(allowed.cores.last)
            let campaign = try SmallCampaign(12)
            let meeting = Meeting()
            let receiver = try ScriptedReceiver(meeting.script(at: 5))
            let sender = try SluiceCommand(campaign.sendArguments(receiver, ["--cores", "\(core)"]))
            try meeting.whileHeld {
                let places = try CoresTests.places(ofThreadsOf: sender.program.identifier)
                let own = places.filter { $0 == CoreSet([core]) }
                // With one core for all there is nowhere else to go. The list may be read anywhere.
                let others = places.filter { $0 != CoreSet([core]) && $0 != allowed }
                #expect(allowed.cores.count == 1 || own.count == 1, "\(places)")
                #expect(others.allSatisfy { !$0.contains(core) }, "\(places)")
                #expect(allowed.cores.count == 1 || others.count >= 3, "\(places)")
            }
            #expect(try sender.wait().status == 0)
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
        }
    }

    private static func places(ofThreadsOf process: Int32) throws -> [CoreSet] {
        let tasks = "/proc/\(process)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).map { thread in
            let status = try String(contentsOfFile: "\(tasks)/\(thread)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
            return try #require(CoreSet(line.split(separator: "\t").last.map(String.init) ?? ""))
        }
    }

    @Test("bench starts a worker on each of them")
    func bench() async throws {
        try await onThread {
            let cores = try CoreSet.allowed
            let place = try SinkPlace(TestCampaign(count: 1, seed: 21, rejecting: false))
            let result = try SluiceCommand.run([
                "bench", place.address, "--messages", "500", "--cores", "\(cores)", "--json",
            ])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("\"workers\" : \(min(50, cores.cores.count))"), "\(result.output)")
        }
    }

    @Test(
        "what is no list of cores, or of cores that are not ours: exit 64, and why",
        arguments: [
            (["--cores", "1-"], "such as 2 or 2-5,8"), (["--cores", "8191"], "may not run on 8191 here, but on "),
            (["--cores", "0", "--workers", "1"], "leave --workers out"), (["--cores", "0,0"], "each core once"),
        ])
    func refused(_ options: [String], _ words: String) async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 1, seed: 22, rejecting: false))
            for command in [place.send(options), ["bench", place.address] + options] {
                let result = try SluiceCommand.run(command)
                #expect(result.status == 64 && result.errors.contains(words), "\(result.errors)")
            }
            #expect(place.hasSeenNobody)
        }
    }
}
