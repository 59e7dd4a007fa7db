import Primitives
import Yams

/// How the `retry` of a manifest is read.
extension ProblemList {
    private static let growing = ["first", "factor", "most"]
    private static let factorRange = 1.0...100
    private static let mostDelays = 100

    /// - Returns: the schedule, with defaults for what is left out or was noted as a problem.
    mutating func retry(_ node: Node) -> Manifest.Retry? {
        guard let reader = mapping(node, "retry", known: ManifestKeys.retry) else { return nil }
        var retry = Manifest.Retry()
        let giveUp = reader.value("give-up").flatMap { duration($0, "give-up") }
        if let giveUp { retry.giveUp = giveUp.value }
        let found = problemCount
        retry.delays = reader.value("delays").map { delays($0, reader) } ?? growingDelays(reader)
        // With a delay that could not be read, nothing is known about the two together.
        if problemCount == found { checkEnd(retry, at: giveUp?.place ?? reader.place) }
        return retry
    }

    private mutating func delays(_ node: Node, _ reader: MappingReader) -> Manifest.Retry.Delays {
        for (key, place, _) in reader.entries where Self.growing.contains(key) {
            add(place, "'\(key)' stands beside 'delays'", fix: "keep either the list or first, factor and most")
        }
        guard let sequence = node.sequence else {
            add(Place(node.mark), "'delays' is not a list", fix: "write it in brackets: delays: [5m, 10m, 30m]")
            return .list([])
        }
        if sequence.count > Self.mostDelays {
            add(
                Place(node.mark), "'delays' has \(sequence.count) entries",
                fix: "write \(Self.mostDelays) at most; the last one repeats")
        }
        return .list(sequence.prefix(Self.mostDelays).compactMap { duration($0, "delays")?.value })
    }

    private mutating func growingDelays(_ reader: MappingReader) -> Manifest.Retry.Delays {
        guard case .doubling(var first, var factor, var most) = Manifest.Retry().delays else { return .list([]) }
        let givenFirst = reader.value("first").flatMap { duration($0, "first") }
        let givenMost = reader.value("most").flatMap { duration($0, "most") }
        if let node = reader.value("factor") { factor = self.factor(node) ?? factor }
        first = givenFirst?.value ?? first
        most = givenMost?.value ?? most
        let isKnown = reader.isReadable("first", givenFirst) && reader.isReadable("most", givenMost)
        if isKnown && first > most {
            let byDefault = givenMost == nil ? ", which is \(DurationText.words(most)) unless said" : ""
            add(
                givenFirst?.place ?? givenMost?.place, "'first' is longer than 'most'\(byDefault)",
                fix: "make 'first' shorter, or write most: \(DurationText.words(first))")
        }
        return .doubling(first: first, factor: factor, most: most)
    }

    private mutating func checkEnd(_ retry: Manifest.Retry, at place: Place) {
        let first: Interval? =
            switch retry.delays {
            case .doubling(let first, _, _): first
            case .list(let delays): delays.first
            }
        guard let first, retry.giveUp < first else { return }
        add(
            place,
            "'give-up', \(DurationText.words(retry.giveUp)), comes before the first delay of "
                + "\(DurationText.words(first)) has passed",
            fix: "write a longer give-up; or delays: [] to try nothing again")
    }

    private mutating func factor(_ node: Node) -> Double? {
        guard let value = text(node, "factor") else { return nil }
        let isNumber = value.value.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard isNumber, let factor = Double(value.value), Self.factorRange.contains(factor) else {
            add(value.place, "'factor' is '\(value.value)'", fix: "write a number from 1 to 100, such as 2 or 1.5")
            return nil
        }
        return factor
    }

    private mutating func duration(_ node: Node, _ key: String) -> Located<Interval>? {
        guard let value = text(node, key) else { return nil }
        guard let interval = DurationText.parse(value.value) else {
            add(
                value.place, "'\(key)' is '\(value.value)'",
                fix: "write a whole number and its unit: \(DurationText.examples)")
            return nil
        }
        guard interval > .zero && interval <= DurationText.longest else {
            add(
                value.place, "'\(key)' is \(interval > .zero ? "longer than a year" : "zero")",
                fix: "write 1ms to \(DurationText.words(DurationText.longest))")
            return nil
        }
        return Located(value: interval, place: value.place)
    }
}

extension MappingReader {
    /// Not there, or there and good.
    fileprivate func isReadable(_ key: String, _ value: Located<Interval>?) -> Bool {
        self.value(key) == nil || value != nil
    }
}
