import Delivery
import Measurement
import Pacing
import Primitives
import SMTP
import Shaping

/// What receivers say changes what they are sent: refusals slow a lane down, and rules say what certain words lead to.
///
/// Every change is an entry in the ledger's audit.
extension Worker where Net: ~Copyable {
    /// A reply decided about a message of the session.
    ///
    /// - Parameter textCount: how much of `replyText` it takes; 0 for an acceptance that nobody wants to read.
    @inline(__always)
    mutating func learn(from reply: Reply, on slot: ConnectionSlot, textCount: Int) {
        guard connections[slot].isPaced || mission.limits.learns else { return }
        guard connections[slot].isPaced || reply.code >= 300 else {
            return dispatcher.noteAccepted(1, inUnpaced: connections[slot].lane, at: network.now)
        }
        learnPaced(from: reply, on: slot, textCount: textCount)
    }

    @inline(never)
    private mutating func learnPaced(from reply: Reply, on slot: ConnectionSlot, textCount: Int) {
        let lane = connections[slot].lane
        if let sign = Backoff.Sign(reply) { note(sign, in: lane) }
        countWarmup(lane, by: reply)
        if let alarm = dispatcher.note(reply, in: lane) { raise(alarm, in: lane) }
        guard reply.code >= 400 else { return }
        automate(lane, reply, textCount: textCount)
    }

    /// Many messages were accepted at once.
    mutating func learnAccepted(_ count: Int, like reply: Reply, on slot: ConnectionSlot) {
        guard connections[slot].isPaced || mission.limits.learns else { return }
        guard connections[slot].isPaced else {
            return dispatcher.noteAccepted(count, inUnpaced: connections[slot].lane, at: network.now)
        }
        for _ in 0..<count { learnPaced(from: reply, on: slot, textCount: 0) }
    }

    mutating func note(_ sign: Backoff.Sign, in lane: Int) {
        let wasPaced = dispatcher.isPaced(lane)
        let change = dispatcher.note(sign, in: lane, at: network.now)
        if !wasPaced && dispatcher.isPaced(lane) { pace(lane) }
        guard let change else { return }
        journal?.audits("\(scope(of: lane)): \(change.text(at: network.now))")
    }

    /// The lane has had its first trouble: its sessions count from now on.
    private mutating func pace(_ lane: Int) {
        for slot in connections.slots where connections[slot].lane == lane { connections[slot].isPaced = true }
    }

    /// Somebody should look before more is sent.
    private mutating func raise(_ alarm: FailureWatch.Alarm, in lane: Int) {
        let what =
            switch alarm {
            case .policy: "the receiver refused a message by its policy (5.7.x)"
            case .tooManyFailures(let failures, let count):
                "\(failures) of the last \(count) messages were refused for good"
            }
        pause()
        mission.onAlarm(name(ofSite: dispatcher.site(of: lane)), what)
    }

    // MARK: - Rules

    private mutating func automate(_ lane: Int, _ reply: Reply, textCount: Int) {
        let site = dispatcher.site(of: lane)
        guard let rules = sites[site]?.automation, !rules.isEmpty else { return }
        let text = words(of: reply, textCount)
        for rule in rules where rule.matches(text) {
            let actions = automation[lane, default: AutomationState()].note(rule, at: network.now)
            for action in actions { carryOut(action, of: rule, in: lane, because: text, reply) }
        }
    }

    private mutating func carryOut(
        _ action: AutomationAction, of rule: AutomationRule, in lane: Int, because text: String, _ reply: Reply
    ) {
        let until = network.now + rule.duration
        let place = "\(rule.place.file):\(rule.place.line)"
        let end = "for \(rule.duration.text), because of \"\(text)\" (\(place))"
        switch action {
        case .suspend, .suspendCampaign:
            dispatcher.suspend(lane, until: until)
            journal?.suspends(
                scope: scope(of: lane), until: until.unixMicroseconds(origin: mission.unixOrigin), reason: text,
                rule: place)
            journal?.audits("\(scope(of: lane)): suspended \(end)")
        case .bounce:
            journal?.audits("\(scope(of: lane)): what waits is given up, because of \"\(text)\" (\(place))")
            settleLane(lane, Verdict(outcome: .refused, cause: .reply(reply)))
        case .setConfig(let rules), .setDomainConfig(let rules):
            order(rules, in: lane, until: until, end)
        }
    }

    private mutating func order(_ rules: PathRules, in lane: Int, until: Instant, _ end: String) {
        if let rate = rules.messageRate?.value {
            dispatcher.order(rate, in: lane, until: until, at: network.now)
            journal?.audits("\(scope(of: lane)): \(rate) \(end)")
        }
        if let most = rules.connectionLimit?.value {
            dispatcher.order(sessions: most, in: lane, until: until)
            journal?.audits("\(scope(of: lane)): \(most) sessions \(end)")
        }
        if let most = rules.messagesPerConnection?.value {
            dispatcher.order(messagesPerSession: most, in: lane, until: until)
            journal?.audits("\(scope(of: lane)): \(most) messages a session \(end)")
        }
    }

    // MARK: - Warmup

    private mutating func countWarmup(_ lane: Int, by reply: Reply) {
        switch reply.severity {
        case .success: count(.delivered, in: lane)
        // What is put off has not ended: a greylist makes no day unhealthy.
        case .intermediate, .transient: break
        case .permanent: count(.failed, in: lane)
        }
    }

    /// A message of a lane that is being warmed up is begun, or came to something.
    mutating func count(_ event: WarmupCount.Event, in lane: Int) {
        guard let count = dispatcher.warmupCount(event, in: lane) else { return }
        journal?.counts(count)
    }

    // MARK: - Words

    /// A reply in one line, as rules look at it.
    private func words(of reply: Reply, _ textCount: Int) -> String {
        let bytes = replyText.bytes(0..<textCount)
        let words = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        return "\(reply.code) \(words)"
    }

    func scope(of lane: Int) -> String {
        let site = dispatcher.site(of: lane)
        let source = mission.sources[dispatcher.source(of: lane)].name
        return SiteDescription.scope(source: source, site: name(ofSite: site))
    }
}

extension BackoffChange {
    /// For the audit.
    func text(at now: Instant) -> String {
        let what =
            switch self.what {
            case .messageRate(let from, let to):
                "\(from.map { BackoffChange.rate($0) } ?? "no limit") to \(BackoffChange.rate(to))"
            case .sessions(let from, let to): "\(from) to \(to) sessions"
            }
        let wait = mayRise - now
        return "\(what), \(cause.text)" + (wait > .zero ? ", may rise in \(wait.text)" : "")
    }

    private static func rate(_ perSecond: Double) -> String {
        let tenths = Int((min(perSecond, 1e12) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) messages/s"
    }
}

extension Backoff.Sign {
    fileprivate var text: String {
        switch self {
        case .accepted: "as messages were accepted"
        case .deferred: "as messages were put off"
        case .blocked: "as the receiver named our address or its policy"
        case .shutDown: "as sessions were turned away or ended (421)"
        case .connectFailed: "as no connection could be made"
        case .sessionReady: "as sessions were made"
        }
    }
}

extension Interval {
    /// `90 s`, `15 min`, `2 h`: the largest unit that leaves no rest.
    var text: String {
        let seconds = max(1, (nanoseconds + 500_000_000) / 1_000_000_000)
        if seconds % 3_600 == 0 { return "\(seconds / 3_600) h" }
        return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}
