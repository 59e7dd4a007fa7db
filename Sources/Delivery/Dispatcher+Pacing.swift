import Pacing
import Primitives

// Lanes that have more to heed than the run's limits: rates, numbers of sessions, warmup, what refusals have taught,
// what was ordered, and their part of the site's mail.
extension Dispatcher {
    /// Says what binds a site, before its first mail comes.
    package mutating func describe(_ site: Int, as plan: SitePlan, at now: Instant) {
        guard !isKnown(site) else { return }
        let added = plan.lanes.map { lane in
            let most = lane.mostSessions ?? limits.sessionsPerSite
            return addPace(lane, Backoff(sessionLimit: most, startsSlowly: lane.startsSlowly), at: now)
        }
        let care = SiteCare(plan).map { care in
            cares.append(care)
            return cares.count - 1
        }
        addSite(site, paces: added, care: care ?? -1)
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
        let (opens, block) = opens(pace, at: now)
        guard opens <= now else {
            setAble(lane, false)
            paces[pace].block(block, at: now)
            return .wait(until: opens)
        }
        if let block = careBlock(of: lane) { return idle(pace, block, at: now) }
        setAble(lane, lanes[lane].sessions > 0 || lanes[lane].pausedUntil <= now)
        guard !paces[pace].messageTurn.isWaiting else { return .idle }
        if hasSiblings(lane) {
            paces[pace].hasYielded = yields(lane, at: now)
            if paces[pace].hasYielded { return .idle }
        }
        if let limit = limitTable.firstClosed(of: paces[pace].messageRates, paces[pace].messageTurn, at: now) {
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
        guard sessions < min(mostSessions(pace, at: now), lanes[lane].share?.sessions ?? .max),
            lanes[lane].opening < (lanes[lane].isProven ? limits.openingPerSite : 1),
            sessions == 0 || waitingCount(in: lane) >= sessions * limits.messagesPerNewSession
        else { return idle(pace, .busy, at: now) }
        guard lanes[lane].pausedUntil <= now else {
            paces[pace].block(.failing, at: now)
            return .wait(until: lanes[lane].pausedUntil)
        }
        guard !paces[pace].sessionTurn.isWaiting else { return .idle }
        if let limit = limitTable.firstClosed(of: paces[pace].sessionCounts, paces[pace].sessionTurn, at: now)
            ?? limitTable.firstClosed(of: paces[pace].sessionRates, paces[pace].sessionTurn, at: now)
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

    /// Who has a limit for itself needs no turn.
    private mutating func queue(_ pace: Int, _ limit: Int, at now: Instant) -> LaneDecision {
        paces[pace].block(.limit(limit), at: now)
        guard limitTable.isOwn(limit) else { return .queue(limit) }
        let opens = limitTable.opens(limit, at: now)
        return opens < .never ? .wait(until: opens) : .queue(limit)
    }

    /// When mail may go, as far as the lane's own state is concerned, and what it waits for.
    @inline(__always)
    func opens(_ pace: Int, at now: Instant) -> (Instant, LaneBlock) {
        let learned = paces[pace].learnedOpening
        guard paces[pace].isHeldByMore else { return learned > now ? (learned, .backoff) : (now, .none) }
        return memories[pace].opens(learned: learned, at: now, unixOrigin: unixOrigin)
    }

    /// The sessions that what was learned and ordered permits.
    private func mostSessions(_ pace: Int, at now: Instant) -> Int {
        let learned = Int(paces[pace].learnedSessions)
        guard paces[pace].isOrdered else { return learned }
        return min(learned, memories[pace].orders.sessions(at: now) ?? .max)
    }

    // MARK: - Turns

    mutating func comesToItsTurn(_ lane: Int, at limit: Int) {
        limitTable.listComing(at: limit, in: &coming)
        readAhead(coming, areCalled: true)
        let pace = lanes[lane].pace
        if limitTable.contains(paces[pace].messageRates, limit) {
            paces[pace].messageTurn = LaneTurn(calledBy: limit)
        } else {
            paces[pace].sessionTurn = LaneTurn(calledBy: limit)
        }
        list(lane)
    }

    mutating func waitForTurn(_ lane: Int, at limit: Int, _ now: Instant) {
        let pace = lanes[lane].pace
        if limitTable.contains(paces[pace].messageRates, limit) {
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
        guard message >= 0 || session >= 0 else { return }
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
            paces[pace].messageTurn.end()
        }
        if session >= 0 { limitTable.pass(session) }
        paces[pace].sessionTurn.end()
    }

    // MARK: - What is taken

    @inline(__always)
    mutating func mayTake(_ lane: Int, at now: Instant) -> Bool {
        let pace = lanes[lane].pace
        return !paces[pace].messageTurn.isWaiting && careBlock(of: lane) == nil
            && opens(pace, at: now).0 <= now
            && limitTable.firstClosed(of: paces[pace].messageRates, paces[pace].messageTurn, at: now) == nil
            && !(hasSiblings(lane) && yields(lane, at: now))
    }

    mutating func hasTaken(_ lane: Int, at now: Instant) {
        let pace = lanes[lane].pace
        if paces[pace].tellsBackoff {
            backoffs[pace].take(at: now)
            if paces[pace].isSpaced { paces[pace].learn(from: backoffs[pace]) }
        }
        if paces[pace].isHeldByMore { memories[pace].take(at: now, unixOrigin: unixOrigin) }
        paces[pace].begin()
        limitTable.take(paces[pace].messageRates, at: now)
        let mail = lanes[lane].mail
        if mails[mail].care >= 0 { cares[mails[mail].care].begun += 1 }
        if hasSiblings(lane) { listYielding(besides: lane) }
    }

    mutating func takeSession(_ lane: Int, at now: Instant) {
        let pace = lanes[lane].pace
        limitTable.take(paces[pace].sessionCounts, at: now)
        limitTable.take(paces[pace].sessionRates, at: now)
        paces[pace].sessionTurn.end()
    }

    mutating func giveBackSession(_ lane: Int) {
        limitTable.giveBack(paces[lanes[lane].pace].sessionCounts)
    }

    // MARK: - Sources

    @inline(__always)
    private func hasSiblings(_ lane: Int) -> Bool { mails[lanes[lane].mail].lanes.count > 1 }

    /// Whether another lane of the site should have the next message: it is behind, and could take it.
    ///
    /// `mutating` although it changes nothing: called from what changes, it would be given a copy of the dispatcher.
    private mutating func yields(_ lane: Int, at now: Instant) -> Bool {
        let siblings = mails[lanes[lane].mail].lanes
        let pace = lanes[lane].pace
        if paces[pace].isOverflow && !isWarmedUp(siblings, at: now) { return true }
        for sibling in siblings where sibling != lane {
            let isBehind = paces[lanes[sibling].pace].served + LanePace.lead < paces[pace].served
            if isBehind && isReady(sibling, at: now) { return true }
        }
        return false
    }

    /// Whether a lane of the site has had what its warmup permits now.
    private func isWarmedUp(_ siblings: Range<Int>, at now: Instant) -> Bool {
        siblings.contains { sibling in
            guard let opens = memories[lanes[sibling].pace].warmup?.opens(at: now, unixOrigin) else { return false }
            return opens > now
        }
    }

    @inline(__always)
    private func isReady(_ lane: Int, at now: Instant) -> Bool {
        let pace = lanes[lane].pace
        guard paces[pace].isAble, !paces[pace].isOverflow else { return false }
        return limitTable.areOpen(paces[pace].messageRates, at: now)
            && (lanes[lane].sessions > 0 || (lanes[lane].pausedUntil <= now && !lanes[lane].isCrowdedOut))
    }

    /// A lane that could not go for a while does not make up for it all at once.
    private mutating func setAble(_ lane: Int, _ isAble: Bool) {
        let pace = lanes[lane].pace
        guard paces[pace].isAble != isAble else { return }
        paces[pace].isAble = isAble
        guard hasSiblings(lane) else { return }
        let siblings = mails[lanes[lane].mail].lanes
        if isAble {
            let least = siblings.filter { $0 != lane && paces[lanes[$0].pace].isAble }
                .map { paces[lanes[$0].pace].served }.min()
            paces[pace].served = max(paces[pace].served, least ?? 0)
        } else {
            listYielding(besides: lane)
        }
    }

    /// Those that have left a turn to the lane may have it now.
    private mutating func listYielding(besides lane: Int) {
        for sibling in mails[lanes[lane].mail].lanes where sibling != lane {
            if paces[lanes[sibling].pace].hasYielded { list(sibling) }
        }
    }
}

// What is ordered, and what is asked.
extension Dispatcher {
    /// The source of the lane's mail.
    package func source(of lane: Int) -> Int { lanes[lane].pace < 0 ? 0 : Int(paces[lanes[lane].pace].source) }

    /// Messages after which a session of the lane ends; 0 is no limit.
    @inline(__always)
    package func messagesPerSession(of lane: Int, at now: Instant) -> Int {
        guard lanes[lane].pace >= 0 else { return limits.messagesPerSession }
        let pace = lanes[lane].pace
        let usual = paces[pace].messagesPerSession.map(Int.init)
        guard paces[pace].isOrdered, let ordered = memories[pace].orders.messagesPerSession(at: now) else {
            return usual ?? limits.messagesPerSession
        }
        return min(ordered, usual ?? .max)
    }

    /// Sessions in a row that could not be made.
    package func failures(of lane: Int) -> Int { lanes[lane].failures }

    @inline(__always)
    package func isPaced(_ lane: Int) -> Bool { lanes[lane].pace >= 0 }

    /// Whether a rate of messages binds the lane now: its rules', one in common, a warmup's, one that was ordered or
    /// learned.
    package func isRateBound(_ lane: Int, at now: Instant) -> Bool {
        guard lanes[lane].pace >= 0 else { return false }
        let pace = paces[lanes[lane].pace]
        guard pace.messageRates.range.isEmpty, !pace.isWarmed, !pace.isSlowed else { return true }
        return pace.isOrdered && memories[lanes[lane].pace].orders.gate(at: now) != nil
    }

    /// Counts a message of a lane that is being warmed up; nil for every other lane.
    package mutating func warmupCount(_ event: WarmupCount.Event, in lane: Int) -> WarmupCount? {
        guard lanes[lane].pace >= 0, paces[lanes[lane].pace].isWarmed else { return nil }
        return memories[lanes[lane].pace].warmup?.count(event)
    }

    /// Nothing goes by this lane before `until`.
    package mutating func suspend(_ lane: Int, until: Instant) {
        order(lane) { $0.suspendedUntil = until }
    }

    package mutating func order(_ rate: Rate, in lane: Int, until: Instant, at now: Instant) {
        order(lane) { $0.order(rate, until: until, at: now) }
    }

    package mutating func order(messagesPerSession: Int, in lane: Int, until: Instant) {
        order(lane) { $0.order(messagesPerSession: messagesPerSession, until: until) }
    }

    package mutating func order(sessions: Int, in lane: Int, until: Instant) {
        order(lane) { $0.order(sessions: sessions, until: until) }
    }

    private mutating func order(_ lane: Int, _ change: (inout LaneOrders) -> Void) {
        let pace = lanes[lane].pace
        guard pace >= 0 else { return }
        paces[pace].isOrdered = true
        change(&memories[pace].orders)
        list(lane)
    }
}
