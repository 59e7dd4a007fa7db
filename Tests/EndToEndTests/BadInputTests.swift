import Foundation
import TestSupport
import Testing

/// What is wrong is said at once, all of it, and nothing is sent.
@Suite("Bad input on the command line")
struct BadInputTests {
    @Test("a broken manifest: every problem with file and line, exit 65, nothing sent")
    func brokenManifest() async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 5, seed: 15))
            try place.directory.write(BadInputTests.manifest, to: "campaign.yaml")
            try place.directory.write("Dear {{frist_name}},\n\n{{ oops\n", to: "letter.txt")
            let result = try SluiceCommand.run(place.send([]))
            #expect(result.status == 65 && result.output.isEmpty)
            for problem in BadInputTests.problems {
                let line = "\(place.directory.file(problem.file)):\(problem.line):"
                let found = result.errors.split(separator: "\n").filter {
                    $0.hasPrefix(line) && $0.contains(problem.word)
                }
                #expect(found.count == 1, "\(problem) in \(result.errors)")
            }
            #expect(place.hasSeenNobody)
            #expect(!place.directory.exists("rejected.csv"))
        }
    }

    private static let manifest = """
        name: test
        class: loud
        from: news@shop.example
        envelope-from: nobody
        subject: "Hello {{first_name}} {{nothing}}"
        text: letter.txt
        html: missing.html
        recipients:
          file: recipients.csv
          address: mail
        suppression: [nowhere.txt]
        colour: blue
        route: 127.0.0.1:2525
        limits: { sessions-per-site: 0 }

        """

    private static let problems = [
        (file: "campaign.yaml", line: 2, word: "class"),
        (file: "campaign.yaml", line: 4, word: "envelope-from"),
        (file: "campaign.yaml", line: 5, word: "{{nothing}}"),
        (file: "campaign.yaml", line: 7, word: "missing.html"),
        (file: "campaign.yaml", line: 10, word: "mail"),
        (file: "campaign.yaml", line: 11, word: "nowhere.txt"),
        (file: "campaign.yaml", line: 12, word: "colour"),
        (file: "campaign.yaml", line: 14, word: "sessions-per-site"),
        (file: "letter.txt", line: 1, word: "{{frist_name}}"), (file: "letter.txt", line: 3, word: "{{"),
    ]

    @Test("no manifest: exit 66", arguments: ["send", "plan"])
    func noManifest(_ command: String) async throws {
        try await onThread {
            let directory = try TestDirectory()
            let result = try SluiceCommand.run([command, directory.file("none.yaml")])
            #expect(result.status == 66 && result.errors.contains("none.yaml"))
        }
    }

    @Test(
        "files that cannot be made: exit 73 before anything is sent",
        arguments: ["--report", "--rejected", "--undelivered"])
    func unwritable(_ option: String) async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 100, seed: 16))
            try place.directory.write("I am a file\n", to: "file.txt")
            let result = try SluiceCommand.run(place.send([option, place.directory.file("file.txt/out")]))
            #expect(result.status == 73, "\(result.errors)")
            #expect(result.errors.contains("file.txt/out") && result.output.isEmpty)
            #expect(place.hasSeenNobody)
        }
    }

    @Test(
        "an option that does not exist: exit 64 and the usage",
        arguments: [["send", "x"], ["plan", "x"], ["sink"], ["bench", "127.0.0.1:25"]])
    func unknownOption(_ command: [String]) async throws {
        try await onThread {
            let result = try SluiceCommand.run(command + ["--frobnicate"])
            #expect(result.status == 64)
            #expect(result.errors.contains("--frobnicate"))
            #expect(result.errors.contains("Usage: sluice \(command[0])"))
        }
    }

    @Test(
        "numbers out of range: exit 64",
        arguments: [["--workers", "0"], ["--limit", "0"], ["--limit", "x"]])
    func badNumbers(_ options: [String]) async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 1, seed: 17, rejecting: false))
            let result = try SluiceCommand.run(place.send(options))
            #expect(result.status == 64 && result.errors.contains(options[0]))
            #expect(place.hasSeenNobody)
        }
    }

    @Test("a route that is none: exit 65, nothing sent")
    func badRoute() async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 1, seed: 18, rejecting: false))
            let result = try SluiceCommand.run(place.send(["--route", "mail.shop.example"]))
            #expect(result.status == 65 && result.errors.contains("--route mail.shop.example"))
        }
    }
}
