import Foundation
import Shaping
import TestSupport
import Testing

@testable import Campaign

/// Loads a manifest that has the keys it must have, and some more behind them.
struct ManifestTrial {
    /// What follows them begins on this line.
    static let firstLine = 8

    var mailClass = "bulk"
    /// Empty for none.
    var route = "127.0.0.1:2525"
    var routeOption: String?
    /// Besides the letter; the list may be replaced.
    var files: [String: String] = [:]

    /// What the campaign has become, or its problems, a line each, with the directory left out.
    func load(_ rest: String) throws -> Result<Loaded, Problems> {
        let directory = try TestDirectory(
            ["list.csv": "email\na@x.example\n", "letter.txt": "Hello\n"].merging(files) { $1 })
        let head = """
            name: test
            class: \(mailClass)
            from: news@shop.example
            envelope-from: bounces@shop.example
            subject: Hello
            text: letter.txt
            recipients: { file: list.csv, address: email }

            """
        let text = head + rest + "\n" + (route.isEmpty ? "" : "route: \"\(route)\"\n")
        try directory.write(Data(text.utf8), to: "campaign.yaml")
        do throws(ManifestProblems) {
            return .success(
                Loaded(
                    try ManifestLoader.load(path: directory.file("campaign.yaml"), route: routeOption, seed: 1),
                    in: directory))
        } catch {
            return .failure(Problems(lines: error.problems.map { ManifestTrial.line($0, directory) }))
        }
    }

    struct Problems: Error {
        var lines: [String]
    }

    /// A result may hold no campaign itself, which cannot be copied.
    final class Loaded {
        private var campaign: LoadedCampaign
        let warnings: [String]
        private let place: TestDirectory

        init(_ campaign: consuming LoadedCampaign, in directory: TestDirectory) {
            warnings = campaign.warnings.map { ManifestTrial.line($0, directory) }
            place = directory
            self.campaign = campaign
        }

        var manifest: Manifest { campaign.manifest }
        var zoneField: Int? { campaign.zoneField }
        var shaping: ShapingRules? { campaign.shaping }
        var directory: HostDirectory? { campaign.directory }

        func with<Value>(_ body: (inout LoadedCampaign) throws -> Value) rethrows -> Value { try body(&campaign) }
    }

    private static func line(_ problem: ManifestProblem, _ directory: TestDirectory) -> String {
        problem.description.replacing(directory.path + "/", with: "").replacing("campaign.yaml:", with: "")
    }

    /// The problems; none for a campaign that was taken.
    func problems(_ rest: String) throws -> [String] {
        switch try load(rest) {
        case .success: []
        case .failure(let problems): problems.lines
        }
    }
}
