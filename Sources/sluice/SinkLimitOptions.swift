import ArgumentParser
import Pacing
import Primitives
import Sink

/// What a sink lets its clients do, as options.
struct SinkLimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Messages that may begin in a time: 50/s, 1000/hour, 50/s,max_burst=10.", valueName: "rate"),
        transform: SinkRate.parse)
    var limitRate: Rate?

    @Option(
        help: ArgumentHelp(
            "Change the rate so long after the start: 30s=200/s, 5m=none. Repeatable.", valueName: "time=rate"),
        transform: SinkRate.parseChange)
    var limitRateAfter: [ReceiverLimits.RateChange] = []

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
        limits.rate = limitRate
        limits.rateChanges = limitRateAfter
        limits.connections = limitConnections
        limits.messagesPerSession = limitMessages
        limits.perSource = limitPerSource
        return limits
    }
}

/// Rates as people write them to a sink.
enum SinkRate {
    /// Reads what `Rate` reads, but a rate without `max_burst` has bursts of what flows in within a second.
    static func parse(_ text: String) throws -> Rate {
        do throws(RateProblem) {
            var rate = try Rate(parsing: text.utf8Span.span)
            guard !text.contains("max_burst") else { return rate }
            rate.burst = max(1, rate.count / (rate.period.nanoseconds / 1_000_000_000))
            return rate
        } catch {
            throw ValidationError("\(error.sentence): \(error.fix)")
        }
    }

    /// Reads when a rate begins: `30s=200/s`, `5m=none`.
    static func parseChange(_ text: String) throws -> ReceiverLimits.RateChange {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let after = time(halves[0]) else {
            throw ValidationError("write a time and a rate: 30s=200/s, or 5m=none")
        }
        let rate = halves[1] == "none" ? nil : try parse(String(halves[1]))
        return ReceiverLimits.RateChange(after: after, rate: rate)
    }

    /// At most eleven days.
    private static func time(_ text: Substring) -> Interval? {
        let units: [(name: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600)]
        guard let unit = units.first(where: { text.hasSuffix($0.name) }),
            let number = Double(text.dropLast(unit.name.count)), number >= 0, number * unit.seconds <= 1e6
        else { return nil }
        return Interval(nanoseconds: Int64(number * unit.seconds * 1e9))
    }
}
