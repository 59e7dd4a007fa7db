import Foundation
import Primitives
import TestSupport
import Testing

@testable import Campaign

@Suite("The campaigns in the repository are what they say")
struct CampaignsTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let campaigns = root.appendingPathComponent("campaigns")

    static var names: [String] {
        let entries = try? FileManager.default.contentsOfDirectory(
            at: campaigns, includingPropertiesForKeys: [.isDirectoryKey])
        return (entries ?? []).filter { $0.hasDirectoryPath }.map(\.lastPathComponent).sorted()
    }

    private static func manifest(_ name: String) -> String {
        campaigns.appendingPathComponent("\(name)/campaign.yaml").path
    }

    @Test func welcomeAndMinimalAreThere() {
        #expect(Set(Self.names).isSuperset(of: ["welcome", "minimal"]))
    }

    @Test(arguments: names)
    func everyCampaignLoadsWithoutProblems(_ name: String) throws {
        let campaign = try ManifestLoader.load(path: Self.manifest(name), seed: 1)
        #expect(campaign.manifest.name == name)
        #expect(campaign.warnings == [])
    }

    private struct Counts: Decodable, Equatable {
        var rows: Int
        var recipients: Int
        var rejected: [String: Int]
    }

    @Test func welcomeHasTheRecipientsAndRejectsThatItsGeneratorCounted() throws {
        let data = try Data(contentsOf: Self.campaigns.appendingPathComponent("welcome/counts.json"))
        let expected = try JSONDecoder().decode(Counts.self, from: data)
        var campaign = try ManifestLoader.load(path: Self.manifest("welcome"), seed: 5)
        #expect(campaign.fieldNames == ["first_name", "voucher", "city"])

        let packed = PackedRows()
        var found = Counts(rows: 0, recipients: 0, rejected: [:])
        var sites: [String: Int] = [:]
        reading: while true {
            switch try campaign.next(into: &packed.writer) {
            case .recipient(_, let atSign):
                let address = String(decoding: packed.fields(at: 0).fields[0], as: UTF8.self)
                sites[String(address.dropFirst(atSign + 1)).lowercased(), default: 0] += 1
                found.recipients += 1
                packed.writer.truncate(to: 0)
            case .rejected(let row): found.rejected[row.reason.kind.rawValue, default: 0] += 1
            case .needsRoom, .needsInput: Issue.record("a row that does not fit")
            case .ended: break reading
            }
        }
        found.rows = found.recipients + found.rejected.values.reduce(0, +)
        #expect(found == expected)
        #expect(found.recipients >= 20_000)
        expectSkewed(sites, found.recipients)
    }

    private func expectSkewed(_ sites: [String: Int], _ recipients: Int) {
        let largest = sites.values.sorted(by: >).prefix(4).reduce(0, +)
        #expect(sites.count >= 60)
        #expect(Double(largest) / Double(recipients) > 0.6)
        #expect(sites.values.count { $0 < 20 } >= 60)
        #expect(sites.keys.allSatisfy { $0.hasSuffix(".example") || $0.hasSuffix(".test") })
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/env")))
    func theListOfWelcomeIsWhatItsGeneratorMakes() throws {
        let generator = Self.campaigns.appendingPathComponent("welcome/generate.py").path
        let check = try ChildProgram("/usr/bin/env", ["python3", generator, "--check"])
        let end = try check.wait()
        // 127: there is no Python on this machine.
        #expect(end == .exited(0) || end == .exited(127))
    }
}
