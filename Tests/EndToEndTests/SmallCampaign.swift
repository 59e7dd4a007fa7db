import Foundation
import Measurement
import TestSupport
import Testing
import Uring

/// A campaign with a plain letter and one session, its state beside it, and the commands about it.
struct SmallCampaign: Sendable {
    let directory: TestDirectory
    /// In the order in which they are sent to.
    let addresses: [String]

    /// - Parameters:
    ///   - settings: further lines of the manifest.
    ///   - recipientsFile: `-` for standard input.
    init(_ count: Int, _ settings: String..., recipientsFile: String = "recipients.csv") throws {
        directory = try TestDirectory()
        addresses = (0..<count).map { "r\($0)@site.example" }
        try directory.write(SmallCampaign.manifest(recipientsFile, settings), to: "campaign.yaml")
        try directory.write("A letter for {{name}}.\n", to: "letter.txt")
        try directory.write("", to: "suppressed.txt")
        try directory.write(list, to: "recipients.csv")
    }

    var state: String { directory.file("campaign.state") }

    /// The recipients, the first in line 2.
    var list: String { "email,name\n" + addresses.map { "\($0),somebody\n" }.joined() }

    private static func manifest(_ recipientsFile: String, _ settings: [String]) -> String {
        """
        name: small
        class: bulk
        from: news@shop.example
        envelope-from: bounces@shop.example
        subject: "For {{name}}"
        text: letter.txt
        recipients: { file: "\(recipientsFile)", address: email }
        suppression: [suppressed.txt]
        route: 127.0.0.1:25
        grouping: lockstep
        limits: { sessions: 1, sessions-per-site: 1 }

        """ + settings.map { $0 + "\n" }.joined()
    }

    func sendArguments(_ receiver: ScriptedReceiver, _ more: [String] = []) -> [String] {
        ["send", directory.file("campaign.yaml"), "--yes", "--route", "\(receiver.address)"] + more
    }

    @discardableResult
    func send(
        to receiver: ScriptedReceiver, _ more: String..., input: FileHandle? = nil, expecting status: Int32 = 0,
        at location: SourceLocation = #_sourceLocation
    ) throws -> SluiceCommand.Result {
        let result = try SluiceCommand.run(sendArguments(receiver, more), input: input)
        #expect(result.status == status, "\(result.errors)", sourceLocation: location)
        return result
    }

    /// A command about the state: `status`, `pause` and the like.
    @discardableResult
    func ask(
        _ command: String, _ more: String..., expecting status: Int32 = 0,
        at location: SourceLocation = #_sourceLocation
    ) throws -> SluiceCommand.Result {
        let result = try SluiceCommand.run([command, "--state", state] + more)
        #expect(result.status == status, "\(result.errors)", sourceLocation: location)
        return result
    }

    func status() throws -> ShownStatus {
        try SnakeCase.decoder.decode(ShownStatus.self, from: Data(ask("status", "--json").output.utf8))
    }
}

/// JSON whose keys are of the form `of_this_form`.
enum SnakeCase {
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

/// What `sluice status --json` says.
struct ShownStatus: Decodable {
    struct Doubtful: Decodable {
        var line: Int
        var address: String
    }

    struct Activity: Decodable {
        var pid: Int32
        var paused: Bool
        var sessions: Int
    }

    var campaign: String
    var stage: String
    var totals: CampaignTotals
    var inDoubt: [Doubtful]
    var listIsRead: Bool
    var startedUnixSeconds: Int
    var nextTryUnixSeconds: Int?
    var activity: Activity?
}

/// Holds a receiver up at one message, until a test has done what it wants to do meanwhile.
final class Meeting: Sendable {
    private let arrived = DispatchSemaphore(value: 0)
    private let left = DispatchSemaphore(value: 0)

    /// Answers every content, the one of this number when the test lets it.
    func script(at number: Int) -> Script {
        var script = Script()
        script.toContent = { [self] _, count in
            if count == number {
                arrived.signal()
                left.wait()
            }
            return "250 2.0.0 ok"
        }
        return script
    }

    /// Runs `body` while the receiver waits.
    func whileHeld<Result>(_ body: () throws -> Result) throws -> Result {
        guard arrived.wait(timeout: .now() + 60) == .success else {
            left.signal()
            throw ChildProgram.Fault("the message that was waited for does not come")
        }
        defer { left.signal() }
        return try body()
    }
}
