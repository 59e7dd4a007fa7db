import ArgumentParser
import Campaign
import Delivery
import Foundation
import Measurement
import Message
import Primitives
import Terminal
import Uring

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a campaign would send, and send nothing.",
        discussion: """
            Reads the manifest, the letter, the suppression lists and every row of the recipients, exactly as \
            send would. Shows how many recipients there are, at which sites, which rows get no mail and why, \
            and the first messages as they would be sent.

            For each site it shows the limit that binds its mail and the time that takes at least, and when the \
            campaign would be through if it began now, were the receivers as fast as one likes (docs/shaping.md).

            Exit codes: 0 the campaign can be sent, 64 usage, 65 bad manifest, 66 no manifest, 73 a file \
            cannot be made, 74 a file cannot be read or written.
            """)

    @Argument(help: "The campaign's manifest, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
    var campaign: String

    @Option(help: "Plan with everything going to HOST:PORT instead of where the manifest says.")
    var route: String?

    @Option(help: "Messages to show.")
    var samples = 3

    @Option(help: "Write the shown messages whole into this directory, as 1.eml, 2.eml, …", completion: .directory)
    var samplesDirectory: String?

    @Option(help: "Write the rows that get no mail to this file, with line and reason.", completion: .file())
    var rejected: String?

    @Flag(help: "Print the plan as JSON on standard output (docs/report.md explains it).")
    var json = false

    func validate() throws {
        guard (0...100).contains(samples) else { throw ValidationError("--samples takes 0 to 100") }
    }

    func run() throws {
        let seed = UInt64.random(in: .min ... .max)
        var loaded = try CampaignSupport.load(campaign, route: route, seed: seed)
        let letter = try CampaignSupport.letter(CampaignSupport.letterParts(of: loaded))
        var file: RejectedFile?
        if let rejected {
            let fields = loaded.fieldNames
            file = try CampaignSupport.withFileErrors(ExitStatus.cannotCreate) {
                try RejectedFile(path: rejected, fields: fields)
            }
        }
        var survey = CampaignSurvey(
            letter: letter, planner: CampaignSupport.planner(for: loaded), mostSamples: samples, seed: seed)
        try CampaignSupport.withFileErrors(ExitStatus.inputOutput) {
            try survey.read(&loaded, rejected: &file)
        }
        try write(samples: survey.samples)
        let plan = survey.plan(of: loaded.manifest, fields: loaded.fieldNames)
        if json {
            Console.print(try plan.json)
        } else {
            let view = PlanView(plan, width: Console.output.size.width)
            Console.write(view.lines.joined(styled: Console.output.isLive), to: STDOUT_FILENO)
        }
    }

    private func write(samples: [[UInt8]]) throws {
        guard let samplesDirectory else { return }
        do {
            try FileManager.default.createDirectory(atPath: samplesDirectory, withIntermediateDirectories: true)
            for (index, sample) in samples.enumerated() {
                try Data(sample).write(to: URL(filePath: "\(samplesDirectory)/\(index + 1).eml"))
            }
        } catch {
            Console.fail("cannot write the samples to \(samplesDirectory): \(error.localizedDescription)")
            throw ExitStatus.cannotCreate
        }
    }
}
