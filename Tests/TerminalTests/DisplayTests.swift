import Foundation
import Measurement
import Primitives
import Testing

@testable import Terminal

@Suite("Progress display")
struct ProgressDisplayTests {
    private let size = ScreenSize(width: 80, height: 24)

    @Test("where there is no terminal, there is no escape sequence")
    func plain() {
        var display = ProgressDisplay(live: false)
        #expect(display.update(sampleSnapshot(elapsed: .seconds(1)), size: size) == "")
        let line = display.update(sampleSnapshot(), size: size)
        #expect(line.hasPrefix("0:12  9,061 of 20,000"))
        #expect(line.hasSuffix("waiting 1,204\n"))
        #expect(!line.unicodeScalars.contains("\u{1B}"))
        #expect(display.finish() == "")
    }

    @Test("each redraw starts where the last one started, and the cursor comes back at the end, once")
    func live() {
        var display = ProgressDisplay(live: true)
        let first = display.update(sampleSnapshot(), size: size)
        let drawn = first.utf8.count { $0 == UInt8(ascii: "\n") }
        #expect(first.hasPrefix("\u{1B}[?25l\r\u{1B}[2K"))
        #expect(drawn > 10)

        let second = display.update(sampleSnapshot(elapsed: .seconds(13)), size: size)
        #expect(second.hasPrefix("\u{1B}[\(drawn)A\r"))
        #expect(second.hasSuffix("\u{1B}[J"))

        #expect(display.finish() == "\u{1B}[\(drawn)A\r\u{1B}[J\u{1B}[?25h")
        #expect(display.finish() == "")
    }

    @Test("a view never fills the last row", arguments: 1...30)
    func height(rows: Int) {
        var display = ProgressDisplay(live: true)
        let text = display.update(sampleSnapshot(), size: ScreenSize(width: 80, height: rows))
        #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } < rows)
    }

    @Test("nothing drawn, nothing to restore")
    func untouched() {
        var display = ProgressDisplay(live: true)
        #expect(display.finish() == "")
    }
}

@Suite("Screen")
struct ScreenTests {
    @Test(
        "NO_COLOR and a dumb terminal forbid escape sequences",
        arguments: [
            ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false), (["NO_COLOR": "0"], false),
            (["TERM": "dumb"], false), (["TERM": "xterm"], true),
        ])
    func controls(environment: [String: String], allowed: Bool) {
        #expect(Screen.allowsControls(environment) == allowed)
    }

    @Test("what is no terminal has the usual size and no life")
    func noTerminal() throws {
        let file = try #require(FileHandle(forReadingAtPath: "/dev/null"))
        let screen = Screen(descriptor: file.fileDescriptor, environment: [:])
        #expect(!screen.isLive)
        #expect(screen.size == .usual)
    }
}

@Suite("Report view")
struct ReportViewTests {
    private let files = ReportView.Files(rejected: "rejected.csv", undelivered: "undelivered.csv")

    @Test("no line but one with a path is wider than asked for")
    func fits() {
        let report = sampleReport(interrupted: true)
        for width in 1...130 {
            for line in ReportView.lines(report, files: files, width: width) where !line.text.contains(".csv") {
                #expect(TextWidth.width(of: line.text) <= width, "width \(width): \(line.text)")
            }
        }
    }

    @Test("files are named only when there is something in them")
    func details() {
        let troubled = ReportView.lines(sampleReport(), files: files, width: 80).joined(styled: false)
        #expect(troubled.contains("Not delivered, each with its reply (100): undelivered.csv\n"))
        #expect(troubled.contains("Rejected, each with line and reason (118): rejected.csv\n"))
        let perfect = ReportView.lines(sampleReport(perfect: true), files: files, width: 80)
        #expect(!perfect.joined(styled: false).contains(".csv"))
    }

    @Test("sums that do not match are shouted")
    func sumErrors() {
        let facts = RunFacts(
            kind: .bench, name: "bench", workers: 1, startedUnixSeconds: 0, elapsed: .zero,
            processorTime: .zero,
            recipients: 1, sites: [])
        let lines = ReportView.lines(RunReport(facts, Tally()), files: ReportView.Files(), width: 80)
        #expect(lines.contains { $0.emphasis == .alarm && $0.text.contains("not to 1") })
    }

    @Test("styles are there only when asked for")
    func styles() {
        let lines = ReportView.lines(sampleReport(), files: files, width: 80)
        #expect(!lines.joined(styled: false).unicodeScalars.contains("\u{1B}"))
        #expect(
            lines.joined(styled: true).hasPrefix("\u{1B}[1mwelcome: 20,000 recipients in 1.52 s\u{1B}[0m\n"))
    }
}

@Suite("Report file")
struct ReportFileTests {
    private func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    @Test("the file is the report, its keys in order, and ends with a line end")
    func content() throws {
        try withDirectory { directory in
            let path = directory.appending(path: "report.json").path
            let report = sampleReport()
            try ReportFile.write(sampleReport(perfect: true), to: path)
            try ReportFile.write(report, to: path)
            let data = try Data(contentsOf: URL(filePath: path))
            #expect(try JSONDecoder().decode(RunReport.self, from: data) == report)
            let text = String(decoding: data, as: UTF8.self)
            #expect(text.hasPrefix("{\n  \"accepted\" : 19700,\n"))
            #expect(text.hasSuffix("}\n"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["report.json"])
        }
    }

    @Test("what is no regular file is written to, not replaced")
    func link() throws {
        try withDirectory { directory in
            let (link, target) = (directory.appending(path: "link"), directory.appending(path: "target"))
            try Data().write(to: target)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
            try ReportFile.write(sampleReport(), to: link.path)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
            #expect(try Data(contentsOf: target) == ReportFile.json(sampleReport()))
        }
    }

    @Test("a path that cannot be written is an error")
    func unwritable() throws {
        try withDirectory { directory in
            let path = directory.appending(path: "missing/report.json").path
            #expect(throws: (any Error).self) { try ReportFile.write(sampleReport(), to: path) }
        }
    }
}
