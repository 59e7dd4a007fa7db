import ArgumentParser
import Foundation
import Shaping
import Terminal

struct ShapingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shaping",
        abstract: "Check shaping rules, and show what holds for a domain.",
        discussion: """
            Shaping files say how much mail a provider gets, and what its replies lead to; docs/shaping.md has the \
            format, which is KumoMTA's. Files come over the shipped rules, the later ones over the earlier ones.
            """,
        subcommands: [ShapingLintCommand.self, ShapingShowCommand.self, ShapingDefaultsCommand.self])
}

/// The files that both commands read.
struct ShapingOptions: ParsableArguments {
    @Option(help: "Look up hosts in this file: a line for each domain, its hosts behind it.", completion: .file())
    var directory: String?

    @Flag(name: .customLong("no-defaults"), help: "Leave out the shipped rules.")
    var withoutDefaults = false

    @Flag(help: "Print JSON on standard output.")
    var json = false

    struct Loaded {
        var rules: ShapingRules
        var directory: HostDirectory?
        var problems: [ShapingProblem]

        var hasErrors: Bool { problems.contains { $0.severity == .error } }
    }

    func load(_ files: [String]) throws -> Loaded {
        for path in files + [directory].compactMap({ $0 }) where !FileManager.default.fileExists(atPath: path) {
            Console.fail("\(path): there is no such file")
            throw ExitStatus.noInput
        }
        let (rules, problems) = ShapingFiles.load(files, withDefaults: !withoutDefaults)
        var loaded = Loaded(rules: rules, directory: nil, problems: problems)
        guard let directory else { return loaded }
        let hosts = HostDirectory.load(directory)
        loaded.rules.rollUp(with: hosts.directory)
        loaded.directory = hosts.directory
        loaded.problems += hosts.problems
        return loaded
    }
}

struct ShapingLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Find what is wrong with shaping files, and what in them does nothing.",
        discussion: """
            Tells keys that nobody knows or that are not honoured, values that do not fit, providers that nothing \
            matches, matches that overlap, limits that can never bind, and automation that does nothing.

            Exit codes: 0 nothing or warnings only, 64 usage, 65 errors, 66 no such file.
            """)

    @Argument(help: "Shaping files, the later ones over the earlier ones.", completion: .file(extensions: ["toml"]))
    var files: [String]

    @OptionGroup var options: ShapingOptions

    private struct Report: Encodable {
        struct Problem: Encodable {
            var severity: String
            var file: String
            var line: Int
            var what: String
            var fix: String
        }

        var errors: Int
        var warnings: Int
        var problems: [Problem]

        init(_ problems: [ShapingProblem]) {
            errors = problems.count { $0.severity == .error }
            warnings = problems.count - errors
            self.problems = problems.map {
                Problem(
                    severity: $0.severity.rawValue, file: $0.place.file, line: $0.place.line, what: $0.what, fix: $0.fix
                )
            }
        }
    }

    func run() throws {
        var loaded = try options.load(files)
        loaded.problems = (loaded.problems + ShapingLint.lint(loaded.rules, loaded.directory)).inOrder
        if options.json {
            Console.print(try Report(loaded.problems).prettyJSON(inSnakeCase: false))
        } else {
            Console.print(ShapingText.lines(loaded.problems).joined(separator: "\n"))
        }
        if loaded.hasErrors { throw ExitStatus.badInput }
    }
}

struct ShapingShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the rules that hold for a domain, each with the file and line it comes from.",
        discussion: """
            Without --directory, a provider is known by its domains alone. What is wrong with the files is told on \
            standard error.

            Exit codes: 0 shown, 64 usage, 65 shown, but there are errors in the files, 66 no such file.
            """)

    @Argument(help: "The domain of recipients.")
    var domain: String

    @Argument(help: "Shaping files, the later ones over the earlier ones.", completion: .file(extensions: ["toml"]))
    var files: [String] = []

    @Option(help: "Show what holds for mail from this source.")
    var source: String?

    @OptionGroup var options: ShapingOptions

    func run() throws {
        let loaded = try options.load(files)
        let effective = EffectiveRules(
            loaded.rules, domain: domain, source: source, directory: loaded.directory)
        if options.json {
            Console.print(try effective.prettyJSON(inSnakeCase: false))
        } else {
            Console.print(ShapingText.lines(effective).joined(separator: "\n"))
        }
        guard !loaded.problems.isEmpty else { return }
        Console.note(ShapingText.lines(loaded.problems).joined(separator: "\n"))
        if loaded.hasErrors { throw ExitStatus.badInput }
    }
}

struct ShapingDefaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defaults",
        abstract: "Print the shipped rules, as a file to begin one's own from.")

    func run() { Console.write(ShapingFiles.defaults, to: STDOUT_FILENO) }
}
