import ArgumentParser
import SMTP

/// How commands and contents share writes, as a command line says it.
struct GroupingOptions: ParsableArguments {
    enum Choice: String, ExpressibleByArgument, CaseIterable {
        case auto
        case lockstep
        case grouped
        case chunked
    }

    @Option(
        name: .customLong("grouping"),
        help: ArgumentHelp(
            "How much goes into one write, where the receiver offers it.",
            discussion: """
                lockstep: the envelope, then the content, each waiting for its replies. grouped: a content and \
                the next envelope together, one round trip a message (PIPELINING). chunked: several whole \
                messages together (PIPELINING and CHUNKING). auto: the last of these that the receiver offers.
                """))
    var choice: Choice?

    @Option(help: "Messages under way in one session when chunked, 1 to 32. (default: 16)")
    var depth: Int?

    func check() throws {
        guard (1...Grouping.mostDepth).contains(depth ?? 1) else {
            throw ValidationError("--depth takes 1 to \(Grouping.mostDepth)")
        }
    }

    /// Nil when neither option was given.
    var grouping: Grouping? {
        guard choice != nil || depth != nil else { return nil }
        switch choice ?? .auto {
        case .auto, .chunked: return .chunked(depth: depth ?? Grouping.usualDepth)
        case .grouped: return .grouped
        case .lockstep: return .lockstep
        }
    }
}
