import Pacing
import Primitives
import Shaping
import Testing

@testable import Campaign

@Suite("What a manifest says about when mail goes out, and where to")
struct ManifestWindowTests {
    private func micros(_ second: Int64) -> Int64 { second * 1_000_000 }

    @Test("A window of local time, in summer and in winter")
    func window() throws {
        let manifest = try ManifestTrial()
            .load("send-window: { days: mon-fri, hours: 08:00-20:00, zone: Europe/Berlin }").get().manifest
        let window = try #require(manifest.sendWindow)
        #expect(window.zoneName == "Europe/Berlin" && window.zoneColumn == nil)
        // Tuesday 2026-11-24 06:59:59 and 07:00 UTC; Tuesday 2026-07-07 06:00 UTC; Saturday 2026-11-28 12:00 UTC.
        let zone = window.zone
        #expect(window.window.opens(at: micros(1_795_503_599), zone) == micros(1_795_503_600))
        #expect(window.window.opens(at: micros(1_795_503_600), zone) == micros(1_795_503_600))
        #expect(window.window.opens(at: micros(1_783_404_000), zone) == micros(1_783_404_000))
        #expect(window.window.opens(at: micros(1_783_404_000 - 7_200), zone) == micros(1_783_404_000))
        #expect(window.window.opens(at: micros(1_795_867_200), zone) == micros(1_796_022_000))
    }

    @Test(
        "Offsets of zones",
        arguments: [
            ("UTC", 1_795_503_600, 0), ("Europe/Berlin", 1_795_503_600, 3_600), ("Europe/Berlin", 1_783_404_000, 7_200),
            ("Asia/Kolkata", 1_795_503_600, 19_800), ("America/New_York", 1_783_404_000, -14_400),
            ("Pacific/Auckland", 1_795_503_600, 46_800), ("Europe/Berlin", 2_500_000_000, 3_600),
        ] as [(String, Int64, Int64)])
    func offsets(name: String, second: Int64, offset: Int64) throws {
        let found = ZoneNames.offsets(of: name.utf8Span.span)
        let zone = try #require(found)
        #expect(zone.local(micros(second)) - micros(second) == micros(offset))
    }

    @Test(
        "What is no zone",
        arguments: [
            "", "Nowhere/Else", "Europe", "../../etc/passwd", "/etc/localtime", "Europe/Berlin\0", "Ünterwald",
            String(repeating: "A", count: 10_000),
        ])
    func noZones(name: String) {
        let found = ZoneNames.offsets(of: name.utf8Span.span)
        #expect(found == nil)
    }

    @Test("Days and hours each have a default, days may be a list")
    func defaults() throws {
        for (text, days, hours) in [
            ("days: [mon, wed], zone: UTC", "mon,wed", "00:00-24:00"),
            ("hours: 22:00-06:00, zone: UTC", "daily", "22:00-06:00"),
            ("days: \"mon,fri-sun\", zone: UTC", "mon,fri-sun", "00:00-24:00"),
        ] {
            let window = try ManifestTrial().load("send-window: { \(text) }").get().manifest.sendWindow
            let expected = try SendWindow(parsing: days.utf8Span.span, times: hours.utf8Span.span)
            #expect(window?.window == expected, "\(text)")
        }
        #expect(try ManifestTrial().load("").get().manifest.sendWindow == nil)
    }

    private static let noZone = "write an area and a place, such as Europe/Berlin, or UTC"

    @Test(
        arguments: [
            (
                "send-window: always",
                [
                    "8:14: 'send-window' is not a mapping: write its keys below it, indented: days, hours, zone, zone-column"
                ]
            ),
            (
                "send-window: { zone: UTC }",
                ["8:14: 'send-window' has neither days nor hours: write days: mon-fri, hours: 08:00-20:00, or both"]
            ),
            ("send-window: { days: mon-fri }", ["8:14: 'send-window' has no 'zone': \(noZone)"]),
            (
                "send-window: { days: mon-fri, zone: Europe/Brlin }",
                ["8:37: there is no time zone 'Europe/Brlin': \(noZone)"]
            ),
            (
                "send-window: { days: mon-fry, hours: 8-20, zone: UTC }",
                [
                    "8:22: 'days' is 'mon-fry': there is no such day: write daily, or days and spans of days with commas: mon-fri or mon,wed,fri",
                    "8:38: 'hours' is '8-20': there is no such time of day: write two times of 24 hours with a hyphen: 08:00-20:00, or 22:00-06:00 past midnight",
                ]
            ),
            (
                "send-window: { days: mon, zone: X, zone-column: timezone }",
                [
                    "8:33: there is no time zone 'X': \(noZone)",
                    "8:49: list.csv has no column 'timezone': its columns are 'email'",
                ]
            ),
            (
                "send-window: { days: mon, zone: UTC, zone-column: timezone }",
                ["8:51: list.csv has no column 'timezone': its columns are 'email'"]
            ),
        ] as [(String, [String])])
    func problems(_ text: String, _ expected: [String]) throws {
        #expect(try ManifestTrial().problems(text) == expected)
    }

    @Test("The zone of a recipient is packed behind the fields of the letter; no zone, no mail")
    func zoneColumn() throws {
        let trial = ManifestTrial(files: [
            "list.csv":
                "email,tz\na@x.example,Asia/Tokyo\nb@x.example,\nc@x.example,Mars/Base\nd@x.example,Mars/Base\n"
                + "e@x.example,Asia/Tokyo\n",
            "letter.txt": "Hello from {{tz}}\n",
        ])
        let head = "send-window: { days: daily, zone: Europe/Berlin, zone-column: tz }\n"
        let campaign = try trial.load(head).get()
        #expect(campaign.manifest.sendWindow?.zoneColumn == "tz" && campaign.zoneField == 2)
        let (fields, rejected) = try campaign.with { try ManifestWindowTests.rows(&$0) }
        // The letter wants the column as well, and has no default for it.
        #expect(fields == [["a@x.example", "Asia/Tokyo", "Asia/Tokyo"], ["e@x.example", "Asia/Tokyo", "Asia/Tokyo"]])
        #expect(rejected == [3: .missingValue(field: 1), 4: .unknownZone(field: 2), 5: .unknownZone(field: 2)])
        var other = trial
        other.files["letter.txt"] = "Hello\n"
        let plain = try other.load(head).get()
        #expect(plain.zoneField == 1)
        let (values, refused) = try plain.with { try ManifestWindowTests.rows(&$0) }
        #expect(values[1] == ["b@x.example", "Europe/Berlin"] && values.count == 3)
        #expect(refused == [4: .unknownZone(field: 1), 5: .unknownZone(field: 1)])
        let sentence = RowRejection.unknownZone(field: 1).sentence(fields: ["tz"])
        #expect(sentence == "'tz' names no time zone" && RowRejection.unknownZone(field: 1).kind == .unknownZone)
    }

    private static func rows(
        _ campaign: inout LoadedCampaign
    ) throws -> (fields: [[String]], rejected: [Int: RowRejection]) {
        let packed = PackedRows()
        var (fields, rejected): ([[String]], [Int: RowRejection]) = ([], [:])
        while true {
            let offset = packed.writer.count
            switch try campaign.next(into: &packed.writer) {
            case .recipient: fields.append(packed.fields(at: offset).fields.map { String(decoding: $0, as: UTF8.self) })
            case .rejected(let row): rejected[row.line] = row.reason
            case .needsRoom, .needsInput: Issue.record("the list is short")
            case .ended: return (fields, rejected)
            }
        }
    }

    // MARK: Shaping and directory

    @Test("No shaping, the shipped rules, and files over them")
    func shaping() throws {
        let trial = ManifestTrial(files: ["own.toml": "[\"gmail.com\"]\nmax_message_rate = \"7/s\"\n"])
        #expect(try trial.load("").get().shaping == nil)
        func rate(_ text: String) throws -> Rate? {
            let rules = try #require(try trial.load(text).get().shaping)
            let site = rules.site(ofDomain: "gmail.com", hosts: nil)
            return rules.rules(for: site, domain: "gmail.com", source: nil).messageRate?.value
        }
        let shipped = try rate("shaping: []")
        #expect(shipped != Rate(7, per: .seconds(1)))
        #expect(try rate("shaping: [own.toml]") == Rate(7, per: .seconds(1)))
        #expect(try trial.load("shaping: [own.toml]").get().manifest.shapingFiles == ["own.toml"])
        #expect(try trial.load("shaping: []").get().manifest.shapingFiles == [])
    }

    @Test("Problems of shaping files are the manifest's, with their own lines; warnings are kept")
    func shapingProblems() throws {
        let trial = ManifestTrial(files: [
            "bad.toml": "[\"x.example\"]\nmax_message_rate = \"often\"\n",
            "odd.toml": "[\"x.example\"]\nenable_tls = \"Required\"\n",
        ])
        let found = try trial.problems("shaping: [odd.toml, bad.toml, none.toml]")
        #expect(found.count == 3)
        #expect(found[0].hasPrefix("odd.toml:2: warning: ") && found[1].hasPrefix("bad.toml:2: "))
        #expect(found[2].hasPrefix("none.toml: "))
        let warned = try trial.load("shaping: [odd.toml]").get()
        #expect(warned.warnings.count == 1 && warned.warnings[0].hasPrefix("odd.toml:2: warning: "))
        #expect(
            try trial.problems("shaping: own.toml") == [
                "8:10: 'shaping' is not a list: write it in brackets: shaping: [FILE]"
            ])
    }

    @Test("With a directory there need be no route")
    func directory() throws {
        var trial = ManifestTrial(files: [
            "mx.txt": "x.example mx.x.example=127.0.0.1:2526\n", "bad.txt": "x.example\n",
            "own.toml": "[\"x.example\"]\nconnection_limit = 3\n",
        ])
        trial.route = ""
        let campaign = try trial.load("directory: mx.txt").get()
        #expect(campaign.manifest.route == nil && campaign.manifest.directoryFile == "mx.txt")
        guard case .hosts(let hosts) = campaign.directory?.hosts(of: "x.example") else {
            Issue.record("the directory knows no hosts")
            return
        }
        #expect(hosts.map(\.port) == [2_526])
        #expect(try trial.problems("directory: bad.txt").first?.hasPrefix("bad.txt:1: ") == true)
        #expect(try trial.problems("directory: none.txt").first?.hasPrefix("none.txt: ") == true)
        #expect(
            try trial.problems("") == [
                "1:1: the key 'route' is missing, and this version looks up no mail servers: add route: HOST:PORT or directory: FILE, or give --route HOST:PORT"
            ])
    }

    @Test("Rules of a domain hold for the others at its hosts, as the directory has them")
    func rollUp() throws {
        let trial = ManifestTrial(files: [
            "mx.txt": "x.example mx.host.example=127.0.0.1:2526\ny.example mx.host.example=127.0.0.1:2526\n",
            "own.toml": "[\"x.example\"]\nconnection_limit = 3\n",
        ])
        let rules = try #require(try trial.load("directory: mx.txt\nshaping: [own.toml]").get().shaping)
        let site = rules.site(ofDomain: "y.example", hosts: ["mx.host.example"])
        let limit = rules.rules(for: site, domain: "y.example", source: nil).connectionLimit?.value
        #expect(limit == 3)
    }

    @Test("Limits may change while a campaign is under way: they are no part of what is told apart")
    func fingerprints() throws {
        let trial = ManifestTrial(files: ["mx.txt": "", "own.toml": ""])
        let names = try trial.load("directory: mx.txt\nshaping: [own.toml]").get().with {
            try $0.fingerprints().map(\.name)
        }
        #expect(names == ["manifest", "text", "recipients"])
    }
}
