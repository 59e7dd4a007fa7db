import Foundation
import Testing
import Uring

@testable import Sink

@Suite struct LogTests {
    private struct Line: Decodable {
        var time: Double
        var begun: Double
        var session: String
        var peer: String
        var ehlo: String
        var mailFrom: String
        var recipients: [String]
        var bytes: Int
        var sha256: String
        var messageId: String
    }

    @Test func aLineSaysWhatCame() async throws {
        try await withDirectory { directory in
            let options = LogTests.options(log: directory + "/log.jsonl")
            let before = Date().timeIntervalSince1970
            let port = try await onThread {
                let sink = try SinkServer(options).start()
                let client = try Client(port: sink.port)
                _ = client.hello()
                _ = client.ask("MAIL FROM:<\"a\\\"b\"@client.example>")
                _ = client.ask("RCPT TO:<b@shop.example>")
                _ = client.ask("RCPT TO:<c@shop.example>")
                _ = client.ask("DATA")
                #expect(client.ask(LogTests.dotted) == "250")
                let port = client.port
                try sink.stop()
                return port
            }
            let lines = try LogTests.lines(directory + "/log.jsonl")
            let line = try #require(lines.first)
            #expect(lines.count == 1)
            #expect(line.time >= before - 1 && line.time <= Date().timeIntervalSince1970 + 1)
            #expect(line.peer == "127.0.0.1:\(port)")
            #expect(line.ehlo == "client.example")
            #expect(line.mailFrom == "\"a\\\"b\"@client.example")
            #expect(line.recipients == ["b@shop.example", "c@shop.example"])
            #expect(line.bytes == LogTests.dottedCount)
            #expect(line.sha256 == LogTests.dottedSHA256)
            #expect(line.messageId == "<1@a.example>")
        }
    }

    @Test func aMessageHasBegunWhenItsMailCame() async throws {
        try await withDirectory { directory in
            let path = directory + "/log.jsonl"
            let times = try await onThread {
                let sink = try SinkServer(LogTests.options(log: path)).start()
                let client = try Client(port: sink.port)
                _ = client.hello()
                let before = Date().timeIntervalSince1970
                _ = client.ask("MAIL FROM:<a@client.example>")
                let after = Date().timeIntervalSince1970
                _ = client.ask("RCPT TO:<b@shop.example>")
                while Date().timeIntervalSince1970 < after + 0.003 { _ = client.ask("NOOP") }
                client.send("BDAT 0 LAST\r\n")
                #expect(client.codes(1) == ["250"])
                try sink.stop()
                return (before: before, after: after)
            }
            let line = try #require(try LogTests.lines(path).first)
            // The log has whole milliseconds.
            #expect(line.begun >= times.before - 0.001 && line.begun <= times.after)
            #expect(line.time > times.after)
        }
    }

    /// The next message must show nothing of the one before, whatever became of that.
    @Test func everyMessageHasALineOfItsOwn() async throws {
        try await withDirectory { directory in
            let options = LogTests.options(log: directory + "/log.jsonl")
            try await with(options) { sink in
                let client = try Client(port: sink.port)
                _ = client.hello()
                client.send("MAIL FROM:<given-up@client.example>\r\nRCPT TO:<x@shop.example>\r\n")
                client.send("BDAT 11\r\nhalf a bodyRSET\r\n")
                #expect(client.codes(4) == ["250", "250", "250", "250"])
                client.send("MAIL FROM:<>\r\nRCPT TO:<y@shop.example>\r\nBDAT 0 LAST\r\n")
                #expect(client.codes(3) == ["250", "250", "250"])
                _ = client.ask("EHLO other.example")
                client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<z@shop.example>\r\n")
                client.send("BDAT 24\r\nSubject: x\r\n\r\nfirst partBDAT 15 LAST\r\n, second part\r\n")
                #expect(client.codes(4) == ["250", "250", "250", "250"])
            }
            let lines = try LogTests.lines(directory + "/log.jsonl")
            #expect(lines.map(\.mailFrom) == ["", "a@client.example"])
            #expect(lines.map(\.recipients) == [["y@shop.example"], ["z@shop.example"]])
            #expect(lines.map(\.ehlo) == ["client.example", "other.example"])
            #expect(lines.map(\.messageId) == ["", ""])
            #expect(lines.map(\.bytes) == [0, 39])
            #expect(
                lines.map(\.sha256) == [
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                    LogTests.chunkedSHA256,
                ])
            #expect(Set(lines.map(\.session)).count == 1)
        }
    }

    @Test func theLineIsThereBeforeTheReply() async throws {
        try await withDirectory { directory in
            let path = directory + "/log.jsonl"
            try await with(LogTests.options(log: path)) { sink in
                let client = try Client(port: sink.port)
                _ = client.hello()
                for count in 1...300 {
                    client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nDATA\r\n")
                    #expect(client.codes(3) == ["250", "250", "354"])
                    #expect(client.ask("Message-ID: <\(count)@a.example>\r\n\r\nx\r\n.") == "250")
                    let lines = try LogTests.lines(path)
                    #expect(lines.count == count && lines.last?.messageId == "<\(count)@a.example>")
                }
            }
        }
    }

    @Test func linesOfManyWorkersStayWhole() async throws {
        try await withDirectory { directory in
            let path = directory + "/log.jsonl"
            var options = LogTests.options(log: path)
            options.workers = 4
            try await with(options) { sink in
                let clients = try (0..<40).map { _ in try Client(port: sink.port) }
                for client in clients { _ = client.hello() }
                for round in 0..<10 {
                    for client in clients {
                        let name = "\(client.port).\(round)"
                        client.send(
                            "MAIL FROM:<\(name)@client.example>\r\nRCPT TO:<\(name)@shop.example>\r\n")
                        client.send("BDAT 0 LAST\r\n")
                    }
                    for client in clients { #expect(client.codes(3) == ["250", "250", "250"]) }
                }
            }
            let lines = try LogTests.lines(path)
            #expect(lines.count == 400)
            #expect(Set(lines.map(\.mailFrom)).count == 400)
            #expect(Set(lines.map(\.session)).count == 40)
            for line in lines {
                #expect(line.recipients == [line.mailFrom.replacing("client.", with: "shop.")])
            }
        }
    }

    @Test func aFullDiskStopsTheSinkBeforeTheReply() async throws {
        try await onThread {
            let sink = try SinkServer(LogTests.options(log: "/dev/full")).start()
            let client = try Client(port: sink.port)
            _ = client.hello()
            client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nDATA\r\n")
            #expect(client.codes(3) == ["250", "250", "354"])
            #expect(client.ask("x\r\n.") == "EOF")
            let fault = #expect(throws: SinkFault.self) { try sink.waitUntilStopped() }
            #expect(fault?.description.contains("/dev/full") == true)
        }
    }

    @Test func storedFilesHoldExactlyTheContent() async throws {
        try await withDirectory { directory in
            var options = LogTests.options(log: directory + "/log.jsonl")
            options.storePath = directory + "/mail"
            let long = String(repeating: "0123456789\r\n", count: 50_000)
            try await with(options) { sink in
                let client = try Client(port: sink.port)
                _ = client.hello()
                for content in [LogTests.dotted, long + "."] {
                    client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nDATA\r\n")
                    #expect(client.codes(3) == ["250", "250", "354"])
                    #expect(client.ask(content) == "250")
                }
                client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\n")
                client.send("BDAT \(long.utf8.count)\r\n\(long)")
                #expect(client.codes(3) == ["250", "250", "250"])
            }
            let session = try #require(try LogTests.lines(directory + "/log.jsonl").first).session
            let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/mail").sorted()
            #expect(names == ["\(session)-1.eml", "\(session)-2.eml"])
            let first = try String(contentsOfFile: directory + "/mail/" + names[0], encoding: .utf8)
            let second = try String(contentsOfFile: directory + "/mail/" + names[1], encoding: .utf8)
            #expect(
                Array(first.utf8)
                    == Array("Message-ID: <1@a.example>\r\n\r\n.dot\r\n..two\r\n.\r\nend\r\n".utf8))
            #expect(Array(second.utf8) == Array(long.utf8))
        }
    }

    /// As a client sends it, up to the dot of its end.
    private static let dotted = "Message-ID: <1@a.example>\r\n\r\n..dot\r\n...two\r\n..\r\nend\r\n."
    private static let dottedCount = 50
    /// By sha256sum, of the content without the dots that a client adds.
    private static let dottedSHA256 = "06f25df9d002e7c2abbd28952e28ddae3249e1243b01a6803ec67cc7a52f841d"
    private static let chunkedSHA256 = "adfdde195c0eea63cb2b508e2e9b0eddb0b768b8c0fef7ce749a92478d55bb0e"

    private static func options(log: String) -> SinkOptions {
        var options = SinkOptions()
        options.listen = .loopback(port: 0)
        options.logPath = log
        return options
    }

    private static func lines(_ path: String) throws -> [Line] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try text.split(separator: "\n").map { line in
            try decoder.decode(Line.self, from: Data(line.utf8))
        }
    }
}

/// A directory that is gone afterwards.
func withDirectory(_ work: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "sink-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await work(directory.path)
}
