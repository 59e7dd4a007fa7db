import Primitives
import Uring

/// A send that was written and not submitted, besides its output buffer.
struct ParkedSend {
    /// Bytes in the output buffer.
    var written: Int
    /// These and the pieces between them.
    var total: Int
}

/// The sends of one worker that wait for their intents to be durable, in the order in which they were written.
///
/// Its memory is used again: once every session has parked a send, none is allocated.
struct Parking {
    struct Place {
        var slot: ConnectionSlot
        /// What must be durable first: the intents of the send.
        var number: UInt64
    }

    /// Those that needed not wait when they came: they stay behind nobody.
    private var due = ArrivalQueue<Place>()
    private var places = ArrivalQueue<Place>()
    /// Of each slot: what its parked send consists of, when that is more than its output buffer.
    var pieces: [[MemoryPiece]]

    /// - Parameter slots: 0 when nothing will ever be parked.
    init(slots: Int) {
        pieces = [[MemoryPiece]](repeating: [], count: slots)
    }

    /// - Parameter durable: what is durable already.
    mutating func append(_ slot: ConnectionSlot, until number: UInt64, durable: UInt64) {
        let place = Place(slot: slot, number: number)
        if number <= durable { due.append(place) } else { places.append(place) }
    }

    /// Takes out the first send if its number is at most `durable`.
    mutating func removeFirst(durable: UInt64) -> Place? {
        if let place = due.removeFirst() { return place }
        guard let place = places.first, place.number <= durable else { return nil }
        return places.removeFirst()
    }

    /// The send of this slot waits no longer.
    mutating func remove(_ slot: ConnectionSlot) {
        due.removeAll { $0.slot == slot }
        places.removeAll { $0.slot == slot }
    }

    mutating func removeAll() {
        due.removeAll()
        places.removeAll()
    }
}

/// When things happened to the open messages of a worker's sessions: kept only where a journal wants to know.
struct OpenMessages {
    struct Facts {
        var envelopeWritten = Instant.zero
        /// When its end was submitted; zero while it was not.
        var contentWritten = Instant.zero
        /// What must be durable before its end may be submitted.
        var intent: UInt64 = 0
    }

    private static let most = 32
    private var facts: [Facts]

    /// - Parameter slots: 0 when nothing will ever be kept.
    init(slots: Int) {
        facts = [Facts](repeating: Facts(), count: slots * OpenMessages.most)
    }

    /// - Parameter message: counted from the first of the session; only the latest 32 are known.
    subscript(slot: ConnectionSlot, message: Int) -> Facts {
        get { facts[slot * OpenMessages.most + message % OpenMessages.most] }
        set { facts[slot * OpenMessages.most + message % OpenMessages.most] = newValue }
    }
}
