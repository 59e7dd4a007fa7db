import ArgumentParser

@main
struct Sluice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Send bulk mail that people asked for, and measure mail servers.",
        discussion: """
            Try it: `sluice sink` in one terminal, `sluice plan campaigns/welcome/campaign.yaml` and \
            `sluice send campaigns/welcome/campaign.yaml` in another.
            """,
        version: "0.1.0",
        subcommands: [
            PlanCommand.self, SendCommand.self, StatusCommand.self, ExplainCommand.self, PauseCommand.self,
            ResumeCommand.self,
            CancelCommand.self, ResolveCommand.self, ReportCommand.self, ShapingCommand.self, WarmupCommand.self,
            SinkCommand.self,
            BenchCommand.self,
        ])
}
