import Foundation
import TestSupport
import Testing

@testable import Campaign
@testable import SMTP

@Suite("A suppressed address is suppressed however it is written")
struct SuppressionTests {
    private struct Loaded: ~Copyable {
        var list = SuppressionList(seed: 11)
        var warnings: [String] = []
    }

    private func load(_ text: [UInt8]) throws -> Loaded {
        let directory = try TestDirectory()
        try directory.write(Data(text), to: "gone.txt")
        var loaded = Loaded()
        loaded.warnings = try loaded.list.load(path: directory.file("gone.txt"), shownAs: "gone.txt")
            .map(\.description)
        return loaded
    }

    private func isSuppressed(_ address: String, _ list: borrowing SuppressionList) -> Bool {
        let bytes = Array(address.utf8)
        guard case .valid(let atSign) = Address.check(bytes.span) else { return false }
        return list.contains(bytes.span, atSign: atSign)
    }

    @Test func bothSidesAreComparedInAnyCase() throws {
        let gone = try load(Array("Ann.Lee@BigMail.example\nbob@x.example\n".utf8))
        #expect(gone.warnings == [])
        #expect(gone.list.count == 2)
        for address in ["ann.lee@bigmail.example", "ANN.LEE@bigmail.EXAMPLE", "Bob@X.example"] {
            #expect(isSuppressed(address, gone.list) == true, "\(address)")
        }
        for address in ["annlee@bigmail.example", "ann.lee@bigmail.test", "ob@x.example"] {
            #expect(isSuppressed(address, gone.list) == false, "\(address)")
        }
    }

    @Test func aDomainSuppressesEverybodyThereAndNobodyBelow() throws {
        let gone = try load(Array("@Gone.example\n".utf8))
        #expect(gone.warnings == [])
        #expect(isSuppressed("anybody@gone.example", gone.list) == true)
        #expect(isSuppressed("Else@GONE.EXAMPLE", gone.list) == true)
        #expect(isSuppressed("a@mail.gone.example", gone.list) == false)
        #expect(isSuppressed("gone.example@x.example", gone.list) == false)
    }

    @Test func commentsSpacesMarksAndLineEndsDoNotCount() throws {
        let text =
            "\u{FEFF}a@x.example\r\n# b@x.example\n\n  c@x.example\t \r\n\td@x.example # bounced\n#\ne#f@x.example"
        let gone = try load(Array(text.utf8))
        #expect(gone.warnings == [])
        #expect(gone.list.count == 4)
        for address in ["a@x.example", "c@x.example", "d@x.example", "e#f@x.example"] {
            #expect(isSuppressed(address, gone.list) == true, "\(address)")
        }
        #expect(isSuppressed("b@x.example", gone.list) == false)
    }

    @Test func everyLineThatSuppressesNobodyIsNamedUpToALimit() throws {
        let gone = try load(Array("Ann <a@x.example>\nb@x.example\n@nodots\n\n@\n".utf8))
        #expect(gone.list.count == 1)
        #expect(
            gone.warnings == [
                "gone.txt:1: warning: this line suppresses nobody: only the address belongs here, without a name or angle brackets: write one address, or @domain, on a line",
                "gone.txt:3: warning: this line suppresses nobody: the domain has only one label; at least two are needed: write one address, or @domain, on a line",
                "gone.txt:5: warning: this line suppresses nobody: there is nothing before the @: write one address, or @domain, on a line",
            ])
        let many = try load(Array(String(repeating: "nobody\n", count: 50).utf8))
        #expect(many.warnings.count == SuppressionList.warningsShown + 1)
        #expect(
            many.warnings.last == "gone.txt: warning: 40 more lines suppress nobody: is this the right file?")
        let long = try load([UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20))
        #expect(long.warnings.count == 1)
    }

    @Test("A list larger than the pieces it is read in, and without a last line end")
    func manyEntries() throws {
        let text = (0..<30_000).map { "person\($0)@x.example" }.joined(separator: "\n")
        let gone = try load(Array(text.utf8))
        #expect(text.utf8.count > InputFile.chunkCount)
        #expect(gone.warnings == [])
        #expect(gone.list.count == 30_000)
        #expect(isSuppressed("person29999@x.example", gone.list) == true)
    }
}
