import Primitives
import Testing
import Uring

@testable import Sink

@Suite struct StopTests {
    @Test func idleClientsAreTold() async throws {
        try await onThread {
            let sink = try SinkServer(StopTests.options()).start()
            let client = try Client(port: sink.port)
            _ = client.hello()
            try sink.stop()
            #expect(client.codes(2) == ["421", "EOF"])
        }
    }

    @Test func aMessageOnItsWayIsTaken() async throws {
        try await onThread {
            let sink = try SinkServer(StopTests.options()).start()
            let client = try Client(port: sink.port)
            _ = client.hello()
            #expect(client.ask("MAIL FROM:<a@client.example>") == "250")
            #expect(client.ask("RCPT TO:<b@shop.example>") == "250")
            #expect(client.ask("DATA") == "354")
            let idle = try Client(port: sink.port)
            _ = idle.hello()
            sink.requestStop()
            #expect(idle.codes(1) == ["421"])
            client.send("hello\r\n.\r\nMAIL FROM:<a@client.example>\r\n")
            #expect(client.codes(2) == ["250", "421"])
            #expect(try sink.waitUntilStopped().messages == 1)
        }
    }

    @Test func aMessageThatNeverEndsIsNotWaitedForForever() async throws {
        try await onThread {
            var options = StopTests.options()
            options.grace = .milliseconds(50)
            let sink = try SinkServer(options).start()
            let client = try Client(port: sink.port)
            _ = client.hello()
            client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nDATA\r\n")
            #expect(client.codes(3) == ["250", "250", "354"])
            #expect(try sink.stop().messages == 0)
            #expect(client.reply() == "EOF")
        }
    }

    @Test func thePortIsFreeAgain() async throws {
        try await onThread {
            var options = StopTests.options()
            let first = try SinkServer(options).start()
            options.listen = first.address
            let fault = #expect(throws: SinkFault.self) { _ = try SinkServer(options).start() }
            #expect(fault?.description.contains("another program listens on \(first.address)") == true)
            try first.stop()
            try SinkServer(options).start().stop()
        }
    }

    @Test func twoSinksOfManyWorkersDoNotShareAPort() async throws {
        try await onThread {
            var options = StopTests.options()
            options.workers = 2
            let first = try SinkServer(options).start()
            options.listen = first.address
            #expect(throws: SinkFault.self) { _ = try SinkServer(options).start() }
            try first.stop()
        }
    }

    private static func options() -> SinkOptions {
        var options = SinkOptions()
        options.listen = .loopback(port: 0)
        return options
    }
}
