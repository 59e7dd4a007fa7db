import ArgumentParser
import Pacing
import Primitives
import Sink

/// What a sink lets its clients do, as options.
struct SinkLimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Messages that may begin in a time: 50/s, 1000/hour, 50/s,max_burst=10.", valueName: "rate"))
    var limitRate: RateText?

    @Option(
        help: ArgumentHelp(
            "Change the rate so long after the start: 30s=200/s, 5m=none. Repeatable.", valueName: "time=rate"))
    var limitRateAfter: [RateChangeText] = []

    @Option(
        help: ArgumentHelp(
            "Reply to a MAIL beyond the rate, 400 to 599. (default: 421, and the sink closes)", valueName: "code"))
    var limitAnswer: Int?

    @Option(help: ArgumentHelp("Connections at one time.", valueName: "count"))
    var limitConnections: Int?

    @Option(help: ArgumentHelp("Messages that may begin in one session.", valueName: "count"))
    var limitMessages: Int?

    @Flag(help: "Count rate and connections for each client address by itself.")
    var limitPerSource = false

    func validate() throws {
        if let limitConnections, limitConnections < 1 {
            throw ValidationError("--limit-connections takes a number from 1 on.")
        }
        if let limitMessages, limitMessages < 1 {
            throw ValidationError("--limit-messages takes a number from 1 on.")
        }
        let hasRate = limitRate != nil || !limitRateAfter.isEmpty
        if let limitAnswer, !hasRate || !(400...599).contains(limitAnswer) {
            throw ValidationError("--limit-answer takes a code from 400 to 599, and needs --limit-rate.")
        }
        if limitPerSource && !hasRate && limitConnections == nil {
            throw ValidationError("--limit-per-source needs --limit-rate or --limit-connections.")
        }
    }

    var limits: ReceiverLimits {
        var limits = ReceiverLimits()
        limits.rate = limitRate?.rate
        limits.rateChanges = limitRateAfter.map(\.change)
        limits.connections = limitConnections
        limits.messagesPerSession = limitMessages
        limits.perSource = limitPerSource
        return limits
    }
}

/// A rate as people write it: `50/s`, `1,000/hour`, `50/s,max_burst=10`.
struct RateText: ExpressibleByArgument {
    var rate: Rate

    private static let periods: [(names: [Substring], period: Interval)] = [
        (["s", "sec", "second"], .seconds(1)), (["m", "min", "minute"], .seconds(60)),
        (["h", "hr", "hour"], .seconds(3_600)), (["d", "day"], .seconds(86_400)),
    ]

    init?(argument: String) {
        let halves = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let count = RateText.count(halves[0]) else { return nil }
        let parts = halves[1].split(separator: ",max_burst=", omittingEmptySubsequences: false)
        guard let period = RateText.periods.first(where: { $0.names.contains(parts[0]) })?.period else { return nil }
        switch parts.count {
        case 1: rate = Rate(count, per: period, burst: count / (period.nanoseconds / 1_000_000_000))
        case 2:
            guard let burst = RateText.count(parts[1]) else { return nil }
            rate = Rate(count, per: period, burst: burst)
        case _: return nil
        }
    }

    /// At least 1; `,` and `_` may stand between digits.
    private static func count(_ text: Substring) -> Int64? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "_") }
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(String(decoding: digits, as: UTF8.self)), count > 0
        else { return nil }
        return count
    }
}

/// When a rate begins, as people write it: `30s=200/s`, `5m=none`.
struct RateChangeText: ExpressibleByArgument {
    var change: ReceiverLimits.RateChange

    init?(argument: String) {
        let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let after = RateChangeText.time(halves[0]) else { return nil }
        if halves[1] == "none" {
            change = ReceiverLimits.RateChange(after: after, rate: nil)
        } else {
            guard let text = RateText(argument: String(halves[1])) else { return nil }
            change = ReceiverLimits.RateChange(after: after, rate: text.rate)
        }
    }

    private static func time(_ text: Substring) -> Interval? {
        let units: [(name: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600)]
        guard let unit = units.first(where: { text.hasSuffix($0.name) }),
            let number = Double(text.dropLast(unit.name.count)), number >= 0, number * unit.seconds <= 1e6
        else { return nil }
        return Interval(nanoseconds: Int64(number * unit.seconds * 1e9))
    }
}
