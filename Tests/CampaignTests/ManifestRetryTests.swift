import Foundation
import Primitives
import TestSupport
import Testing

@testable import Campaign

@Suite("What a manifest says about trying again, and about recipients in doubt")
struct ManifestRetryTests {
    /// What follows begins on line 9.
    private static let head = """
        name: test
        class: CLASS
        from: news@shop.example
        envelope-from: bounces@shop.example
        subject: Hello
        text: letter.txt
        recipients: { file: list.csv, address: email }
        route: 127.0.0.1:2525

        """

    private func load(_ rest: String, mailClass: String = "bulk") throws -> Result<Manifest, ManifestProblems> {
        let directory = try TestDirectory(["list.csv": "email\na@x.example\n", "letter.txt": "Hello\n"])
        let text = Self.head.replacingOccurrences(of: "CLASS", with: mailClass) + rest + "\n"
        try directory.write(Data(text.utf8), to: "campaign.yaml")
        do throws(ManifestProblems) {
            let campaign = try ManifestLoader.load(path: directory.file("campaign.yaml"), seed: 1)
            return .success(campaign.manifest)
        } catch {
            return .failure(
                ManifestProblems(
                    error.problems.map { problem in
                        var problem = problem
                        problem.file = problem.file.replacingOccurrences(of: directory.path + "/", with: "")
                        return problem
                    }))
        }
    }

    @Test("The class decides about those in doubt, unless the manifest does")
    func inDoubt() throws {
        for (mailClass, key, expected) in [
            ("bulk", "", .hold), ("transactional", "", .resend), ("bulk", "in-doubt: resend", .resend),
            ("transactional", "in-doubt: hold", .hold),
        ] as [(String, String, Manifest.InDoubt)] {
            #expect(try load(key, mailClass: mailClass).get().inDoubt == expected, "\(mailClass) \(key)")
        }
    }

    @Test func schedules() throws {
        let doubling = { (first: Int64, factor: Double, most: Int64, giveUp: Int64) in
            Manifest.Retry(
                delays: .doubling(first: .seconds(first), factor: factor, most: .seconds(most)),
                giveUp: .seconds(giveUp))
        }
        let list = { (delays: [Interval], giveUp: Int64) in
            Manifest.Retry(delays: .list(delays), giveUp: .seconds(giveUp))
        }
        for (text, expected) in [
            ("", doubling(300, 2, 14_400, 259_200)),
            ("retry: {}", doubling(300, 2, 14_400, 259_200)),
            ("retry: { first: 90s, factor: 1.5, most: 2h, give-up: 3d }", doubling(90, 1.5, 7_200, 259_200)),
            ("retry: { first: 4h }", doubling(14_400, 2, 14_400, 259_200)),
            ("retry: { factor: 1, give-up: 5m }", doubling(300, 1, 14_400, 300)),
            (
                "retry: { delays: [500ms, 10m, 1d], give-up: 24h }",
                list([.milliseconds(500), .seconds(600), .seconds(86_400)], 86_400)
            ),
            ("retry: { delays: [] }", list([], 259_200)),
            ("retry: { delays: [], give-up: 1ms }", Manifest.Retry(delays: .list([]), giveUp: .milliseconds(1))),
            (
                "retry:\n  delays:\n    - 007m\n    - \"8m\"\n  give-up: 365d",
                list([.seconds(420), .seconds(480)], 31_536_000)
            ),
        ] {
            #expect(try load(text).get().retry == expected, "\(text)")
        }
    }

    @Test(
        arguments: [
            ("in-doubt: maybe", ["9:11: 'in-doubt' is 'maybe': write hold or resend"]),
            (
                "retry: 5m",
                [
                    "9:8: 'retry' is not a mapping: write its keys below it, indented: first, factor, most, delays, give-up"
                ]
            ),
            ("retry: { fist: 5m }", ["9:10: there is no key 'fist' here: did you mean 'first'?"]),
            ("retry: { giveup: 5m }", ["9:10: there is no key 'giveup' here: did you mean 'give-up'?"]),
            (
                "retry: { first: 300 }",
                ["9:17: 'first' is '300': write a whole number and its unit: 500ms, 30s, 5m, 4h or 3d"]
            ),
            (
                "retry: { first: 1.5h }",
                ["9:17: 'first' is '1.5h': write a whole number and its unit: 500ms, 30s, 5m, 4h or 3d"]
            ),
            (
                "retry: { most: 5 m }",
                ["9:16: 'most' is '5 m': write a whole number and its unit: 500ms, 30s, 5m, 4h or 3d"]
            ),
            (
                "retry: { most: -5m }",
                ["9:16: 'most' is '-5m': write a whole number and its unit: 500ms, 30s, 5m, 4h or 3d"]
            ),
            ("retry: { first: 0s }", ["9:17: 'first' is zero: write 1ms to 365d"]),
            ("retry: { give-up: 366d }", ["9:19: 'give-up' is longer than a year: write 1ms to 365d"]),
            ("retry: { give-up: 999999999999999999d }", ["9:19: 'give-up' is longer than a year: write 1ms to 365d"]),
            (
                "retry: { give-up: 9999999999999999999d }",
                [
                    "9:19: 'give-up' is '9999999999999999999d': write a whole number and its unit: 500ms, 30s, 5m, 4h or 3d"
                ]
            ),
            ("retry: { factor: 0.5 }", ["9:18: 'factor' is '0.5': write a number from 1 to 100, such as 2 or 1.5"]),
            ("retry: { factor: 1e9 }", ["9:18: 'factor' is '1e9': write a number from 1 to 100, such as 2 or 1.5"]),
            ("retry: { factor: nan }", ["9:18: 'factor' is 'nan': write a number from 1 to 100, such as 2 or 1.5"]),
            (
                "retry: { first: 2h, most: 1h }",
                ["9:17: 'first' is longer than 'most': make 'first' shorter, or write most: 2h"]
            ),
            (
                "retry: { first: 5h }",
                [
                    "9:17: 'first' is longer than 'most', which is 4h unless said: make 'first' shorter, or write most: 5h"
                ]
            ),
            ("retry: { most: 1m }", ["9:16: 'first' is longer than 'most': make 'first' shorter, or write most: 5m"]),
            (
                "retry: { first: 1h, give-up: 30m }",
                [
                    "9:30: 'give-up', 30m, comes before the first delay of 1h has passed: write a longer give-up; or delays: [] to try nothing again"
                ]
            ),
            (
                "retry: { delays: [4d] }",
                [
                    "9:8: 'give-up', 3d, comes before the first delay of 4d has passed: write a longer give-up; or delays: [] to try nothing again"
                ]
            ),
            ("retry: { delays: 5m }", ["9:18: 'delays' is not a list: write it in brackets: delays: [5m, 10m, 30m]"]),
            (
                "retry: { delays: [5m, x, [1]] }",
                [
                    "9:23: 'delays' is 'x': write a whole number and its unit: 500ms, 30s, 5m, 4h or 3d",
                    "9:26: 'delays' is a list: write one value: delays: …",
                ]
            ),
            (
                "retry: { delays: [5m], first: 5m, factor: 2 }",
                [
                    "9:24: 'first' stands beside 'delays': keep either the list or first, factor and most",
                    "9:35: 'factor' stands beside 'delays': keep either the list or first, factor and most",
                ]
            ),
        ] as [(String, [String])])
    func problems(_ text: String, _ expected: [String]) throws {
        let result = try load(text)
        guard case .failure(let found) = result else {
            Issue.record("taken: \(text)")
            return
        }
        #expect(found.problems.map(\.description) == expected.map { "campaign.yaml:" + $0 })
    }

    @Test func aListThatIsTooLong() throws {
        let delays = [String](repeating: "5m", count: 101).joined(separator: ", ")
        guard case .failure(let found) = try load("retry: { delays: [\(delays)] }") else {
            Issue.record("taken")
            return
        }
        #expect(
            found.problems.map(\.description) == [
                "campaign.yaml:9:18: 'delays' has 101 entries: write 100 at most; the last one repeats"
            ])
    }
}
