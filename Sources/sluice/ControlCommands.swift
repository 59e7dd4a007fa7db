import ArgumentParser
import Foundation
import Ledger
import Uring

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Have the process that sends a campaign begin no further message.",
        discussion: """
            Messages under way are finished. `sluice resume` goes on.

            Exit codes: 0 paused, 69 nobody is sending the campaign, 74 there is no campaign there.
            """)

    @OptionGroup var options: StateOptions

    func run() throws {
        _ = try ControlClient.demand(ControlRequest(command: .pause), in: options.state)
        Console.note("Paused. `sluice resume --state \(options.state)` goes on.")
    }
}

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Have the process that sends a campaign go on after `sluice pause`.",
        discussion: """
            A campaign that no process is sending is resumed by `sluice send` with its manifest.

            Exit codes: 0 it goes on, 69 nobody is sending the campaign, 74 there is no campaign there.
            """)

    @OptionGroup var options: StateOptions

    func run() throws {
        _ = try ControlClient.demand(ControlRequest(command: .resume), in: options.state)
        Console.note("It goes on.")
    }
}

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Give a campaign up: nobody gets it any more who has not got it yet.",
        discussion: """
            Messages under way are finished; a process that sends the campaign ends then. This cannot be undone. \
            Recipients in doubt stay in doubt.

            Exit codes: 0 cancelled, 74 the ledger cannot be read or written.
            """)

    @OptionGroup var options: StateOptions

    func run() throws {
        if try ControlClient.fulfil(ControlRequest(command: .cancel), in: options.state) == nil {
            try CampaignState.withLedgerErrors {
                let ledger = try CampaignState.openIdle(options.state)
                try CampaignState.cancel(ledger, by: "operator")
                try ledger.close()
            }
        }
        Console.note("Cancelled. `sluice status --state \(options.state)` shows what was sent.")
    }
}

struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Decide about recipients of whom it is not known whether they have the mail.",
        discussion: """
            `sluice status` names them. --resend sends to them again: who has the mail already gets it twice. \
            --drop gives them up: who has it not will not get it. Without an address, all of them are meant.

            Exit codes: 0 decided, 64 usage, 74 the ledger cannot be read or written, or somebody is not in doubt.
            """)

    @OptionGroup var options: StateOptions

    @Flag(help: "Send to them again.")
    var resend = false

    @Flag(help: "Give them up.")
    var drop = false

    @Argument(help: "Whom. Default: everybody who is in doubt.")
    var addresses: [String] = []

    func validate() throws {
        if resend == drop { throw ValidationError("say --resend or --drop") }
    }

    func run() throws {
        let resolution: Resolution = resend ? .resend : .drop
        let whom = addresses.isEmpty ? nil : addresses
        let request = ControlRequest(command: .resolve, resolution: resolution, addresses: whom)
        let count = try ControlClient.fulfil(request, in: options.state)?.count ?? resolveIdle(whom, resolution)
        let what = resend ? "to be sent again, by `sluice send`" : "dropped"
        Console.note("\(count) \(count == 1 ? "recipient is" : "recipients are") \(what).")
    }

    private func resolveIdle(_ whom: [String]?, _ resolution: Resolution) throws -> Int {
        try CampaignState.withLedgerErrors {
            let ledger = try CampaignState.openIdle(options.state)
            let count = try CampaignState.resolve(whom, resolution, ledger, by: "operator")
            try ledger.close()
            return count
        }
    }
}

extension ControlClient {
    /// How the process that sends a campaign gets on; nil when there is none.
    static func activity(in directory: String) throws -> ControlResponse.Activity? {
        try fulfil(ControlRequest(command: .status), in: directory)?.activity
    }

    /// Has the process that sends a campaign do something; nil when there is none.
    static func fulfil(_ request: ControlRequest, in directory: String) throws -> ControlResponse? {
        let response: ControlResponse?
        do throws(SystemFault) {
            response = try ask(request, in: directory)
        } catch {
            Console.fail("\(directory): \(error)")
            throw ExitStatus.inputOutput
        }
        if let problem = response?.problem {
            Console.fail(problem)
            throw ExitStatus.inputOutput
        }
        return response
    }

    /// Fails when no process sends the campaign.
    static func demand(_ request: ControlRequest, in directory: String) throws -> ControlResponse {
        guard let response = try fulfil(request, in: directory) else {
            Console.fail("\(directory): nobody is sending this campaign")
            throw ExitStatus.unavailable
        }
        return response
    }
}
