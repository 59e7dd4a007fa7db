/// How often each reply came: at most 512 different ones, whatever servers send.
///
/// Memory is fixed at the start. The same reply as last time, by far the most common case, is one comparison.
package struct ReplyTable: Sendable {
    package static let limit = 512
    private static let slotCount = 1_024

    private var slots = [Slot](repeating: Slot(key: .free, count: 0), count: ReplyTable.slotCount)
    private var lastSlot = 0
    package private(set) var distinct = 0
    /// Replies that no longer found a place in the table.
    package private(set) var others = 0

    package init() {}

    /// - Parameter enhanced: packed by `PackedEnhancedCode.packed`; nil when the reply had none.
    package mutating func record(code: UInt16, enhanced: UInt32?, count: Int = 1) {
        let key = Key(code: code, enhanced: enhanced)
        if slots[lastSlot].key == key {
            slots[lastSlot].count += count
        } else {
            add(count, of: key)
        }
    }

    package mutating func merge(_ other: ReplyTable) {
        for slot in other.slots where slot.key != .free { add(slot.count, of: slot.key) }
        others += other.others
    }

    /// All replies counted in the table, the most frequent first, then by code.
    package var entries: [Entry] {
        slots.filter { $0.key != .free }
            .sorted { ($1.count, $0.key.value) < ($0.count, $1.key.value) }
            .map { Entry(code: $0.key.code, enhanced: $0.key.enhanced, count: $0.count) }
    }

    /// One reply and how often it came.
    package struct Entry: Hashable, Sendable {
        package var code: UInt16
        package var enhanced: UInt32?
        package var count: Int
    }

    private mutating func add(_ count: Int, of key: Key) {
        let index = place(of: key)
        if slots[index].key == .free {
            guard distinct < ReplyTable.limit else { return others += count }
            slots[index].key = key
            distinct += 1
        }
        slots[index].count += count
        lastSlot = index
    }

    /// The slot that holds the key, or the free one where it belongs. Half of the slots are always free.
    private func place(of key: Key) -> Int {
        let mask = ReplyTable.slotCount - 1
        var index = Int(truncatingIfNeeded: (key.value &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
        while slots[index].key != .free && slots[index].key != key { index = (index + 1) & mask }
        return index
    }

    private struct Slot: Sendable {
        var key: Key
        var count: Int
    }

    /// A reply as one number: the code above, then one bit for "has an enhanced code", then that code.
    private struct Key: Hashable, Sendable {
        var value: UInt64

        static let free = Key(value: .max)

        init(value: UInt64) { self.value = value }

        init(code: UInt16, enhanced: UInt32?) {
            value = UInt64(code) << 40
            if let enhanced { value |= 1 << 32 | UInt64(enhanced) }
        }

        var code: UInt16 { UInt16(truncatingIfNeeded: value >> 40) }

        var enhanced: UInt32? {
            value & 1 << 32 == 0 ? nil : UInt32(truncatingIfNeeded: value)
        }
    }
}

/// An enhanced status code (RFC 3463), packed into one number: class, subject and detail, 10 bits each.
package enum PackedEnhancedCode {
    /// Each part is at most 999, as the RFC has it; what is more counts as 999.
    package static func packed(class: Int, subject: Int, detail: Int) -> UInt32 {
        bounded(`class`) << 20 | bounded(subject) << 10 | bounded(detail)
    }

    /// The code as replies write it: `5.1.1`.
    package static func text(_ packed: UInt32) -> String {
        "\(packed >> 20).\(packed >> 10 & 0x3FF).\(packed & 0x3FF)"
    }

    private static func bounded(_ part: Int) -> UInt32 { UInt32(min(max(part, 0), 999)) }
}
