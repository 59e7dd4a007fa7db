import Pacing
import Primitives
import SMTP

/// Watches over a site's health: whether its first messages end well, and whether too many fail.
struct SiteCare {
    /// Nil when nothing goes ahead.
    private var canary: Canary?
    private var watch: FailureWatch?
    /// Messages begun, less those that were put off: others go ahead in their place.
    var begun = 0

    /// Nil for a site that nobody watches over.
    init?(_ plan: SitePlan) {
        canary = plan.canaryShare > 0 ? Canary(share: plan.canaryShare) : nil
        watch = plan.mostFailures.map { FailureWatch(FailureWatch.Settings(mostFailures: $0)) }
        if canary == nil && watch == nil { return nil }
    }

    /// Why no message may be begun; nil when one may.
    func block(waiting: Int) -> LaneBlock? {
        switch canary?.mayBegin(known: begun + waiting, begun: begun) {
        case .begin, nil: nil
        case .holdUntilSettled: .canary
        case .holdUnhealthy: .unhealthy
        }
    }

    mutating func note(_ reply: Reply) -> FailureWatch.Alarm? {
        switch reply.severity {
        case .success, .intermediate:
            canary?.noteSettled(isHealthy: true)
            return watch?.note(.accepted)
        case .transient:
            begun -= 1
            return nil
        case .permanent:
            canary?.noteSettled(isHealthy: false)
            return watch?.note(reply.enhanced?.subject == 7 ? .policy : .refused)
        }
    }

    /// Somebody has looked: what was before counts no more, and nothing goes ahead again.
    mutating func resume() {
        canary = nil
        watch?.resume()
    }
}

extension Dispatcher {
    @inline(__always)
    func careBlock(of lane: Int) -> LaneBlock? {
        let mail = lanes[lane].mail
        guard mails[mail].care >= 0 else { return nil }
        return cares[mails[mail].care].block(waiting: mails[mail].count)
    }

    /// Hears how a message of the lane ended.
    ///
    /// - Returns: an alarm that this has raised.
    package mutating func note(_ reply: Reply, in lane: Int) -> FailureWatch.Alarm? {
        let mail = lanes[lane].mail
        guard mails[mail].care >= 0 else { return nil }
        let alarm = cares[mails[mail].care].note(reply)
        listLanes(of: mail)
        return alarm
    }

    /// A message that was begun goes back, or ended without a reply.
    package mutating func noteUnfinished(in lane: Int) {
        let mail = lanes[lane].mail
        guard mails[mail].care >= 0 else { return }
        cares[mails[mail].care].begun -= 1
        listLanes(of: mail)
    }

    /// Somebody has looked at the alarms.
    package mutating func resumeCares() {
        for care in cares.indices { cares[care].resume() }
        for mail in mails.indices where mails[mail].care >= 0 { listLanes(of: mail) }
    }
}
