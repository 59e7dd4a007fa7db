import Foundation
import Primitives
import TestSupport
import Testing

@testable import Campaign

@Suite("The list of a campaign is read again")
struct StartOverTests {
    private static let files = [
        "campaign.yaml": """
        name: again
        class: bulk
        from: news@shop.example
        envelope-from: bounces@shop.example
        subject: Hello {{name}}
        text: letter.txt
        recipients: { file: list.csv, address: email }
        route: 127.0.0.1:2525
        """,
        "letter.txt": "Hello\n",
        "list.csv": "email,name\na@x.example,A\nb@x.example,B\na@x.example,C\n",
    ]

    private func load(_ directory: TestDirectory) throws -> LoadedCampaign {
        try ManifestLoader.load(path: directory.file("campaign.yaml"), seed: 1)
    }

    /// The lines of the recipients, until the end.
    private func lines(_ next: (inout ByteWriter) throws -> RowResult) throws -> [Int] {
        let packed = PackedRows()
        var lines: [Int] = []
        while true {
            switch try next(&packed.writer) {
            case .recipient(let line, _): lines.append(line)
            case .rejected, .needsInput: continue
            case .needsRoom: packed.writer.truncate(to: 0)
            case .ended: return lines
            }
        }
    }

    @Test func fromTheBeginningOrBesideTheFirstReading() throws {
        let directory = try TestDirectory(Self.files)
        var campaign = try load(directory)
        let packed = PackedRows()
        #expect(try campaign.next(into: &packed.writer) == .recipient(line: 2, atSign: 1))
        var selection = LineSelection(judgedThrough: 4, isComplete: true)
        selection.insert(4)
        var other = try campaign.anotherStream(selection)
        #expect(try lines { try other.next(into: &$0, suppression: campaign.suppression) } == [4])
        #expect(try lines { try campaign.next(into: &$0) } == [3])
        try campaign.startOver(LineSelection())
        #expect(try lines { try campaign.next(into: &$0) } == [2, 3])
    }

    @Test func aListWithOtherColumnsIsRefused() throws {
        let directory = try TestDirectory(Self.files)
        var campaign = try load(directory)
        for text in ["email,city\na@x.example,A\n", ""] {
            try directory.write(Data(text.utf8), to: "list.csv")
            #expect(throws: FileFault.self) { try campaign.startOver(LineSelection()) }
        }
    }

    @Test func standardInputIsReadOnce() {
        let list = RecipientList(path: "-", header: ["email"], seed: 1)
        let layout = RowLayout(columnCount: 1, addressColumn: 0, fields: [])
        #expect(throws: FileFault.self) { _ = try list.open(layout, LineSelection()) }
    }
}
