import Primitives
import Uring

/// When things happened to the open messages of a worker's sessions: kept only where a journal wants to know.
struct OpenMessages {
    struct Facts {
        var envelopeWritten = Instant.zero
        /// Zero while it was not.
        var contentWritten = Instant.zero
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
