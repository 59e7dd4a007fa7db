import Campaign
import Foundation
import Testing

@testable import Campaign

@Suite("A list that has grown")
struct ListExtensionTests {
    private static let old = "email\na@one.example\nb@two.example\n"
    private static let unended = String(old.dropLast())
    private static let more = "c@three.example\n"

    private static let cases: [(before: String, now: String, isExtended: Bool)] = [
        (old, old, true),
        (old, old + more, true),
        (unended, old + more, true),
        (unended, old, true),
        (String(old.dropLast(2)), old, false),
        (old, unended, false),
        (old, "email\na@one.example\nb@toe.example\n" + more, false),
        (old, "", false),
        (unended, unended + ".org\n", false),
    ]

    @Test("only rows behind the last make it another beginning", arguments: cases)
    func extended(before: String, now: String, isExtended: Bool) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "list-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "list.csv").path
        try Data(before.utf8).write(to: URL(fileURLWithPath: path))
        let fingerprint = try InputFingerprint(of: CampaignInput(name: "recipients", path: path))
        try Data(now.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try fingerprint.isBeginning(of: path) == isExtended)
    }
}
