import Delivery
import Measurement
import Message
import Primitives
import SMTP
import Shaping
import Uring

/// One thread's share of a run: a ring, a table of connections, and the lanes of its sites.
///
/// Generic over the network and in one module with `UringNetwork`, so that production code is specialised
/// and the simulator runs the very same lines. No lock, no atomic, no allocation per message.
package struct Worker<Net: Network & ~Copyable>: ~Copyable {
    package var network: Net
    package var dispatcher: Dispatcher
    package var tally: Tally
    let mission: Mission
    let outcomes: any OutcomeListener
    let wantsAcceptances: Bool
    /// Nil when nobody needs to know what is about to be committed, as in a benchmark.
    let journal: (any Journal)?
    /// Where messages to made-up recipients come from; nil for none.
    let supply: MadeUpSupply?
    let inbox: Inbox?
    let board: Board?
    /// Sites that this worker shares with others; nil for a worker that is alone.
    let sharing: Sharing?

    /// What is known of sites besides their number; those without are not in it.
    var sites: [Int: SiteDescription] = [:]
    /// Which of its site's hosts gave each lane its last session, by lane; the best one where there is none.
    var provenHosts: [Int: Int] = [:]
    /// How often each lane's receiver has said what a rule waits for, by lane.
    var automation: [Int: AutomationState] = [:]
    var connections: ConnectionTable
    var freeSlots: [ConnectionSlot]
    var deadlines: DeadlineHeap
    /// Connections that may have something to say, each once.
    var listed: [ConnectionSlot] = []
    var output = OutputPool()
    /// What all messages share.
    let shelf: LetterShelf
    /// Memory for the lists of a gathered send, used again for the next.
    var shared: SharedPieces
    var pieces: [MemoryPiece] = []
    /// What was written of the largest transaction so far, to judge whether another fits a turn.
    var largestWritten = 0
    /// What a dot and the envelope of another message may take besides a message (RFC 5321 4.5.3.1.4 bounds a
    /// command), less what is never copied of one.
    let roomBesidesMessage: Int
    /// What every transaction begins with, up to the first recipient's address.
    let opening: [UInt8]
    var date: DateHeader
    var replyText = ByteBuffer(capacity: ReplyParser.longestLine)
    var nextPublication: Instant
    /// No message is begun and no session made any more.
    var isStopping = false
    /// As long as it lasts no message is begun and no session made.
    private var isPaused = false
    /// No end of a message is submitted any more either.
    var isStoppingNow = false
    var parking: Parking
    var openMessages: OpenMessages
    /// All that has happened is durable, or never will be.
    var journalIsCurrent = false
    /// To be shown when the hand-over of that number is durable.
    var unpublished: (number: UInt64, notice: Board.Notice)?
    let contact: FirstContact
    /// All mail has found a session, as of the last turn.
    private var isExhausted = false
    /// The sessions are being made and wait for each other.
    var isAssembling: Bool
    /// Why the run was called off: no session could be made at all.
    package private(set) var unreachable: Trouble?

    /// - Parameters:
    ///   - inbox: where recipients come from while the worker runs; nil when all are admitted before.
    ///   - board: where progress is shown; nil for none.
    ///   - contact: shared with the other workers of the run.
    ///   - sharing: nil for a worker that shares no site with others.
    ///   - journal: for messages to one recipient each.
    package init(
        network: consuming Net, mission: Mission, outcomes: any OutcomeListener, inbox: Inbox? = nil,
        board: Board? = nil, contact: FirstContact = FirstContact(), sharing: Sharing? = nil,
        journal: (any Journal)? = nil, supply: MadeUpSupply? = nil
    ) {
        precondition(journal == nil || mission.limits.recipientsPerMessage == 1, "a journal knows a message by its row")
        let sessions = mission.limits.sessions
        nextPublication = network.now
        self.network = network
        self.mission = mission
        self.outcomes = outcomes
        wantsAcceptances = outcomes.wantsAcceptances
        self.journal = journal
        self.supply = supply
        self.inbox = inbox
        self.board = board
        self.contact = contact
        self.sharing = sharing
        isAssembling = mission.assemblesFirst
        dispatcher = Dispatcher(limits: mission.limits, unixOrigin: mission.unixOrigin)
        tally = Tally()
        connections = ConnectionTable(count: sessions)
        freeSlots = Array((0..<sessions).reversed())
        deadlines = DeadlineHeap(owners: sessions)
        parking = Parking(slots: journal == nil ? 0 : sessions)
        openMessages = OpenMessages(slots: journal == nil ? 0 : sessions)
        date = DateHeader(unixOrigin: mission.unixOrigin)
        opening = mission.opening
        shelf = LetterShelf(mission.letter, shortest: mission.shortestSharedPiece)
        shared = SharedPieces(shortest: shelf.shortest)
        roomBesidesMessage = 512 * (mission.limits.recipientsPerMessage + 4) - shelf.sharedCount
    }

    /// Whether all work is done, every slot is free, and all that happened is durable.
    package var isDone: Bool {
        freeSlots.count == connections.count && (isStopping || dispatcher.isExhausted)
            && (journal == nil || journalIsCurrent)
    }

    /// Whether a message may be begun or a session made.
    var mayBegin: Bool { !isStopping && !isPaused }

    /// Whether ends of messages are not submitted at once.
    var keepsIntents: Bool { journal != nil || isStoppingNow }

    /// Works until all is done.
    package mutating func run() {
        takeFromInbox()
        visitSharedSites()
        while !isDone { turn() }
        if journal.map({ !$0.hasFailed }) ?? true { publish() }
    }

    /// One pass: decide, submit, wait, apply, expire. Next: `Session.nextCommand`.
    ///
    /// - Parameter longestWait: for whoever has news for the worker in between and no way to wake it.
    package mutating func turn(atMost longestWait: Interval? = nil) {
        takeFromSupply()
        giveWork()
        if isAssembling && dispatcher.hasAllSessions { endAssembly() }
        speak()
        endNeedlessAttempts()
        if keepsIntents { keepJournal() }
        inbox?.tell(waiting: dispatcher.pool.bytesInUse)
        publishWhenDue()
        guard !isDone else { return }
        let wakeUp = nextWakeUp()
        network.wait(until: longestWait.map { min(wakeUp, network.now + $0) } ?? wakeUp)
        journalIsCurrent = false
        while let completion = network.nextCompletion() { apply(completion) }
        expireDeadlines()
        visitSharedSites()
    }

    /// Begins no further message: the run ends when those under way have ended.
    package mutating func stop() {
        guard !isStopping else { return }
        isStopping = true
        releaseIdleSessions()
        for slot in connections.slots where connections[slot].state == .connecting || isGreeting(slot) {
            end(slot, because: nil)
        }
    }

    /// Begins no message and makes no session until `resume`; what is under way goes on.
    package mutating func pause() { isPaused = true }

    package mutating func resume() {
        guard isPaused else { return }
        isPaused = false
        dispatcher.resumeCares()
        for slot in connections.slots where connections[slot].state == .open { list(slot) }
    }

    /// No further recipient will be admitted.
    package mutating func closeAdmission() {
        dispatcher.close()
        releaseIdleSessions()
    }

    /// Once all mail has found a session, nobody waits for those that are still being made.
    private mutating func endNeedlessAttempts() {
        guard dispatcher.isExhausted != isExhausted else { return }
        isExhausted.toggle()
        guard isExhausted else { return }
        for slot in connections.slots where connections[slot].state == .connecting || isGreeting(slot) {
            end(slot, because: nil)
        }
    }

    mutating func endAssembly() {
        isAssembling = false
        for slot in connections.slots where connections[slot].state == .open { list(slot) }
    }

    private mutating func giveWork() {
        guard mayBegin else { return }
        while let action = dispatcher.nextAction(at: network.now) {
            switch action {
            case .connect(let lane): open(for: lane)
            case .give(let slot):
                connections[slot].isIdle = false
                list(slot)
            case .move(let slot, let lane): move(slot, to: lane)
            case .release(let slot): release(slot)
            }
        }
    }

    private mutating func speak() {
        while let slot = listed.popLast() {
            connections[slot].isListed = false
            speak(slot)
        }
    }

    // Mutating, or calling it would copy the worker.
    private mutating func nextWakeUp() -> Instant {
        var earliest = deadlines.earliest
        if mayBegin { earliest = min(earliest, dispatcher.earliestAction) }
        if journal != nil && !journalIsCurrent { earliest = min(earliest, network.now + .seconds(1)) }
        return board == nil || unpublished != nil ? earliest : min(earliest, nextPublication)
    }

    private mutating func apply(_ completion: Completion) {
        switch completion {
        case .connected(let slot): connected(slot)
        case .connectFailed(let slot, let fault): end(slot, because: Trouble(fault))
        case .received(let slot, let bytes): unsafe hear(slot, bytes.bindMemory(to: UInt8.self).span)
        case .sent(let slot): sent(slot)
        case .sendFailed(let slot, let taken, _): sendFailed(slot, taken: taken)
        case .ended(let slot, let fault): end(slot, because: fault.map { Trouble($0) } ?? .connectionLost)
        case .closed(let slot, let taken): closed(slot, taken: taken)
        case .woken: takeFromInbox()
        }
    }

    private mutating func expireDeadlines() {
        while let slot = deadlines.popExpired(at: network.now) {
            if connections[slot].isIdle {
                release(slot)
            } else {
                end(slot, because: .timedOut(whatIsAwaited(slot)))
            }
        }
    }

    mutating func list(_ slot: ConnectionSlot) {
        guard !connections[slot].isListed else { return }
        connections[slot].isListed = true
        listed.append(slot)
    }

    /// Calls the run off: nobody has ever answered.
    mutating func callOff(because trouble: Trouble) {
        unreachable = trouble
        stop()
    }
}
