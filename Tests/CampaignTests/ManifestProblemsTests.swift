import Foundation
import TestSupport
import Testing

@testable import Campaign

@Suite("A broken manifest names every problem at once, with its place and the fix")
struct ManifestProblemsTests {
    private static let files = [
        "list.csv": "email,first_name\na@x.example,Ann\n",
        "letter.txt": "Hello {{first_name}}\n",
    ]

    private static let head = """
        name: test
        class: bulk
        from: news@shop.example
        envelope-from: bounces@shop.example
        subject: Hello
        text: letter.txt
        recipients: { file: list.csv, address: email }
        """

    /// Loads a manifest and compares its problems, the directory cut off, line by line.
    private func expect(
        _ expected: [String], of manifest: String, files: [String: String] = files, route: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let directory = try TestDirectory(files)
        try directory.write(Data(manifest.utf8), to: "campaign.yaml")
        let found = problems(directory, route: route)
        for line in expected where !found.contains(line) {
            Issue.record("missing: \(line)", sourceLocation: location)
        }
        for line in found where !expected.contains(line) {
            Issue.record("not expected: \(line)", sourceLocation: location)
        }
        if Set(found) == Set(expected) { #expect(found == expected, sourceLocation: location) }
    }

    private func problems(_ directory: TestDirectory, route: String? = nil) -> [String] {
        var problems: [ManifestProblem] = []
        do throws(ManifestProblems) {
            problems = try ManifestLoader.load(path: directory.file("campaign.yaml"), route: route, seed: 1)
                .warnings
        } catch {
            problems = error.problems
        }
        return problems.map { $0.description.replacingOccurrences(of: directory.path + "/", with: "") }
    }

    @Test func aGoodManifestHasNone() throws {
        try expect([], of: Self.head + "\nroute: 127.0.0.1:2525\n")
        try expect([], of: Self.head, route: "[::1]:25")
    }

    @Test func everythingAtOnce() throws {
        let manifest = """
            name: "two\\nlines"
            clas: bulk
            from: "Shop, Inc <news@shop.example>"
            reply-to: Help <help@shop.example>
            envelope-from: bounces@localhost
            subject: "Hello {{frist_name}}"
            html: [letter.html]
            text: letter.txt
            text: other.txt
            recipients:
              file: list.csv
              adress: email
              defaults: { first_name: friend, first_name: you, town: here }
            suppression: gone.txt
            route: smtp://127.0.0.1:2525
            limits: { sessions-per-site: 0, messages-per-session: many, sessions: "4", speed: 9 }
            grouping: fast
            """
        var files = Self.files
        files["letter.txt"] = "Hello\n{{first_name}}\n{{ city }} {{\n"
        try expect(
            [
                "campaign.yaml:1:7: 'name' holds a line break or another control character: write it on one line",
                "campaign.yaml:2:1: there is no key 'clas' here: did you mean 'class'?",
                "campaign.yaml:3:7: 'from' is not a mailbox: write \"Name <local@domain>\" or local@domain; a name with , : ; @ ( ) in quotes",
                "campaign.yaml:4:11: 'reply-to' is not a usable address: only the address belongs here, without a name or angle brackets: write local@domain",
                "campaign.yaml:5:16: 'envelope-from' is not a usable address: the domain has only one label; at least two are needed: write local@domain",
                "campaign.yaml:6:10: {{frist_name}} is neither a column of list.csv nor a default: did you mean {{first_name}}?",
                "campaign.yaml:7:7: 'html' is a list: write one value: html: …",
                "campaign.yaml:9:1: 'text' is given twice, first on line 8: keep one of them",
                "campaign.yaml:12:3: there is no key 'adress' here: did you mean 'address'?",
                "campaign.yaml:13:35: 'first_name' is given twice, first on line 13: keep one of them",
                "campaign.yaml:13:52: warning: the default 'town' belongs to no merge field of the letter: remove it",
                "campaign.yaml:14:14: 'suppression' is not a list: write it in brackets: suppression: [FILE]",
                "campaign.yaml:15:8: a route is not a URL: write HOST:PORT, such as 127.0.0.1:2525",
                "campaign.yaml:16:30: 'sessions-per-site' is 0: write a number from 1 to 10000",
                "campaign.yaml:16:55: 'messages-per-session' is not a whole number: write a number from 1 to 1000000, without quotes",
                "campaign.yaml:16:71: 'sessions' is not a whole number: write a number from 1 to 15000, without quotes",
                "campaign.yaml:16:76: there is no key 'speed' here: the keys are sessions-per-site, messages-per-session, sessions",
                "campaign.yaml:17:11: 'grouping' is 'fast': write auto or lockstep or grouped or chunked",
                "letter.txt:3: '{{' is not closed by '}}' on its line: write {{field}}",
                "letter.txt:3: {{city}} is neither a column of list.csv nor a default: add the column, or a default for it under recipients",
            ], of: manifest, files: files)
    }

    @Test func keysThatAreMissing() throws {
        let missing = [
            "campaign.yaml:1:1: the key 'class' is missing: add class: bulk",
            "campaign.yaml:1:1: the key 'from' is missing: add from: \"Name <local@domain>\"",
            "campaign.yaml:1:1: the key 'envelope-from' is missing: add envelope-from: local@domain, where bounces go",
            "campaign.yaml:1:1: the key 'subject' is missing: add subject: TEXT",
            "campaign.yaml:1:1: the key 'recipients' is missing: add recipients: { file: FILE.csv, address: COLUMN }",
            "campaign.yaml:1:1: there is neither 'html' nor 'text': add text: FILE, html: FILE, or both: the letter",
            "campaign.yaml:1:1: the key 'route' is missing, and this version looks up no mail servers: add route: HOST:PORT or directory: FILE, or give --route HOST:PORT",
        ]
        try expect(missing, of: "name: x\n")
        try expect(Array(missing.dropLast()), of: "name: x\n", route: "127.0.0.1:25")
    }

    @Test func valuesThatAreEmptyOrOfTheWrongKind() throws {
        try expect(
            [
                "campaign.yaml:1:6: 'name' is empty: write a value, or leave the key out",
                "campaign.yaml:2:8: 'class' is 'junk': write bulk or transactional",
                "campaign.yaml:3:7: 'from' is a mapping: write one value: from: …",
                "campaign.yaml:4:16: 'envelope-from' is empty: write a value, or leave the key out",
                "campaign.yaml:6:7: 'text' is empty: write a value, or leave the key out",
                "campaign.yaml:7:13: 'recipients' is not a mapping: write its keys below it, indented: file, address, defaults",
                "campaign.yaml:8:8: the port of the route is not a number from 1 to 65535: write HOST:PORT, such as 127.0.0.1:2525",
                "campaign.yaml:9:9: 'limits' is not a mapping: write its keys below it, indented: sessions-per-site, messages-per-session, sessions",
            ],
            of: """
                name:
                class: junk
                from: { name: Shop }
                envelope-from: ""
                subject: 2026
                text: ~
                recipients: list.csv
                route: 127.0.0.1:99999
                limits: 4
                """)
    }

    @Test(arguments: [
        ("", "campaign.yaml:1: the manifest is empty: add name: NAME, class: bulk"),
        ("# nothing\n", "campaign.yaml:1: the manifest is empty: add name: NAME, class: bulk"),
        ("- a\n- b\n", "campaign.yaml:1:1: the manifest is not a mapping: write KEY: VALUE lines"),
        (
            "name: x\nsubject: \"open\nclass: bulk\n",
            "campaign.yaml:4:1: this is not YAML: while scanning a quoted scalar"
        ),
        ("name: x\n\tclass: bulk\n", "campaign.yaml:2:1: this is not YAML: "),
        (
            "name: x\nclass: [bulk\nfrom: y\n",
            "campaign.yaml:3:5: this is not YAML: while parsing a flow sequence"
        ),
        ("name: x\n---\nname: y\n", "campaign.yaml:2:1: this is not YAML: expected a single document"),
        ("name: *none\n", "campaign.yaml:1:7: this is not YAML: found undefined alias"),
        ("name: x\u{1}\n", "campaign.yaml:1: the line holds a control byte"),
    ])
    func textThatIsNoManifest(_ manifest: String, _ beginning: String) throws {
        let directory = try TestDirectory()
        try directory.write(Data(manifest.utf8), to: "campaign.yaml")
        let found = problems(directory)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(beginning) == true, "\(found)")
    }

    @Test func aManifestThatIsNotUTF8() throws {
        let directory = try TestDirectory()
        try directory.write(Data(Array("name: x\nsubject: caf".utf8) + [0xE9, 0x0A]), to: "campaign.yaml")
        #expect(problems(directory) == ["campaign.yaml:2: the line is not UTF-8: save the file as UTF-8"])
    }

    @Test func aManifestThatIsNotThere() throws {
        let directory = try TestDirectory()
        #expect(
            problems(directory) == [
                "campaign.yaml: the file does not exist: check the path; paths are relative to the manifest"
            ])
    }

    @Test("Keys are found again in every way to write a mapping")
    func repeatedKeys() throws {
        try expect(
            [
                "campaign.yaml:2:1: 'name' is given twice, first on line 1: keep one of them",
                "campaign.yaml:3:1: 'name' is given twice, first on line 1: keep one of them",
                "campaign.yaml:10:3: 'file' is given twice, first on line 9: keep one of them",
                "campaign.yaml:15:3: 'sessions' is given twice, first on line 14: keep one of them",
            ],
            of: """
                name: one
                "name": two
                name : three
                class: bulk
                from: news@shop.example
                envelope-from: bounces@shop.example
                subject: Hello
                recipients:
                  file: list.csv
                  file: list.csv
                  address: email
                text: letter.txt
                limits:
                  sessions: 1
                  sessions: 2
                route: 127.0.0.1:1
                """)
    }

    @Test func filesThatCannotBeRead() throws {
        let manifest = """
            name: x
            class: bulk
            from: news@shop.example
            envelope-from: bounces@shop.example
            subject: Hello
            text: missing.txt
            html: .
            recipients: { file: nowhere/list.csv, address: email, defaults: { unused: x } }
            suppression: [ gone.txt ]
            route: 127.0.0.1:1
            """
        try expect(
            [
                "campaign.yaml:6:7: missing.txt: the file does not exist: check the path; paths are relative to the manifest",
                "campaign.yaml:7:7: .: this is a directory: name a file",
                "campaign.yaml:8:21: nowhere/list.csv: the file does not exist: check the path; paths are relative to the manifest",
                "campaign.yaml:9:16: gone.txt: the file does not exist: check the path; paths are relative to the manifest",
            ], of: manifest)
    }

    @Test func aListThatDoesNotFitTheLetter() throws {
        let manifest = Self.head + "\nroute: 127.0.0.1:1\n"
        let place = "campaign.yaml:7:40: list.csv has no column 'email': "
        let letter = "letter.txt:1: {{first_name}} is neither a column of list.csv nor a default: "
        for (list, expected) in [
            ("", ["list.csv:1: the file is empty: put the names of the columns on the first line"]),
            ("\n\n", ["list.csv:1: the file is empty: put the names of the columns on the first line"]),
            (
                "E-Mail,first_name\n",
                [place + "did you mean 'E-Mail'? its columns are 'E-Mail', 'first_name'"]
            ),
            (
                "email;first_name\n",
                [
                    place + "its columns seem to be separated by semicolons; save it with commas",
                    letter + "add the column, or a default for it under recipients",
                ]
            ),
            (
                "email\tfirst_name\n",
                [
                    place + "its columns seem to be separated by tabs; save it with commas",
                    letter + "add the column, or a default for it under recipients",
                ]
            ),
            (
                "email,first_name,email\n",
                ["list.csv:1: there are several columns 'email': give each its own name"]
            ),
            ("\u{FEFF}email,first_name\n", []),
            ("\"email\",\"first_name\"\r\n", []),
        ] as [(String, [String])] {
            var files = Self.files
            files["list.csv"] = list
            try expect(expected, of: manifest, files: files)
        }
    }

    @Test func defaultsThatAreOdd() throws {
        let manifest = """
            name: x
            class: bulk
            from: news@shop.example
            envelope-from: bounces@shop.example
            subject: Hello {{first_name}}
            text: letter.txt
            recipients:
              file: list.csv
              address: email
              defaults: { first_name: "two\\nlines", frist_name: y }
            route: 127.0.0.1:1
            """
        try expect(
            [
                "campaign.yaml:10:15: the default 'first_name' holds a control character: write it on one line: it goes into the subject",
                "campaign.yaml:10:41: warning: the default 'frist_name' belongs to no merge field of the letter: did you mean 'first_name'?",
            ], of: manifest)
    }

    @Test func warningsAloneDoNotStopACampaign() throws {
        var files = Self.files
        files["gone.txt"] = "a@x.example\n# comment\nnobody\n"
        let manifest = Self.head + "\nroute: 127.0.0.1:1\nsuppression: [gone.txt]\n"
        try expect(
            [
                "gone.txt:3: warning: this line suppresses nobody: there is no @: write one address, or @domain, on a line"
            ],
            of: manifest, files: files)
    }

    @Test func aRouteOnTheCommandLineWins() throws {
        let directory = try TestDirectory(Self.files)
        try directory.write(Data((Self.head + "\nroute: 127.0.0.1:1\n").utf8), to: "campaign.yaml")
        let campaign = try ManifestLoader.load(
            path: directory.file("campaign.yaml"), route: "127.0.0.2:2", seed: 1)
        #expect(campaign.manifest.route == Route(address: [127, 0, 0, 2], port: 2))
        #expect(
            problems(directory, route: "mail.shop.example:25") == [
                "--route mail.shop.example:25: the route is a name, and this version looks up no names: write an IP address and a port, such as 127.0.0.1:2525 or [::1]:2525"
            ])
    }
}
