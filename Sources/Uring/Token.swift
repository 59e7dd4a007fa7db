/// What a request carries into the ring and its completion brings back: 64 bits, free for the caller's use.
///
/// The usual packing is an operation (8 bits), a generation (24 bits) that tells a late completion of a
/// slot's former user from one of its present user, and a slot (32 bits).
package struct Token: Hashable, Sendable {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameter generation: only the lower 24 bits are kept.
    package init(operation: UInt8, generation: UInt32 = 0, slot: UInt32) {
        rawValue = UInt64(operation) << 56 | UInt64(generation & Token.lastGeneration) << 32 | UInt64(slot)
    }

    package static let lastGeneration: UInt32 = 0xFF_FFFF

    package var operation: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 56) }
    package var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & Token.lastGeneration }
    package var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}

/// One entry of the completion queue as the kernel wrote it.
package struct RawCompletion: Sendable {
    package var token: Token
    /// The result of the system call: zero or more, or a negated errno.
    package var result: Int32
    /// The `IORING_CQE_F_…` bits.
    package var flags: UInt32

    /// Whether a multishot request lives on; when false it has ended and must be armed again.
    package var hasMore: Bool { flags & (1 << 1) != 0 }

    /// The provided buffer that holds the bytes, if the kernel took one.
    package var bufferID: UInt16? {
        flags & (1 << 0) != 0 ? UInt16(truncatingIfNeeded: flags >> 16) : nil
    }
}
