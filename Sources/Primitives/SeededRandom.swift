/// A small fast generator (xoshiro256**) that always gives the same numbers for the same seed.
///
/// Pure rooms take it as `inout`: a run is repeatable when its seed is known. Not for secrets.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    public init(seed: UInt64) {
        var stream = seed
        state = (
            SeededRandom.splitMix(&stream), SeededRandom.splitMix(&stream), SeededRandom.splitMix(&stream),
            SeededRandom.splitMix(&stream)
        )
    }

    /// SplitMix64: spreads a small seed over 256 bits of state, as the authors of xoshiro advise.
    private static func splitMix(_ stream: inout UInt64) -> UInt64 {
        stream &+= 0x9E37_79B9_7F4A_7C15
        var mixed = stream
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    public mutating func next() -> UInt64 {
        let result = rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, by: 45)
        return result
    }

    /// True once in `count` draws on average; never for 0.
    public mutating func oneIn(_ count: Int) -> Bool {
        count > 0 && Int.random(in: 0..<count, using: &self) == 0
    }

    private func rotated(_ value: UInt64, by bits: UInt64) -> UInt64 {
        (value << bits) | (value >> (64 - bits))
    }
}
