import Foundation
import Testing
import Uring

@Suite struct LocalSocketTests {
    @Test func aLineGoesThereAndOneComesBack() throws {
        try withDirectory { directory in
            let listener = try LocalSocket.listen("control.sock", in: directory)
            let client = try #require(try LocalSocket.connect("control.sock", in: directory))
            let server = try #require(listener.accept(within: 1_000))
            #expect(client.write(line: Array("status".utf8)))
            #expect(server.readLine(within: 1_000) == Array("status".utf8))
            let long = [UInt8](repeating: 0x61, count: 100_000)
            #expect(server.write(line: long))
            #expect(client.readLine(within: 1_000) == long)
        }
    }

    @Test func whereNobodyListensThereIsNoConnection() throws {
        try withDirectory { directory in
            #expect(try LocalSocket.connect("control.sock", in: directory) == nil)
            _ = try LocalSocket.listen("control.sock", in: directory)
            #expect(try LocalSocket.connect("control.sock", in: directory) == nil)
        }
    }

    @Test func aSocketLeftBehindIsReplacedAndOnlyTheUserMayUseIt() throws {
        try withDirectory { directory in
            _ = try LocalSocket.listen("control.sock", in: directory)
            let listener = try LocalSocket.listen("control.sock", in: directory)
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/control.sock")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try LocalSocket.connect("control.sock", in: directory) != nil)
            #expect(listener.accept(within: 1_000) != nil)
        }
    }

    @Test func whoSaysNothingIsNotWaitedForLong() throws {
        try withDirectory { directory in
            let listener = try LocalSocket.listen("control.sock", in: directory)
            #expect(listener.accept(within: 0) == nil)
            let client = try #require(try LocalSocket.connect("control.sock", in: directory))
            let server = try #require(listener.accept(within: 1_000))
            #expect(server.readLine(within: 0) == nil)
            #expect(client.write(line: [UInt8](repeating: 0x61, count: 50)))
            #expect(server.readLine(longest: 10, within: 100) == nil)
        }
    }

    /// In a directory whose path is longer than a socket's address.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let name = "sluice-\(UUID().uuidString)-" + String(repeating: "long", count: 30)
        let directory = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }
}
