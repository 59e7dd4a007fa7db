import Engine
import Pacing
import Primitives
import SMTP
import Uring

/// Something that will happen in the simulated network.
enum Happening {
    case accepted(SimulatedConnection)
    case connectFailed(SimulatedConnection, NetworkFault)
    /// The network takes the next bytes of a send.
    case take(SimulatedConnection)
    case sendFailed(SimulatedConnection)
    /// Bytes arrive at the receiver; `repliesSeen` of the send that they belong to.
    case arrive(SimulatedConnection, [UInt8], repliesSeen: Int)
    /// Bytes arrive at the worker.
    case deliver(SimulatedConnection, [UInt8])
    case ended(SimulatedConnection, NetworkFault?)
    /// The receiver learns that the client has closed.
    case clientGone(SimulatedConnection)
    case closed(SimulatedConnection)
    /// The worker's journal has written what it was writing.
    case journalIsWritten
    /// The receiver loses patience if nothing has arrived since.
    case idle(SimulatedConnection, arrivals: Int)
}

extension SimulatedNetwork {
    mutating func happen(_ happening: Happening) {
        switch happening {
        case .accepted(let connection): accept(connection)
        case .connectFailed(let connection, let fault): report(.connectFailed(connection, fault))
        case .take(let connection): take(connection)
        case .sendFailed(let connection): report(.sendFailed(connection, .reset))
        case .arrive(let connection, let bytes, let repliesSeen): arrive(connection, bytes, repliesSeen)
        case .deliver(let connection, let bytes):
            if !connection.isStalled && !connection.losesReplies { report(.received(connection, bytes)) }
        case .ended(let connection, let fault):
            if !connection.isStalled { report(.ended(connection, fault)) }
        case .clientGone(let connection): connection.isReading = false
        case .closed(let connection): report(.closed(connection))
        case .idle(let connection, let arrivals): losePatience(connection, arrivals)
        case .journalIsWritten: advanceJournal()
        }
    }

    /// Has the journal go on when its time comes: the worker is woken then, as by a thread that writes.
    mutating func followJournal() {
        guard let time = journal?.nextCommit, time < journalDue else { return }
        journalDue = time
        queue.schedule(.journalIsWritten, at: time)
    }

    private mutating func advanceJournal() {
        journalDue = .never
        guard let journal, journal.advance(to: now) else { return }
        report(.woken)
        followJournal()
    }

    /// How long bytes of this connection travel this time.
    mutating func travelTime(_ connection: SimulatedConnection) -> Interval {
        random.interval(upTo: connection.faults.latency)
    }

    private mutating func soon(_ happening: Happening, _ connection: SimulatedConnection) {
        queue.schedule(happening, at: now + travelTime(connection))
    }
}

// Connecting and closing.
extension SimulatedNetwork {
    mutating func open(
        _ slot: ConnectionSlot, _ receiver: Int?, _ source: SocketAddress?
    ) -> SimulatedConnection {
        let faults = faults(of: receiver)
        var offer = receiver.map { receivers[$0].offer } ?? .init()
        if random.chance(faults.withoutPipelining) { offer.pipelining = false }
        if random.chance(faults.withoutChunking) { offer.chunking = false }
        if random.chance(faults.dataWithoutRecipients) { offer.answersDataWithoutRecipients = true }
        let connection = SimulatedConnection(
            number: connectionCount, slot: slot, receiver: receiver ?? -1, source: source, offer: offer,
            faults: faults)
        connectionCount += 1
        connection.isSlow = random.chance(faults.slowReplies)
        connection.hasSmallWindow = random.chance(faults.smallWindow)
        connection.refusesExtendedHello = random.chance(faults.extendedHelloRefused)
        if receiver == nil || random.chance(faults.connectionRefused) {
            soon(.connectFailed(connection, .refused), connection)
        } else if random.chance(faults.connectionTimesOut) {
            let patience = Interval.seconds(Int64.random(in: 127...180, using: &random))
            queue.schedule(.connectFailed(connection, .timedOut), at: now + patience)
        } else {
            soon(.accepted(connection), connection)
        }
        return connection
    }

    private func faults(of receiver: Int?) -> FaultPlan {
        guard let receiver else { return .none }
        let plan = receivers[receiver].faults ?? faults
        return now < healing ? plan : plan.healed
    }

    private mutating func accept(_ connection: SimulatedConnection) {
        guard connection.isReporting else { return }
        report(.connected(connection))
        connection.isReading = true
        count(connection)
        greet(connection)
    }

    private mutating func count(_ connection: SimulatedConnection) {
        let receiver = connection.receiver
        connection.openRecord = records[receiver].connections.count
        records[receiver].connections.append((now, nil, connection.source))
        records[receiver].openConnections += 1
        records[receiver].mostConnections = max(
            records[receiver].mostConnections, records[receiver].openConnections)
        connection.isAdmitted = gates[receiver].admit(connection.source, at: now)
    }

    /// The worker closes. Bytes that the kernel had taken may still arrive; what it had not taken, may in part.
    mutating func giveUp(_ connection: SimulatedConnection) {
        if let sending = connection.sending, !sending.isReported, !connection.isBroken, !connection.isStalled {
            takeBytes(
                connection,
                count: Int.random(in: 0...sending.bytes.count - sending.takenCount, using: &random))
        }
        connection.client = .closing
        uncount(connection)
        // A kernel that closes with replies unread sends a reset, and the receiver may never read the rest.
        if connection.repliesSeen < connection.repliesWritten { connection.losesArrivals = random.oneIn(2) }
        queue.schedule(.clientGone(connection), at: arrivalTime(connection))
        soon(.closed(connection), connection)
    }

    mutating func uncount(_ connection: SimulatedConnection) {
        guard let place = connection.openRecord.take() else { return }
        records[connection.receiver].openConnections -= 1
        records[connection.receiver].connections[place].closed = now
        if connection.isAdmitted { gates[connection.receiver].leave(connection.source) }
    }

    /// The connection breaks: the worker learns it from a send, from its receiving, or from both in any order.
    mutating func breakDown(_ connection: SimulatedConnection) {
        connection.isReading = false
        connection.losesReplies = random.oneIn(2)
        uncount(connection)
        end(connection, .reset)
        failSends(connection)
    }

    mutating func failSends(_ connection: SimulatedConnection) {
        connection.isBroken = true
        guard let sending = connection.sending, !sending.isReported else { return }
        connection.sending?.isReported = true
        soon(.sendFailed(connection), connection)
    }

    /// Nothing more goes to the worker after what has been said so far.
    mutating func end(_ connection: SimulatedConnection, _ fault: NetworkFault?) {
        guard !connection.hasEnded else { return }
        connection.hasEnded = true
        queue.schedule(.ended(connection, fault), at: deliveryTime(connection))
    }
}

// Bytes to the receiver.
extension SimulatedNetwork {
    mutating func beginSending(_ connection: SimulatedConnection) {
        if connection.isBroken { failSends(connection) } else { soon(.take(connection), connection) }
    }

    private mutating func take(_ connection: SimulatedConnection) {
        guard connection.isReporting, !connection.isStalled else { return }
        guard let sending = connection.sending, !sending.isReported else { return }
        let left = sending.bytes.count - sending.takenCount
        takeBytes(connection, count: window(connection, left))
        if connection.sending?.takenCount == sending.bytes.count {
            connection.sending?.isReported = true
            report(.sent(connection))
        } else {
            soon(.take(connection), connection)
        }
    }

    private mutating func window(_ connection: SimulatedConnection, _ left: Int) -> Int {
        if connection.hasSmallWindow { return min(left, Int.random(in: 1...200, using: &random)) }
        return random.chance(connection.faults.splits) ? Int.random(in: 1...left, using: &random) : left
    }

    /// Reads the memory now, not when the send began: memory that is used again too early must be noticed.
    private mutating func takeBytes(_ connection: SimulatedConnection, count: Int) {
        guard let sending = connection.sending else { return }
        sending.checkMemory()
        var rest = sending.bytes[sending.takenCount..<sending.takenCount + count]
        connection.sending?.takenCount += count
        while !rest.isEmpty {
            let piece = rest.prefix(pieceCount(connection, rest.count))
            rest = rest.dropFirst(piece.count)
            let arrival = Happening.arrive(connection, Array(piece), repliesSeen: sending.repliesSeen)
            queue.schedule(arrival, at: arrivalTime(connection))
        }
    }

    private mutating func arrivalTime(_ connection: SimulatedConnection) -> Instant {
        connection.lastArrival = max(connection.lastArrival, now + travelTime(connection))
        return connection.lastArrival
    }

    private mutating func arrive(_ connection: SimulatedConnection, _ bytes: [UInt8], _ repliesSeen: Int) {
        connection.arrivals += 1
        guard !connection.losesArrivals, !connection.isStalled, !connection.isSilent else { return }
        // Whoever sends to a receiver that has closed is told so by a reset.
        guard connection.isReading else { return failSends(connection) }
        read(connection, bytes, repliesSeen)
    }
}

// Bytes to the worker.
extension SimulatedNetwork {
    mutating func say(_ connection: SimulatedConnection, _ bytes: some Collection<UInt8>) {
        guard !connection.hasEnded else { return }
        connection.repliesWritten += bytes.count
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(connection.isSlow ? 1 : pieceCount(connection, rest.count))
            rest = rest.dropFirst(piece.count)
            queue.schedule(.deliver(connection, Array(piece)), at: deliveryTime(connection))
        }
    }

    private mutating func deliveryTime(_ connection: SimulatedConnection) -> Instant {
        connection.lastDelivery = max(connection.lastDelivery, now + travelTime(connection))
        if connection.isSlow {
            connection.lastDelivery = connection.lastDelivery + random.interval(upTo: .seconds(4))
        }
        return connection.lastDelivery
    }

    private mutating func pieceCount(_ connection: SimulatedConnection, _ left: Int) -> Int {
        let most = min(left, SimulatedNetwork.longestPiece)
        return random.chance(connection.faults.splits) ? Int.random(in: 1...most, using: &random) : most
    }
}
