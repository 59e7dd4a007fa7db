import Foundation
import TestSupport
import Testing
import Uring

/// A receiver that others wrote, started by one of the programs in Tests/Peers.
final class Peer {
    enum Kind: String, Sendable, CaseIterable {
        case aiosmtpd = "aiosmtpd_receiver.py"
        case smtpSink = "smtp_sink_receiver.sh"
        case postfix = "postfix_receiver.sh"

        /// Whether this machine has what the program needs.
        var isInstalled: Bool {
            switch self {
            case .aiosmtpd: Peer.exists("/usr/lib/python3/dist-packages/aiosmtpd")
            case .smtpSink: Peer.exists("/usr/sbin/smtp-sink")
            case .postfix:
                Peer.exists("/usr/sbin/postfix") && FileManager.default.isWritableFile(atPath: "/etc")
            }
        }
    }

    let address: SocketAddress
    private let program: ChildProgram
    private let input = Pipe()
    private let directory: String

    /// - Parameter directory: where it stores the mail; it is made.
    init(_ kind: Kind, directory: String, options: [String] = []) throws {
        self.directory = directory
        let output = Pipe()
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Peers/\(kind.rawValue)").path
        program = try ChildProgram(
            path, [directory] + options, input: input.fileHandleForReading, output: output.fileHandleForWriting)
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        let line = output.fileHandleForReading.firstLine()
        let words = line.split { $0 == " " || $0 == "\n" }
        guard words.count == 2, words[0] == "ready", let port = UInt16(words[1]) else {
            throw ChildProgram.Fault("\(kind.rawValue) says '\(line)'")
        }
        address = .loopback(port: port)
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// Ends it and returns all that it has stored.
    func stop() throws -> [ReceivedMessage] {
        try input.fileHandleForWriting.close()
        #expect(try program.wait() == .exited(0))
        return try ReceivedMail.ofPeer(directory)
    }

    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

extension FileHandle {
    /// What has come once there is a line end, or the end.
    func firstLine() -> String {
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let more = availableData
            if more.isEmpty { break }
            line += more
        }
        return String(decoding: line, as: UTF8.self)
    }
}
