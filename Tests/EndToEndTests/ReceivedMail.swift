import Foundation

/// A message as a receiver has stored it.
struct ReceivedMessage: Sendable {
    var mailFrom: String
    var recipients: [String]
    var bytes: Int
    var sha256: String
    /// Only `sluice sink` tells it.
    var messageID: String?
    var content: [UInt8]
}

/// Reads the logs of receivers, a line of JSON a message, and the contents that lie in files.
enum ReceivedMail {
    private struct SinkLine: Decodable {
        var session: String
        var mailFrom: String
        var recipients: [String]
        var bytes: Int
        var sha256: String
        var messageId: String
    }

    /// Of `sluice sink` with a log and a store: a session's messages are files numbered from 1.
    static func ofSink(log: String, store: String) throws -> [ReceivedMessage] {
        var counts: [String: Int] = [:]
        return try lines(SinkLine.self, log).map { line in
            counts[line.session, default: 0] += 1
            let content = try contents("\(store)/\(line.session)-\(counts[line.session] ?? 0).eml")
            return ReceivedMessage(
                mailFrom: line.mailFrom, recipients: line.recipients, bytes: line.bytes, sha256: line.sha256,
                messageID: line.messageId, content: content)
        }
    }

    private struct PeerLine: Decodable {
        var mailFrom: String
        var rcptTo: [String]
        var bytes: Int
        var sha256: String
        var content: String
    }

    /// Of the programs in Tests/Peers.
    static func ofPeer(_ directory: String) throws -> [ReceivedMessage] {
        try lines(PeerLine.self, directory + "/messages.jsonl").map { line in
            ReceivedMessage(
                mailFrom: line.mailFrom, recipients: line.rcptTo, bytes: line.bytes, sha256: line.sha256,
                content: try contents("\(directory)/\(line.content)"))
        }
    }

    private static func lines<Line: Decodable>(_ kind: Line.Type, _ path: String) throws -> [Line] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")).map {
            line in
            try decoder.decode(kind, from: Data(line))
        }
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
