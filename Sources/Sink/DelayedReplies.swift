internal import Primitives

/// Replies that a worker holds back, in the order in which they become due.
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

    /// Costs little when the group is due behind most of the others.
    mutating func insert(_ group: Group) {
        var place = groups.count
        while place > first && groups[place - 1].due > group.due { place -= 1 }
        groups.insert(group, at: place)
    }

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
