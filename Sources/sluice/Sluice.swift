import ArgumentParser

@main
struct Sluice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Send bulk mail that people asked for, and measure mail servers.",
        subcommands: [PlanCommand.self, SendCommand.self, SinkCommand.self, BenchCommand.self])
}
