import Pacing
import Primitives

// Lanes that have more to heed than the run's limits: rates, numbers of sessions, warmup, what refusals have taught,
// what was ordered, and their part of the site's mail.
extension Dispatcher {
    /// Says what binds a site, before its first mail comes.
    package mutating func describe(_ site: Int, as plan: SitePlan, at now: Instant) {
        guard !isKnown(site) else { return }
        let first = paces.count
        for lane in plan.lanes {
            paces.append(LanePace(lane, &limitTable, sessionsPerSite: limits.sessionsPerSite, at: now))
        }
        let care = SiteCare(plan).map { care in
            cares.append(care)
            return cares.count - 1
        }
        addSite(site, paces: Array(first..<paces.count), care: care ?? -1)
    }

    /// As `Lane.next`, and why not.
    mutating func pacedDecision(about lane: Int, at now: Instant) -> LaneDecision {
        let decision = judge(lane, at: now)
        passTurns(lane, decision)
        return decision
    }

    private mutating func judge(_ lane: Int, at now: Instant) -> LaneDecision {
        let pace = lanes[lane].pace
        guard mails[lanes[lane].mail].count > 0 else { return idle(pace, .none, at: now) }
        let (opens, block) = paces[pace].opens(at: now, unixOrigin: unixOrigin)
        guard opens <= now else {
            setAble(lane, false)
            paces[pace].block(block, at: now)
            return .wait(until: opens)
        }
        if let block = careBlock(of: lane) { return idle(pace, block, at: now) }
        setAble(lane, true)
        guard !paces[pace].messageTurn.isWaiting, !yields(lane, at: now) else { return .idle }
        if let limit = closedLimit(of: paces[pace].messageRates, paces[pace].messageTurn, at: now) {
            return queue(pace, limit, at: now)
        }
        if let slot = lanes[lane].idleSessions.last {
            paces[pace].block(.none, at: now)
            return .send(slot)
        }
        return judgeConnecting(lane, at: now)
    }

    private mutating func judgeConnecting(_ lane: Int, at now: Instant) -> LaneDecision {
        let pace = lanes[lane].pace
        let sessions = lanes[lane].sessions
        guard sessions < paces[pace].mostSessions(at: now), lanes[lane].opening < limits.openingPerSite,
            sessions == 0 || waitingCount(in: lane) >= sessions * limits.messagesPerNewSession
        else { return idle(pace, .busy, at: now) }
        guard lanes[lane].pausedUntil <= now else {
            setAble(lane, sessions > 0)
            paces[pace].block(.failing, at: now)
            return .wait(until: lanes[lane].pausedUntil)
        }
        guard !paces[pace].sessionTurn.isWaiting else { return .idle }
        if let limit = closedLimit(of: paces[pace].sessionCounts, paces[pace].sessionTurn, at: now)
            ?? closedLimit(of: paces[pace].sessionRates, paces[pace].sessionTurn, at: now)
        {
            return queue(pace, limit, at: now)
        }
        paces[pace].block(.none, at: now)
        return .connect
    }

    private mutating func idle(_ pace: Int, _ block: LaneBlock, at now: Instant) -> LaneDecision {
        paces[pace].block(block, at: now)
        return .idle
    }

    private mutating func queue(_ pace: Int, _ limit: Int, at now: Instant) -> LaneDecision {
        paces[pace].block(.limit(limit), at: now)
        return .queue(limit)
    }

    private func closedLimit(of places: [Int], _ turn: LaneTurn, at now: Instant) -> Int? {
        places.first { !limitTable.admits($0, isCalled: turn.isCalled, at: now) }
    }

    // MARK: - Turns

    mutating func comesToItsTurn(_ lane: Int, at limit: Int) {
        let pace = lanes[lane].pace
        if paces[pace].messageRates.contains(limit) {
            paces[pace].messageTurn = LaneTurn(calledBy: limit)
        } else {
            paces[pace].sessionTurn = LaneTurn(calledBy: limit)
        }
        list(lane)
    }

    mutating func waitForTurn(_ lane: Int, at limit: Int, _ now: Instant) {
        let pace = lanes[lane].pace
        if paces[pace].messageRates.contains(limit) {
            limitTable.wait(limit, lane, isCalled: paces[pace].messageTurn.calledBy == limit, at: now)
            paces[pace].messageTurn = LaneTurn(awaited: limit)
        } else {
            limitTable.wait(limit, lane, isCalled: paces[pace].sessionTurn.calledBy == limit, at: now)
            paces[pace].sessionTurn = LaneTurn(awaited: limit)
        }
    }

    /// Lets the next lane go where this one does not. Who needs a session first keeps its turn for then.
    private mutating func passTurns(_ lane: Int, _ decision: LaneDecision) {
        let pace = lanes[lane].pace
        let (message, session) = (paces[pace].messageTurn.calledBy, paces[pace].sessionTurn.calledBy)
        switch decision {
        case .send: break
        case .connect:
            if message >= 0 { limitTable.pass(message) }
            return
        case .queue(let limit):
            if message >= 0 && message != limit { limitTable.pass(message) }
            if session >= 0 && session != limit { limitTable.pass(session) }
            return
        case .idle, .wait:
            if message >= 0 { limitTable.pass(message) }
            paces[pace].messageTurn.calledBy = -1
        }
        if session >= 0 { limitTable.pass(session) }
        paces[pace].sessionTurn.calledBy = -1
    }

    // MARK: - What is taken

    func mayTake(_ lane: Int, at now: Instant) -> Bool {
        let pace = lanes[lane].pace
        return !paces[pace].messageTurn.isWaiting && careBlock(of: lane) == nil
            && paces[pace].opens(at: now, unixOrigin: unixOrigin).0 <= now
            && closedLimit(of: paces[pace].messageRates, paces[pace].messageTurn, at: now) == nil
            && !yields(lane, at: now)
    }

    mutating func hasTaken(_ lane: Int, at now: Instant) {
        let pace = lanes[lane].pace
        paces[pace].take(at: now, unixOrigin: unixOrigin)
        for limit in paces[pace].messageRates { limitTable.take(limit, at: now) }
        paces[pace].messageTurn.calledBy = -1
        let mail = lanes[lane].mail
        if mails[mail].care >= 0 { cares[mails[mail].care].begun += 1 }
        let siblings = mails[mail].lanes
        if siblings.count > 1 { for sibling in siblings where sibling != lane { list(sibling) } }
    }

    mutating func takeSession(_ lane: Int, at now: Instant) {
        let pace = lanes[lane].pace
        for limit in paces[pace].sessionCounts { limitTable.take(limit, at: now) }
        for limit in paces[pace].sessionRates { limitTable.take(limit, at: now) }
        paces[pace].sessionTurn.calledBy = -1
    }

    mutating func giveBackSession(_ lane: Int) {
        for limit in paces[lanes[lane].pace].sessionCounts { limitTable.giveBack(limit) }
    }

    // MARK: - Sources

    /// Whether another lane of the site should have the next message: it is behind, and could take it.
    private func yields(_ lane: Int, at now: Instant) -> Bool {
        let siblings = mails[lanes[lane].mail].lanes
        guard siblings.count > 1 else { return false }
        let pace = lanes[lane].pace
        if paces[pace].isOverflow && !isWarmedUp(siblings, at: now) { return true }
        return siblings.contains { sibling in
            sibling != lane && isReady(sibling, at: now)
                && paces[lanes[sibling].pace].served + LanePace.lead < paces[pace].served
        }
    }

    /// Whether a lane of the site has had what its warmup permits now.
    private func isWarmedUp(_ siblings: Range<Int>, at now: Instant) -> Bool {
        siblings.contains { sibling in
            guard let opens = paces[lanes[sibling].pace].warmup?.opens(at: now, unixOrigin) else { return false }
            return opens > now
        }
    }

    private func isReady(_ lane: Int, at now: Instant) -> Bool {
        let pace = lanes[lane].pace
        guard paces[pace].isAble, !paces[pace].isOverflow else { return false }
        return paces[pace].messageRates.allSatisfy { limitTable.opens($0, at: now) <= now }
            && (lanes[lane].sessions > 0 || (lanes[lane].pausedUntil <= now && !lanes[lane].isCrowdedOut))
    }

    /// A lane that could not go for a while does not make up for it all at once.
    private mutating func setAble(_ lane: Int, _ isAble: Bool) {
        let pace = lanes[lane].pace
        guard paces[pace].isAble != isAble else { return }
        paces[pace].isAble = isAble
        let siblings = mails[lanes[lane].mail].lanes
        guard siblings.count > 1 else { return }
        if isAble {
            let least = siblings.filter { $0 != lane && paces[lanes[$0].pace].isAble }
                .map { paces[lanes[$0].pace].served }.min()
            paces[pace].served = max(paces[pace].served, least ?? 0)
        } else {
            for sibling in siblings where sibling != lane { list(sibling) }
        }
    }
}

// What is learned and ordered, and what is asked.
extension Dispatcher {
    /// The source of the lane's mail.
    package func source(of lane: Int) -> Int { lanes[lane].pace < 0 ? 0 : paces[lanes[lane].pace].source }

    /// Messages after which a session of the lane ends; 0 is no limit.
    @inline(__always)
    package func messagesPerSession(of lane: Int, at now: Instant) -> Int {
        guard lanes[lane].pace >= 0 else { return limits.messagesPerSession }
        return paces[lanes[lane].pace].mostMessages(at: now) ?? limits.messagesPerSession
    }

    /// Sessions in a row that could not be made.
    package func failures(of lane: Int) -> Int { lanes[lane].failures }

    /// Whether it makes a difference what a receiver says.
    package func learns(_ lane: Int) -> Bool { lanes[lane].pace >= 0 && paces[lanes[lane].pace].backoff != nil }

    @inline(__always)
    package func isPaced(_ lane: Int) -> Bool { lanes[lane].pace >= 0 }

    /// Counts a message of a lane that is being warmed up; nil for every other lane.
    package mutating func warmupCount(_ event: WarmupCount.Event, in lane: Int) -> WarmupCount? {
        guard lanes[lane].pace >= 0 else { return nil }
        return paces[lanes[lane].pace].warmup?.count(event)
    }

    /// Hears a sign of how much the receiver takes.
    package mutating func note(_ sign: Backoff.Sign, in lane: Int, at now: Instant) -> BackoffChange? {
        guard lanes[lane].pace >= 0 else { return nil }
        let change = paces[lanes[lane].pace].backoff?.note(sign, at: now)
        if change != nil { list(lane) }
        return change
    }

    /// Nothing goes by this lane before `until`.
    package mutating func suspend(_ lane: Int, until: Instant) {
        guard lanes[lane].pace >= 0 else { return }
        paces[lanes[lane].pace].orders.suspendedUntil = until
        list(lane)
    }

    package mutating func order(_ rate: Rate, in lane: Int, until: Instant, at now: Instant) {
        guard lanes[lane].pace >= 0 else { return }
        paces[lanes[lane].pace].orders.order(rate, until: until, at: now)
        list(lane)
    }

    package mutating func order(messagesPerSession: Int, in lane: Int, until: Instant) {
        guard lanes[lane].pace >= 0 else { return }
        paces[lanes[lane].pace].orders.order(messagesPerSession: messagesPerSession, until: until)
    }

    package mutating func order(sessions: Int, in lane: Int, until: Instant) {
        guard lanes[lane].pace >= 0 else { return }
        paces[lanes[lane].pace].orders.order(sessions: sessions, until: until)
        list(lane)
    }

    /// All lanes of the same site.
    package func lanes(besides lane: Int) -> Range<Int> { mails[lanes[lane].mail].lanes }
}
