import Sink
import TestSupport
import Uring

/// A sink within this process, with a log, and a campaign beside it.
struct SinkPlace {
    let directory: TestDirectory
    let sink: RunningSink

    init(_ campaign: TestCampaign, recipientsFile: String = "recipients.csv") throws {
        directory = try TestDirectory()
        try campaign.write(to: directory, recipientsFile: recipientsFile)
        var options = SinkOptions()
        options.listen = .loopback(port: 0)
        options.logPath = directory.file("sink.jsonl")
        options.storePath = directory.file("mail")
        sink = try SinkServer(options).start()
    }

    var hasSeenNobody: Bool { sink.statistics.sessions == 0 }
    var address: String { sink.address.description }

    func send(_ more: [String]) -> [String] {
        ["send", directory.file("campaign.yaml"), "--yes", "--once", "--route", address] + more
    }

    /// Ends the sink; every recipient of every message, sorted.
    func recipients() throws -> [String] {
        try sink.stop()
        let messages = try ReceivedMail.ofSink(
            log: directory.file("sink.jsonl"), store: directory.file("mail"))
        return messages.flatMap(\.recipients).sorted()
    }
}
