internal import Primitives

/// Replies that a worker holds back, in the order in which they become due: all wait equally long.
struct DelayedReplies {
    struct Group {
        var due: Instant
        var slot: Int
        /// The session that the replies belong to: the slot may have gone to another since.
        var session: UInt64
        var byteCount: Int
    }

    private var groups: [Group] = []
    private var first = 0

    /// When the next group is due; `never` when there is none.
    var earliest: Instant { first < groups.count ? groups[first].due : .never }

    /// - Parameter group: due no earlier than all before it.
    mutating func append(_ group: Group) { groups.append(group) }

    mutating func popDue(at now: Instant) -> Group? {
        guard first < groups.count, groups[first].due <= now else { return nil }
        let group = groups[first]
        first += 1
        // Each group is moved once at most for each that has left.
        if first * 2 >= groups.count {
            groups.removeFirst(first)
            first = 0
        }
        return group
    }
}
