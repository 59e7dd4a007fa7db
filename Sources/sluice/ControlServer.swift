import Foundation
import Uring

/// Answers other processes that ask about the campaign this one sends, on a thread of its own.
final class ControlServer: Sendable {
    static let socketName = "control.sock"

    private let listener: LocalSocket
    private let path: String
    private let answer: @Sendable (ControlRequest) -> ControlResponse

    /// Listens in the campaign's state directory. Whoever may enter that may ask.
    init(
        in directory: String, answer: @escaping @Sendable (ControlRequest) -> ControlResponse
    ) throws(SystemFault) {
        listener = try LocalSocket.listen(ControlServer.socketName, in: directory)
        path = "\(directory)/\(ControlServer.socketName)"
        self.answer = answer
    }

    /// Answers while `body` works.
    func whileRunning<Result>(_ body: () throws -> Result) throws -> Result {
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try Companion.run({ [self] in serve(beside: $0) }, while: body)
    }

    private func serve(beside work: Companion) {
        while !work.isOver {
            guard let client = listener.accept(within: 100) else { continue }
            guard let line = client.readLine(within: 1_000) else { continue }
            _ = client.write(line: response(to: line).line)
        }
    }

    private func response(to line: [UInt8]) -> ControlResponse {
        guard let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(line)) else {
            return ControlResponse(problem: "this is not a request that is known here")
        }
        return answer(request)
    }
}

/// The other side of `ControlServer`.
enum ControlClient {
    /// What the process that sends the campaign answers; nil when there is none.
    static func ask(_ request: ControlRequest, in directory: String) throws(SystemFault) -> ControlResponse? {
        guard let socket = try LocalSocket.connect(ControlServer.socketName, in: directory) else { return nil }
        guard socket.write(line: request.line), let line = socket.readLine(within: 10_000) else { return nil }
        return (try? JSONDecoder().decode(ControlResponse.self, from: Data(line)))
            ?? ControlResponse(problem: "the answer of the process that sends this campaign is not understood")
    }
}
