import Foundation
import Measurement
import Testing

@testable import Terminal

/// The views as people see them, held against the texts in `Golden`.
///
/// To change a view on purpose, run the tests with `SLUICE_WRITE_GOLDEN=1` and read the difference.
@Suite("Golden texts")
struct GoldenTests {
    private static let files = ReportView.Files(
        rejected: "rejected.csv", undelivered: "undelivered.csv", report: "report.json")

    @Test("the live view", arguments: [60, 80, 120])
    func progress(width: Int) throws {
        var view = ProgressView()
        try compare(view.lines(sampleSnapshot(), width: width, height: 24), with: "progress-\(width)")
    }

    @Test("the live view while the list is still being read, low and narrow")
    func progressUnknownTotal() throws {
        var view = ProgressView()
        var snapshot = sampleSnapshot(total: nil)
        snapshot.isDraining = true
        try compare(view.lines(snapshot, width: 40, height: 10), with: "progress-unknown-total")
    }

    @Test("the report of a run with troubles", arguments: [60, 80, 120])
    func report(width: Int) throws {
        let report = sampleReport(interrupted: true)
        try compare(ReportView.lines(report, files: GoldenTests.files, width: width), with: "report-\(width)")
    }

    @Test("the report of a run without any trouble")
    func perfectReport() throws {
        let report = sampleReport(perfect: true)
        try compare(ReportView.lines(report, files: GoldenTests.files, width: 80), with: "report-perfect")
    }

    @Test("a campaign that is not finished")
    func campaignTotals() throws {
        try compare(CampaignTotalsView.lines(sampleTotals(), width: 80), with: "campaign-totals")
    }

    @Test("a plan with limits", arguments: [60, 80, 120])
    func plan(width: Int) throws {
        try compare(PlanView(samplePlan(), width: width).lines, with: "plan-\(width)")
    }

    @Test("a plan without limits")
    func plainPlan() throws {
        try compare(PlanView(samplePlan(isPaced: false), width: 80).lines, with: "plan-plain")
    }

    @Test("warmups", arguments: [60, 120])
    func warmup(width: Int) throws {
        try compare(WarmupView(sampleWarmups(), width: width).lines, with: "warmup-\(width)")
    }

    @Test("the days until a list is through")
    func outlook() throws {
        try compare(WarmupOutlookView(sampleOutlook(), width: 80).lines, with: "warmup-forecast")
    }

    private func compare(_ lines: [StyledLine], with name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
        let text = lines.joined(styled: false)
        if ProcessInfo.processInfo.environment["SLUICE_WRITE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        let golden = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        #expect(text == golden, "\(name) is now:\n\(text)")
    }
}
