import Foundation
import TestSupport
import Testing

@testable import Campaign

@Suite("Fingerprints of what a campaign is made of")
struct InputFingerprintTests {
    private static let manifest = """
        name: print
        class: bulk
        from: news@shop.example
        envelope-from: bounces@shop.example
        subject: Hello
        text: letter.txt
        html: letter.html
        recipients: { file: list.csv, address: email }
        suppression: [gone.txt]
        route: 127.0.0.1:2525

        """

    private func directory() throws -> TestDirectory {
        try TestDirectory([
            "campaign.yaml": Self.manifest, "letter.txt": "abc", "letter.html": "<p>Hello</p>\n",
            "list.csv": "email\na@x.example\n", "gone.txt": "b@x.example\n",
        ])
    }

    private func fingerprints(_ directory: TestDirectory) throws -> [InputFingerprint] {
        try ManifestLoader.load(path: directory.file("campaign.yaml"), seed: 1).fingerprints()
    }

    @Test func everyFileButTheSuppressionLists() throws {
        let directory = try directory()
        let found = try fingerprints(directory)
        #expect(found.map(\.name) == ["manifest", "html", "text", "recipients"])
        #expect(
            found.map(\.path)
                == ["campaign.yaml", "letter.html", "letter.txt", "list.csv"].map(directory.file))
        #expect(found.map(\.bytes) == [Int64(Self.manifest.utf8.count), 13, 3, 18])
        #expect(found[2].sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Set(found.map(\.sha256)).count == 4)
    }

    @Test func eachChangeShowsInItsFileOnly() throws {
        let directory = try directory()
        let before = try fingerprints(directory)
        for (name, text, changed) in [
            ("campaign.yaml", Self.manifest + "# a comment\n", 0), ("letter.html", "<p>Hullo</p>\n", 1),
            ("letter.txt", "abd", 2), ("list.csv", "email\na@y.example\n", 3),
        ] {
            let old = try directory.text(name)
            try directory.write(Data(text.utf8), to: name)
            let after = try fingerprints(directory)
            for index in before.indices {
                #expect((after[index] == before[index]) == (index != changed), "\(name), \(index)")
            }
            try directory.write(Data(old.utf8), to: name)
        }
        try directory.write(Data("c@x.example\n".utf8), to: "gone.txt")
        #expect(try fingerprints(directory) == before)
    }

    @Test func aFileOfManyPiecesAndOneThatIsGone() throws {
        let directory = try directory()
        let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        try directory.write(Data(million), to: "million")
        let found = try InputFingerprint(of: CampaignInput(name: "text", path: directory.file("million")))
        #expect(found.sha256 == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        #expect(found.bytes == 1_000_000)
        #expect(throws: FileFault.self) {
            _ = try InputFingerprint(of: CampaignInput(name: "text", path: directory.file("gone")))
        }
    }
}
