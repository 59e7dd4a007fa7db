import Primitives

/// What a receiver lets its clients do; nil is no limit.
package struct ReceiverLimits: Sendable {
    package struct RateChange: Sendable {
        /// Counted from when the receiver began.
        package var after: Interval
        /// Nil lifts the limit.
        package var rate: Rate?

        package init(after: Interval, rate: Rate?) {
            self.after = after
            self.rate = rate
        }
    }

    /// Messages that may begin, as a `TokenBucket` counts them.
    package var rate: Rate?
    /// In any order.
    package var rateChanges: [RateChange] = []
    /// Connections at one time.
    package var connections: Int?
    /// Messages that may begin in one session.
    package var messagesPerSession: Int?
    /// Rate and connections are those of each client address by itself.
    package var perSource = false

    package init() {}

    package var isEmpty: Bool {
        rate == nil && rateChanges.isEmpty && connections == nil && messagesPerSession == nil
    }
}

/// Keeps the limits of a receiver: asked at every connection and every message.
///
/// Times may come a little out of order, as from several threads; the latest counts.
package struct ReceiverGate<Source: Hashable & Sendable>: Sendable {
    private struct Place {
        var bucket: TokenBucket
        /// Changes of the rate that the bucket has followed.
        var changesSeen = 0
        var openConnections = 0
    }

    package let limits: ReceiverLimits
    private let begun: Instant
    private let changes: [ReceiverLimits.RateChange]
    private var latest: Instant
    /// One for each source, or one for all under nil.
    private var places: [Source?: Place] = [:]
    /// So many places are kept before those are dropped that nobody needs.
    private var mostPlaces = 1_024

    package init(_ limits: ReceiverLimits, begun: Instant) {
        self.limits = limits
        self.begun = begun
        latest = begun
        changes = limits.rateChanges.sorted { $0.after < $1.after }
    }

    /// How many are kept in memory.
    var sourceCount: Int { places.count }

    /// Lets a connection in, which then has to `leave`; false when there are too many.
    package mutating func admit(_ source: Source?, at now: Instant) -> Bool {
        var place = place(of: source, at: now)
        guard place.openConnections < limits.connections ?? .max else { return false }
        place.openConnections += 1
        keep(place, source)
        return true
    }

    /// The end of a connection that was let in.
    package mutating func leave(_ source: Source?) {
        places[key(source)]?.openConnections -= 1
    }

    /// Lets a message begin; false when the rate is used up.
    package mutating func takeMessage(from source: Source?, at now: Instant) -> Bool {
        guard limits.rate != nil || !changes.isEmpty else { return true }
        var place = place(of: source, at: now)
        let isTaken = place.bucket.take(at: latest)
        keep(place, source)
        return isTaken
    }

    private func key(_ source: Source?) -> Source? { limits.perSource ? source : nil }

    private mutating func keep(_ place: Place, _ source: Source?) { places[key(source)] = place }

    /// The place of the source, up to date.
    private mutating func place(of source: Source?, at now: Instant) -> Place {
        latest = max(latest, now)
        if places.count >= mostPlaces { dropUnused() }
        return followed(places[key(source)] ?? Place(bucket: TokenBucket(limits.rate, at: begun)))
    }

    private func followed(_ place: Place) -> Place {
        var place = place
        while place.changesSeen < changes.count {
            let change = changes[place.changesSeen]
            guard begun + change.after <= latest else { break }
            place.bucket.change(to: change.rate, at: begun + change.after)
            place.changesSeen += 1
        }
        return place
    }

    /// A source that has no connection and a full bucket is as one that never came.
    private mutating func dropUnused() {
        for (source, place) in places {
            var place = followed(place)
            if place.openConnections == 0 && place.bucket.isFull(at: latest) { places[source] = nil }
        }
        mostPlaces = max(1_024, 2 * places.count)
    }
}
