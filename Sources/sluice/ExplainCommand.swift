import ArgumentParser
import Engine
import Foundation
import Glibc
import Ledger
import Measurement
import SMTP
import Terminal
import Uring

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why mail waits: since when, until when, and because of which rule.",
        discussion: """
            Asks the process that sends the campaign how the lanes of a site stand, one for each source, and reads \
            the ledger for what was decided about it: slower rates, suspensions, pauses. With an address it also \
            shows what has happened to that recipient. Without anything, every site with mail that waits is shown.

            Exit codes: 0 explained, 66 the list has no such address, 74 there is no campaign there, or its ledger \
            cannot be read.
            """)

    @OptionGroup var options: StateOptions

    @Argument(help: "An address of the list, a domain, or a site as the report names it.")
    var subject: String?

    @Flag(help: "Print JSON on standard output (docs/shaping.md explains it).")
    var json = false

    func run() throws {
        try CampaignState.withLedgerErrors {
            let explanation = try Explanation(about: subject, in: options.state)
            if json { return Console.print(String(decoding: explanation.line, as: UTF8.self)) }
            let lines = explanation.lines(width: Console.output.size.width)
            Console.write(lines.joined(styled: Console.output.isLive), to: STDOUT_FILENO)
        }
    }
}

/// What `sluice explain` shows, as `--json` has it.
struct Explanation: Codable {
    struct Recipient: Codable {
        var address: String
        var line: Int
        var outcome: String
        /// Each step as `2026-11-24T12:00:00Z deferred 451 4.7.1 Later`.
        var steps: [String]
        var nextTryUnixSeconds: Int64?

        enum CodingKeys: String, CodingKey {
            case address
            case line
            case outcome
            case steps
            case nextTryUnixSeconds = "next_try_unix_seconds"
        }
    }

    struct Suspended: Codable {
        var scope: String
        var untilUnixSeconds: Int64
        var reason: String
        var rule: String

        enum CodingKeys: String, CodingKey {
            case scope
            case untilUnixSeconds = "until_unix_seconds"
            case reason
            case rule
        }
    }

    var campaign: String
    /// Whether a process sends the campaign; without one nothing is said of lanes.
    var isSending: Bool
    /// Why nothing goes at all.
    var rest: String?
    var recipient: Recipient?
    var lanes: [LaneAccount]
    var suspended: [Suspended]
    /// What was decided of late, oldest first.
    var decisions: [String]

    enum CodingKeys: String, CodingKey {
        case campaign
        case isSending = "sending"
        case rest
        case recipient
        case lanes
        case suspended
        case decisions
    }

    init(about subject: String?, in state: String) throws {
        let reader = try LedgerReader(path: state)
        let response = try ControlClient.ask(ControlRequest(command: .explain, subject: subject), in: state)
        campaign = reader.campaign
        isSending = response != nil
        rest = response?.rest
        lanes = response?.accounts ?? []
        recipient = try subject.flatMap { try Explanation.recipient($0, reader) }
        let names = Set(lanes.map(\.site) + [subject].compactMap(\.self))
        let now = WallClock.microseconds
        suspended = try reader.suspensions().filter { $0.until > now }.filter { suspension in
            subject == nil || names.contains { suspension.scope.hasPrefix("\($0) from ") }
        }.map {
            Suspended(scope: $0.scope, untilUnixSeconds: $0.until / 1_000_000, reason: $0.reason, rule: $0.rule)
        }
        let site = subject == nil ? nil : lanes.first?.site ?? subject
        decisions = try reader.audits(containing: site, last: 10).map {
            "\(CampaignStatus.date($0.at / 1_000_000)) \($0.what)"
        }
    }

    private static func recipient(_ subject: String, _ reader: LedgerReader) throws -> Recipient? {
        guard subject.contains("@") else { return nil }
        guard let history = try reader.recipient(address: subject) else {
            Console.fail("\(subject) is not in the part of the list that was read so far")
            throw ExitStatus.noInput
        }
        let steps = history.steps.map { step in
            let words = [
                CampaignStatus.date(step.at / 1_000_000), step.kind.name,
                step.details.code > 0 ? "\(step.details.code)" : "", step.details.enhanced?.text ?? "",
                String(decoding: step.text, as: UTF8.self),
            ]
            return words.filter { !$0.isEmpty }.joined(separator: " ")
        }
        let next = history.outcome.nextAt.map { $0 / 1_000_000 }
        return Recipient(
            address: subject, line: history.outcome.line, outcome: history.outcome.state.name, steps: steps,
            nextTryUnixSeconds: next.flatMap { $0 > 0 ? $0 : nil })
    }
}

extension Explanation {
    func lines(width: Int) -> [StyledLine] {
        var view = ExplanationView(campaign: campaign, summary: summary)
        view.recipient = recipient.map { ["\($0.address), line \($0.line): \($0.outcome)"] + $0.steps } ?? []
        view.lanes = lanes.map(row)
        view.suspended = suspended.map {
            "\($0.scope) until \(CampaignStatus.date($0.untilUnixSeconds)), because of \"\($0.reason)\" (\($0.rule))"
        }
        view.decisions = decisions
        return view.lines(width: width)
    }

    private var summary: String {
        guard isSending else { return "no process sends it; `sluice send` goes on" }
        return rest ?? "is being sent"
    }

    private func row(_ lane: LaneAccount) -> ExplanationView.Lane {
        let now = Double(WallClock.microseconds) / 1e6
        var reason = lane.reason.isEmpty ? (lane.waiting > 0 ? "nothing holds it up" : "nothing waits") : lane.reason
        if let rule = lane.rule { reason += " (\(rule))" }
        return ExplanationView.Lane(
            site: lane.site, source: lane.source, waiting: NumberText.grouped(lane.waiting),
            sessions: NumberText.grouped(lane.sessions),
            since: lane.sinceUnixSeconds.map { NumberText.roughly(seconds: now - $0) } ?? "",
            until: lane.untilUnixSeconds.map { NumberText.roughly(seconds: $0 - now) } ?? "", reason: reason)
    }
}
