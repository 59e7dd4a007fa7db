import Foundation
import TestSupport
import Testing

@testable import Campaign
@testable import SMTP

@Suite("rejected.csv shows every rejected row and does nothing when opened")
struct RejectedFileTests {
    private func row(_ line: Int, _ address: String, _ reason: RowRejection = .suppressed) -> RejectedRow {
        RejectedRow(line: line, address: Array(address.utf8), reason: reason)
    }

    @Test func aFileComesWithTheFirstRejectionOnly() throws {
        let directory = try TestDirectory(["rejected.csv": "old"])
        var none = try RejectedFile(path: directory.file("rejected.csv"), fields: [])
        #expect(!directory.exists("rejected.csv"))
        try none.close()
        #expect(!directory.exists("rejected.csv"))

        var one = try RejectedFile(path: directory.file("rejected.csv"), fields: ["city"])
        try one.append(row(7, "a@x.example", .missingValue(field: 1)))
        try one.close()
        #expect(one.count == 1)
        #expect(
            try directory.text("rejected.csv")
                == "line,address,reason\n7,a@x.example,{{city}} has no value here and no default\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.file("rejected.csv"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    static let cells: [(String, String)] = [
        ("ann@x.example", "ann@x.example"),
        ("=ann@x.example", "=ann@x.example"), ("+@x.example", "+@x.example"),
        ("-a@x.example", "-a@x.example"),
        ("=1+1", "\"'=1+1\""), ("+49 555", "\"'+49 555\""), ("-", "\"'-\""),
        ("@x.example", "\"'@x.example\""),
        ("=HYPERLINK(\"a\")", "\"'=HYPERLINK(\"\"a\"\")\""),
        ("a,b", "\"a,b\""), ("a;b", "\"a;b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), (" a ", "\" a \""),
        ("", ""),
        ("a\r\nb\tc\u{0}\u{1B}[2J\u{7F}", "a\\x0D\\x0Ab\\x09c\\x00\\x1B[2J\\x7F"),
        ("\t=1", "\\x09=1"), ("jörg@x", "jörg@x"),
        ("a\u{85}b\u{202E}c\u{200B}", "a\\xC2\\x85b\\xE2\\x80\\xAEc\\xE2\\x80\\x8B"),
    ]

    @Test(arguments: cells)
    func cell(_ value: String, _ expected: String) throws {
        let directory = try TestDirectory()
        var file = try RejectedFile(path: directory.file("r.csv"), fields: [])
        try file.append(row(1, value))
        try file.close()
        #expect(
            try directory.text("r.csv")
                == "line,address,reason\n1,\(expected),the address is on a suppression list\n")
    }

    @Test func whatIsNotUTF8IsShownAsBytes() throws {
        let directory = try TestDirectory()
        var file = try RejectedFile(path: directory.file("r.csv"), fields: [])
        try file.append(RejectedRow(line: 1, address: [0x4A, 0xE9, 0xC3, 0xA9], reason: .notUTF8))
        try file.close()
        #expect(try directory.text("r.csv").contains("1,J\\xE9\\xC3\\xA9,the row is not UTF-8\n"))
    }

    @Test("What is written can be read again")
    func thereAndBack() throws {
        let directory = try TestDirectory()
        var file = try CSVFile(path: directory.file("r.csv"), columns: ["line", "name, quoted"])
        for index in 0..<5_000 {
            file.append(index)
            file.append("a \"b\", c;\(index)")
            try file.endRow()
        }
        try file.close()
        var scanner = CSVScanner()
        let bytes = Array(try directory.text("r.csv").utf8)
        #expect(bytes.count > CSVFile.bufferCount)
        scanner.feed(bytes.span)
        scanner.finish()
        var rows = 0
        while scanner.next() == .row {
            let cell = scanner.cell(1)
            let text = String(decoding: cell.indices.map { cell[$0] }, as: UTF8.self)
            #expect(text == (rows == 0 ? "name, quoted" : "a \"b\", c;\(rows - 1)"))
            rows += 1
        }
        #expect(rows == 5_001)
    }

    @Test func aPlaceWhereNothingCanBeWritten() throws {
        let directory = try TestDirectory()
        var file = try CSVFile(path: directory.file("nowhere/r.csv"), columns: ["line"])
        file.append(1)
        do throws(FileFault) {
            try file.endRow()
            try file.close()
            Issue.record("a file in no directory was written")
        } catch {
            #expect(error.what == "its directory does not exist")
        }
    }
}
