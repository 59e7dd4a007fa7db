import Foundation
import Primitives
import TestSupport
import Testing

@testable import Campaign

@Suite("No manifest stops the process, whatever is in it")
struct ManifestNoiseTests {
    private static let files = [
        "list.csv": "email,first_name\na@x.example,Ann\n", "letter.txt": "Hello {{first_name}}\n",
        "gone.txt": "b@x.example\n",
    ]

    private static let manifest = """
        name: noise
        class: bulk
        from: "Example Shop <news@shop.example>"
        envelope-from: bounces@shop.example
        subject: "Hello {{first_name}}"
        text: letter.txt
        recipients:
          file: list.csv
          address: email
          defaults: { first_name: friend }
        suppression: [gone.txt]
        route: 127.0.0.1:2525
        limits: { sessions-per-site: 4, messages-per-session: 200 }
        in-doubt: hold
        retry: { first: 5m, factor: 2, most: 4h, delays: [5m, 10m], give-up: 72h }
        """

    private static let pieces = [
        ":", ": ", "{", "}", "[", "]", ",", "\"", "'", "\n", "  ", "\t", "- ", "&a ", "*a", "!t ", "? ", "| ",
        "> ", "#", "%", "@",
        "~", "null", "name: x\n", "text: y\n", "---\n", "...\n", "{{", "}}", "é", "\u{FEFF}", "\u{0}", "\r",
        "-1", "9999999999", "5m", "0s", "999999999999999999d",
    ]

    @Test(arguments: 0..<40)
    func changedAtRandom(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let directory = try TestDirectory(Self.files)
        for _ in 0..<25 {
            var lines = Self.manifest.split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init)
            for _ in 0..<Int.random(in: 1...4, using: &random) { change(&lines, &random) }
            let text = lines.joined(separator: "\n")
            try directory.write(Data(text.utf8), to: "campaign.yaml")
            expectAnAnswer(directory, "seed \(seed):\n\(text)")
        }
    }

    /// Either a campaign or errors with a place that exists and a fix.
    private func expectAnAnswer(_ directory: TestDirectory, _ context: String) {
        do throws(ManifestProblems) {
            let campaign = try ManifestLoader.load(path: directory.file("campaign.yaml"), seed: 1)
            #expect(!campaign.manifest.name.isEmpty, "\(context)")
        } catch {
            #expect(error.errorCount > 0, "\(context)")
            for problem in error.problems {
                #expect(
                    problem.place.map { $0.line >= 1 && $0.column ?? 1 >= 1 } ?? true,
                    "\(problem) in \(context)")
                #expect(!problem.what.isEmpty && !problem.fix.isEmpty, "\(problem) in \(context)")
            }
        }
    }

    private func change(_ lines: inout [String], _ random: inout SeededRandom) {
        let index = Int.random(in: 0..<lines.count, using: &random)
        let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: lines.insert(lines[index], at: Int.random(in: 0...lines.count, using: &random))
        case 1 where lines.count > 1: lines.remove(at: index)
        case 2: lines[index] = piece
        default:
            let cut = Int.random(in: 0...lines[index].count, using: &random)
            lines[index] = String(lines[index].prefix(cut)) + piece + String(lines[index].dropFirst(cut))
        }
    }
}
