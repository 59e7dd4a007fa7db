import Delivery
import Measurement
import Message
import Primitives
import SMTP

/// Intent before commit: with a journal, a send that holds the end of a message is parked until the journal says
/// that the intents of its messages are durable. Until then nothing of it was handed to anybody.
///
/// Where the envelope goes out first, the intent is noted with it: it becomes durable while the replies are on their
/// way, and the content is seldom kept waiting.
///
/// And the end of this all: a worker that must stop now, or whose journal has failed, submits no such send.
extension Worker where Net: ~Copyable {
    /// To be called when all has been said that this turn has to say.
    @inline(never)
    mutating func keepJournal() {
        if let journal, journal.hasFailed { stopNow() }
        if isStoppingNow { endUncommittedSessions() }
        guard let journal else { return }
        guard !journal.hasFailed else {
            journalIsCurrent = true
            nextPublication = .never
            return
        }
        let number = journal.handOver(at: network.now)
        while let place = parking.removeFirst(durable: journal.durable) { submit(place, journal) }
        journalIsCurrent = journal.durable >= number
        publish(number, journal)
    }

    /// Keeps a send that holds ends of messages. The kernel has taken nothing of it, and so it stands.
    /// Next: `Worker.submit`.
    @inline(never)
    mutating func park(_ slot: ConnectionSlot, _ turn: consuming Outgoing) {
        let written = turn.writer.count
        connections[slot].parked = ParkedSend(written: written, total: turn.count)
        connections[slot].taken = 0
        if !isStoppingNow {
            parking.append(slot, until: intentOfSend(slot), durable: journal?.durable ?? 0)
            parking.pieces[slot].removeAll(keepingCapacity: true)
            if turn.shared.byteCount > 0 {
                unsafe shelf.gather(turn.shared, into: turn.buffer.bytes(written), &parking.pieces[slot])
            }
        }
        shared = turn.shared
        awaitReplyWhileParked(slot)
    }

    /// Whether an envelope written now would wait for the intent of a content before it, and leave later than the rate
    /// of its lane has counted it.
    @inline(never)
    mutating func wouldHoldBackEnvelope(_ slot: ConnectionSlot) -> Bool {
        guard connections[slot].contentsInSend > 0, let journal else { return false }
        return journal.durable < intentOfSend(slot)
    }

    /// What must be durable for the ends in the send that was just written: the newest is the last to be.
    private mutating func intentOfSend(_ slot: ConnectionSlot) -> UInt64 {
        openMessages[slot, connections[slot].finished + connections[slot].session.committedTransactions - 1].intent
    }

    /// The only way of a parked send to the network. Next: `ReplyParser.next`.
    private mutating func submit(_ place: Parking.Place, _ journal: any Journal) {
        precondition(journal.durable >= place.number, "no message is committed before its intent is durable")
        let slot = place.slot
        guard let parked = connections[slot].parked, let buffer = connections[slot].output else {
            preconditionFailure("what waits was parked")
        }
        connections[slot].parked = nil
        connections[slot].taken = nil
        noteCommitted(slot)
        tally.record(bytesSent: parked.total)
        deadlines.set(network.now + connections[slot].patience.forSending(bytes: parked.total), for: slot)
        if parking.pieces[slot].isEmpty {
            unsafe network.send(slot, buffer.bytes(parked.written))
        } else {
            network.send(slot, gathered: parking.pieces[slot])
        }
    }

    /// The replies to earlier sends are waited for as ever; those to the parked one cannot come.
    mutating func awaitReplyWhileParked(_ slot: ConnectionSlot) {
        if connections[slot].hasCommitted { awaitReply(slot) } else { deadlines.clear(slot) }
    }

    /// The session ends while its send is parked: nothing of it will ever be submitted.
    mutating func giveUpParked(_ slot: ConnectionSlot) {
        connections[slot].parked = nil
        parking.remove(slot)
    }

    /// Submits no further end of a message; waits for the final replies to those that were submitted, and no
    /// longer.
    package mutating func stopNow() {
        stop()
        isStoppingNow = true
        parking.removeAll()
    }

    /// Ends the sessions whose messages are all uncommitted: these go back as if they had not been begun.
    private mutating func endUncommittedSessions() {
        for slot in connections.slots
        where connections[slot].state == .open && connections[slot].session.openTransactions > 0
            && !connections[slot].hasCommitted
        {
            end(slot, because: nil)
        }
    }
}

// What the journal is told.
extension Worker where Net: ~Copyable {
    /// The newest message has been begun.
    @inline(never)
    mutating func noteBegun(_ slot: ConnectionSlot) {
        // Bound to a name, the journal would be retained for every message.
        guard let intent = journal?.intends(dispatcher.pool.newest(of: connections[slot].inFlight)) else { return }
        let newest = connections[slot].finished + connections[slot].inFlight.count - 1
        openMessages[slot, newest] = OpenMessages.Facts(envelopeWritten: network.now, intent: intent)
    }

    private mutating func noteCommitted(_ slot: ConnectionSlot) {
        connections[slot].contentWritten = network.now
        let end = connections[slot].finished + connections[slot].session.committedTransactions
        for message in end - connections[slot].contentsInSend..<end {
            openMessages[slot, message].contentWritten = network.now
        }
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
