import Engine
import Foundation
import Ledger

/// What one process may ask of the process that sends a campaign, and what it is told. One line of JSON each.
struct ControlRequest: Codable, Equatable {
    enum Command: String, Codable {
        case status
        case pause
        case resume
        case cancel
        case resolve
        case explain
    }

    var command: Command
    /// For `resolve`.
    var resolution: Resolution?
    /// For `resolve`: whom; everybody who is held when it is nil.
    var addresses: [String]?
    /// For `explain`: a site, a domain, or an address; all that waits when it is nil.
    var subject: String?
}

struct ControlResponse: Codable, Equatable {
    /// How a campaign that is being sent moves on.
    struct Activity: Codable, Equatable {
        var process: Int32
        var seconds: Double
        var isPaused: Bool
        var isDraining: Bool
        var sessions: Int
        var messagesPerSecond: Double

        enum CodingKeys: String, CodingKey {
            case process = "pid"
            case seconds
            case isPaused = "paused"
            case isDraining = "draining"
            case sessions
            case messagesPerSecond = "messages_per_second"
        }
    }

    /// Why the request was not fulfilled.
    var problem: String?
    var activity: Activity?
    /// For `resolve`: how many recipients were settled.
    var count: Int?
    /// For `explain`.
    var accounts: [LaneAccount]?
    /// For `explain`: why nothing goes at all; nil when something may.
    var rest: String?
}

extension Encodable {
    /// One line of JSON, keys sorted.
    var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }
}
