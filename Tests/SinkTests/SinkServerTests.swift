import Foundation
import Primitives
import SMTP
import Testing
import Uring

@testable import Sink

/// A sink on a free port of loopback, a client on a thread of its own.
@Suite struct SinkServerTests {
    @Test func aPlainDialogue() async throws {
        let statistics = try await with(options()) { sink in
            let client = try Client(port: sink.port)
            #expect(client.reply().hasPrefix("220 "))
            #expect(client.ask("HELO client.example") == "250")
            for _ in 0..<3 {
                #expect(client.ask("MAIL FROM:<a@client.example>") == "250")
                #expect(client.ask("RCPT TO:<b@shop.example>") == "250")
                #expect(client.ask("RCPT TO:<c@shop.example>") == "250")
                #expect(client.ask("DATA") == "354")
                #expect(client.ask("Subject: x\r\n\r\nhello\r\n.") == "250")
            }
            #expect(client.ask("QUIT") == "221")
            #expect(client.reply() == "EOF")
        }
        #expect(statistics.messages == 3)
        #expect(statistics.recipients == 6)
        #expect(statistics.bytes == 3 * 21)
        #expect(statistics.sessions == 1)
    }

    @Test func offersWhatItIsToldTo() async throws {
        var plain = options()
        plain.offer.pipelining = false
        plain.offer.chunking = false
        for (options, isOffered) in [(options(), true), (plain, false)] {
            try await with(options) { sink in
                let client = try Client(port: sink.port)
                let lines = client.hello().split(separator: "|").map { $0.dropFirst(4) }
                #expect(lines.contains("PIPELINING") == isOffered)
                #expect(lines.contains("CHUNKING") == isOffered)
            }
        }
    }

    @Test func pipelinedTransactionsInOneWrite() async throws {
        let statistics = try await with(options()) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            let envelope = "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nDATA\r\n"
            client.send(envelope)
            #expect(client.codes(3) == ["250", "250", "354"])
            for _ in 0..<100 {
                client.send("Subject: x\r\n\r\nhello\r\n.\r\n" + envelope)
                #expect(client.codes(4) == ["250", "250", "250", "354"])
            }
            client.send(".\r\nQUIT\r\n")
            #expect(client.codes(2) == ["250", "221"])
        }
        #expect(statistics.messages == 101)
    }

    @Test func chunksInOneWrite() async throws {
        let statistics = try await with(options()) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            let transaction =
                "RSET\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\n"
                + "BDAT 5\r\nhelloBDAT 8 LAST\r\n.\r\nbye\r\n"
            client.send(String(repeating: transaction, count: 50))
            for _ in 0..<50 { #expect(client.codes(5) == ["250", "250", "250", "250", "250"]) }
        }
        #expect(statistics.messages == 50)
        #expect(statistics.bytes == 50 * 13)
    }

    /// Such a client may fill the sockets' buffers, but not the sink's memory.
    @Test func aClientThatDoesNotReadHasToWait() async throws {
        try await with(options()) { sink in
            let client = try Client(port: sink.port)
            let reply = client.hello()
            let replySize = reply.utf8.count + 2 + reply.utf8.count { $0 == UInt8(ascii: "|") }
            let line = "EHLO client.example\r\n"
            let limit = 64 << 20
            let sent = client.sendUntilStuck(line, limit: limit)
            #expect(sent < limit)
            #expect(client.skip(sent / line.utf8.count * replySize))
            client.send(String(line.utf8.dropFirst(sent % line.utf8.count)) ?? "")
            #expect(client.reply() == reply)
            #expect(client.ask("QUIT") == "221")
        }
    }

    @Test func repliesReachAClientThatHasHungUp() async throws {
        try await with(options()) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            client.send("NOOP\r\nNOOP\r\n")
            client.finish()
            #expect(client.codes(3) == ["250", "250", "EOF"])
        }
    }

    @Test func lastWordsReachAClientThatTalksOn() async throws {
        var limited = options()
        limited.offer.mailLimit = 1
        try await with(limited) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            #expect(client.ask("MAIL FROM:<a@client.example>") == "250")
            #expect(client.ask("RSET") == "250")
            client.send("MAIL FROM:<a@client.example>\r\n" + String(repeating: "NOOP\r\n", count: 10_000))
            #expect(client.codes(2) == ["421", "EOF"])
        }
    }

    @Test func twoHundredConnectionsAtOnce() async throws {
        var options = options()
        options.workers = 2
        let statistics = try await with(options) { sink in
            let clients = try (0..<200).map { _ in try Client(port: sink.port) }
            for client in clients { #expect(client.hello().hasPrefix("250")) }
            for client in clients {
                client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nDATA\r\n")
            }
            for client in clients { #expect(client.codes(3) == ["250", "250", "354"]) }
            for client in clients { client.send("hello\r\n.\r\nQUIT\r\n") }
            for client in clients { #expect(client.codes(3) == ["250", "221", "EOF"]) }
        }
        #expect(statistics.sessions == 200)
        #expect(statistics.messages == 200)
    }

    @Test func moreConnectionsThanThereIsRoomFor() async throws {
        var options = options()
        options.connectionsPerWorker = 2
        try await with(options) { sink in
            let first = try Client(port: sink.port)
            #expect(first.hello().hasPrefix("250"))
            let second = try Client(port: sink.port)
            #expect(second.hello().hasPrefix("250"))
            #expect(try Client(port: sink.port).codes(2) == ["421", "EOF"])
            #expect(first.ask("QUIT") == "221")
            #expect(first.reply() == "EOF")
            // The slot is free again as soon as the server has seen the client's end.
            first.finish()
            var greeting = "421"
            for _ in 0..<100_000 where greeting == "421" {
                greeting = try Client(port: sink.port).codes(1)[0]
            }
            #expect(greeting == "220")
        }
    }

    @Test func anIdleClientIsTold() async throws {
        var options = options()
        options.idleLimit = .milliseconds(100)
        try await with(options) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            #expect(client.codes(2) == ["421", "EOF"])
        }
    }

    private func options() -> SinkOptions {
        var options = SinkOptions()
        options.listen = .loopback(port: 0)
        return options
    }
}

/// Runs `work` against a sink, stops the sink, and returns what it has taken in.
@discardableResult
func with(
    _ options: SinkOptions, _ work: @escaping @Sendable (RunningSink) throws -> Void
) async throws -> SinkStatistics {
    try await onThread {
        let sink = try SinkServer(options).start()
        let result = Result { try work(sink) }
        let statistics = try sink.stop()
        try result.get()
        return statistics
    }
}
