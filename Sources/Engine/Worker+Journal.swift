import Delivery
import Measurement
import Message
import Primitives
import SMTP

/// Intent before commit: with a journal, no content is written before the journal says that the intent of its message
/// is durable. A session whose turn it would be waits; the others go on meanwhile.
///
/// The intents of the messages that a session will begin next are noted as soon as it has room for them; grouped, where
/// a turn is one message, while those before are under way, so that it seldom waits. Where a rate binds, a message is
/// taken when its MAIL goes out, and its intent is noted then.
///
/// And the end of this all: a worker that must stop now, or whose journal has failed, writes no further content.
extension Worker where Net: ~Copyable {
    /// Whether the session must not speak now. It is listed again when it may.
    @inline(never)
    mutating func mustWait(_ slot: ConnectionSlot) -> Bool {
        intend(slot)
        let number: UInt64
        if connections[slot].session.isContentDue {
            number = connections[slot].intentOfOpen
        } else if connections[slot].isChunked, !connections[slot].intended.isEmpty, connections[slot].session.canBegin {
            number = connections[slot].intentOfNext
        } else {
            return false
        }
        if isStoppingNow { return true }
        guard let journal, journal.durable < number else { return false }
        wait(slot, for: number)
        return true
    }

    /// Takes the messages that the session will begin next, as many as it has room for and as one send holds, and notes
    /// that they are intended. Next: `Worker.takeIntended`.
    mutating func intend(_ slot: ConnectionSlot) {
        guard let journal, connections[slot].session.isReady else { return }
        guard mayBegin else { return withdrawIntended(slot) }
        guard connections[slot].intended.isEmpty, !isAssembling, mayChoose(slot) else { return }
        let mostInSend = max(1, OutputPool.standardCapacity / max(1, largestWritten))
        var room = min(connections[slot].session.roomForNext, messagesLeft(slot), mostInSend)
        while room > 0, choose(slot) {
            connections[slot].intentOfNext = journal.intends(dispatcher.pool.newest(of: connections[slot].intended))
            room -= 1
        }
    }

    /// Whether the session may choose its next messages before they can go out.
    private mutating func mayChoose(_ slot: ConnectionSlot) -> Bool {
        guard isRateBound(slot) else { return true }
        return connections[slot].isChunked && connections[slot].session.canBegin
    }

    private mutating func isRateBound(_ slot: ConnectionSlot) -> Bool {
        connections[slot].isPaced && dispatcher.isRateBound(connections[slot].lane, at: network.now)
    }

    /// Takes the next of the messages whose intents were noted, or, where a rate binds, the lane's next; false when
    /// there is none. Next: `Session.nextCommand`.
    mutating func takeIntended(_ slot: ConnectionSlot, _ journal: any Journal) -> Bool {
        var queue = connections[slot].intended
        guard !queue.isEmpty else { return takeAtOnce(slot, journal) }
        let attempts = MessageTag(dispatcher.pool.firstTag(of: queue)).attempts
        let tag = MessageTag(attempts: attempts, started: network.now).rawValue
        dispatcher.pool.moveFirst(of: &queue, tag: tag, to: &connections[slot].inFlight)
        connections[slot].intended = queue
        connections[slot].intentOfOpen = connections[slot].intentOfNext
        return true
    }

    private mutating func takeAtOnce(_ slot: ConnectionSlot, _ journal: any Journal) -> Bool {
        guard !connections[slot].isChunked, isRateBound(slot), take(slot) else { return false }
        connections[slot].intentOfOpen = journal.intends(dispatcher.pool.newest(of: connections[slot].inFlight))
        return true
    }

    /// Nothing of the intended messages was written: they go back to the lane.
    mutating func withdrawIntended(_ slot: ConnectionSlot) {
        guard !connections[slot].intended.isEmpty else { return }
        var queue = connections[slot].intended
        let lane = connections[slot].lane
        while !queue.isEmpty {
            journal?.withdraws(dispatcher.pool.first(of: queue))
            dispatcher.noteUnfinished(in: lane)
            let isBack = dispatcher.putBack(from: &queue, to: lane, countsAttempt: false)
            precondition(isBack, "a message that was not tried has attempts left")
        }
        dispatcher.pool.clear(&queue)
        connections[slot].intended = queue
    }

    private mutating func wait(_ slot: ConnectionSlot, for number: UInt64) {
        guard !connections[slot].isWaiting else { return }
        connections[slot].isWaiting = true
        waiting.append(IntentWait(slot: slot, number: number))
        awaitReply(slot)
    }

    /// To be called before anything is said: the journal may have failed, or intents become durable.
    @inline(never)
    mutating func heedJournal() {
        if let journal, journal.hasFailed { stopNow() }
        if isStoppingNow { endUncommittedSessions() }
        if let journal { listThoseWhoWaited(for: journal) }
    }

    private mutating func listThoseWhoWaited(for journal: any Journal) {
        let durable = journal.durable
        while let wait = waiting.first, wait.number <= durable {
            _ = waiting.removeFirst()
            connections[wait.slot].isWaiting = false
            list(wait.slot)
        }
    }

    /// To be called when all has been said that this turn has to say.
    @inline(never)
    mutating func keepJournal() {
        guard let journal else { return }
        guard !journal.hasFailed else {
            journalIsCurrent = true
            nextPublication = .never
            return
        }
        let number = journal.handOver(at: network.now)
        listThoseWhoWaited(for: journal)
        journalIsCurrent = journal.durable >= number
        publish(number, journal)
    }

    /// Writes no further content; waits for the final replies to those that were submitted, and no longer.
    package mutating func stopNow() {
        stop()
        isStoppingNow = true
    }

    /// Ends the sessions whose messages are all uncommitted: these go back as if they had not been begun.
    private mutating func endUncommittedSessions() {
        for slot in connections.slots
        where connections[slot].state == .open && connections[slot].session.committedTransactions == 0
            && (connections[slot].session.openTransactions > 0 || !connections[slot].intended.isEmpty)
        {
            end(slot, because: nil)
        }
    }
}

/// A session that waits for an intent to be durable.
struct IntentWait {
    var slot: ConnectionSlot
    var number: UInt64
}

// What the journal is told.
extension Worker where Net: ~Copyable {
    /// The newest message has been begun.
    @inline(never)
    mutating func noteBegun(_ slot: ConnectionSlot) {
        let newest = connections[slot].finished + connections[slot].inFlight.count - 1
        openMessages[slot, newest] = OpenMessages.Facts(envelopeWritten: network.now)
    }

    /// The content of the newest committed message is written.
    @inline(never)
    mutating func noteCommitted(_ slot: ConnectionSlot, _ journal: any Journal) {
        precondition(
            journal.durable >= connections[slot].intentOfOpen, "no message is committed before its intent is durable")
        let message = connections[slot].finished + connections[slot].session.committedTransactions - 1
        openMessages[slot, message].contentWritten = network.now
    }

    /// The oldest message of a session goes back to its lane.
    mutating func withdrawOldest(_ slot: ConnectionSlot) {
        journal?.withdraws(dispatcher.pool.first(of: connections[slot].inFlight))
    }

    /// Fills in what only a journal wants to know of an attempt.
    @inline(never)
    mutating func complete(_ attempt: inout Attempt, atOldestOf slot: ConnectionSlot) {
        let facts = openMessages[slot, connections[slot].finished]
        attempt.sessionMessages = connections[slot].messages - connections[slot].inFlight.count
        attempt.connectStarted = connections[slot].connectStarted
        attempt.envelopeWritten = facts.envelopeWritten
        attempt.contentWritten = facts.contentWritten
    }

    /// The attempt at a message that is not even begun on its session.
    mutating func attemptAtUnbegun(_ slot: ConnectionSlot) -> Attempt {
        var attempt = Attempt(site: connections[slot].site, ended: network.now)
        attempt.sessionMessages = connections[slot].messages
        attempt.connectStarted = connections[slot].connectStarted
        return attempt
    }
}

// What is shown is durable.
extension Worker where Net: ~Copyable {
    /// Takes what is to be shown now and then, and shows it when it is durable.
    ///
    /// - Parameter number: of the last hand-over: it holds all that has been counted.
    private mutating func publish(_ number: UInt64, _ journal: any Journal) {
        guard let board else { return }
        if unpublished == nil && network.now >= nextPublication {
            nextPublication = network.now + .milliseconds(200)
            unpublished = (number, Board.Notice(tally, dispatcher))
        }
        if let unpublished, journal.durable >= unpublished.number {
            board.show(unpublished.notice)
            self.unpublished = nil
        }
    }
}
