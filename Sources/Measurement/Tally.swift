import Primitives

/// What one worker has counted and measured. Each worker owns one; they are merged when the run ends.
///
/// Recording takes nanoseconds and allocates nothing, except that the list of sites grows to the highest site
/// seen. Copies share their memory until one of them records again: take snapshots of `counts`, not of the
/// whole.
package struct Tally: Sendable {
    package private(set) var counts = OutcomeCounts()
    /// By the number of the site.
    package private(set) var sites: [SiteTally]
    package private(set) var replies = ReplyTable()
    package private(set) var sessionsOpened = 0
    package private(set) var sessionsLost = 0
    package private(set) var connectFailures = 0
    package private(set) var bytesSent = 0

    /// Of whole transactions: from the first byte of MAIL to the final reply.
    package private(set) var latency = LatencyHistogram()
    package private(set) var connect = LatencyHistogram()
    package private(set) var greeting = LatencyHistogram()
    package private(set) var envelope = LatencyHistogram()
    package private(set) var content = LatencyHistogram()

    package init(siteCount: Int = 0) {
        sites = [SiteTally](repeating: SiteTally(), count: siteCount)
    }

    package mutating func record(_ outcome: Outcome, site: Int, recipients: Int) {
        counts.add(recipients, outcome)
        makeRoom(for: site)
        sites[site].counts.add(recipients, outcome)
    }

    /// - Parameter enhanced: packed by `PackedEnhancedCode.packed`; nil when the reply had none.
    package mutating func record(reply code: UInt16, enhanced: UInt32?, count: Int = 1) {
        replies.record(code: code, enhanced: enhanced, count: count)
    }

    /// Of one whole transaction, from the first byte of MAIL to the final reply.
    package mutating func record(latency interval: Interval) {
        latency.record(interval)
    }

    package mutating func record(_ phase: Phase, _ interval: Interval, count: Int = 1) {
        switch phase {
        case .connect: connect.record(interval, count: count)
        case .greeting: greeting.record(interval, count: count)
        case .envelope: envelope.record(interval, count: count)
        case .content: content.record(interval, count: count)
        }
    }

    /// A session is open when the receiver has greeted and answered EHLO or HELO.
    package mutating func recordSessionOpened(site: Int, _ grouping: GroupingsUsed) {
        sessionsOpened += 1
        makeRoom(for: site)
        sites[site].sessionsOpened += 1
        sites[site].groupings.formUnion(grouping)
    }

    /// A session is lost when it ends in any other way than by our QUIT.
    package mutating func recordSessionLost() {
        sessionsLost += 1
    }

    package mutating func recordConnectFailure() {
        connectFailures += 1
    }

    package mutating func record(bytesSent count: Int) {
        bytesSent += count
    }

    /// Adds what another worker has counted. Both number the sites in the same way.
    package mutating func merge(_ other: Tally) {
        counts.add(other.counts)
        if let last = other.sites.indices.last { makeRoom(for: last) }
        for site in other.sites.indices { sites[site].add(other.sites[site]) }
        replies.merge(other.replies)
        sessionsOpened += other.sessionsOpened
        sessionsLost += other.sessionsLost
        connectFailures += other.connectFailures
        bytesSent += other.bytesSent
        latency.merge(other.latency)
        connect.merge(other.connect)
        greeting.merge(other.greeting)
        envelope.merge(other.envelope)
        content.merge(other.content)
    }

    private mutating func makeRoom(for site: Int) {
        guard site >= sites.count else { return }
        sites.append(contentsOf: repeatElement(SiteTally(), count: site + 1 - sites.count))
    }
}

/// The stretches of a session that are measured on their own.
package enum Phase: CaseIterable, Sendable {
    /// From the start of the connection until it stands.
    case connect
    /// From then until the reply to EHLO or HELO.
    case greeting
    /// From MAIL to the last reply before the content.
    case envelope
    /// From the first byte of the content to the final reply.
    case content
}

/// What has happened at one site.
package struct SiteTally: Hashable, Sendable {
    package var counts = OutcomeCounts()
    package var sessionsOpened = 0
    package var groupings: GroupingsUsed = []

    package init() {}

    mutating func add(_ other: SiteTally) {
        counts.add(other.counts)
        sessionsOpened += other.sessionsOpened
        groupings.formUnion(other.groupings)
    }
}
