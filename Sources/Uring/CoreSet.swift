internal import CLiburing
internal import Glibc

/// Processor cores, by the kernel's numbers.
package struct CoreSet: Hashable, Sendable, CustomStringConvertible {
    /// The numbers that a set can hold: as many as the kernel's own.
    package static let numbers = 0..<8_192

    /// A bit for each core, those of the first 64 in the first word.
    private var words = [UInt64](repeating: 0, count: CoreSet.numbers.count / 64)

    package init(_ cores: some Sequence<Int> = []) {
        for core in cores { words[core / 64] |= 1 << UInt64(core % 64) }
    }

    /// Reads numbers and ranges: `2`, `0,2`, `4-7,9`; nil for anything else, and for a core that is named twice.
    package init?(_ text: String) {
        self.init()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(CoreSet.number)
            guard let first = ends[0], let last = ends.last ?? nil, first <= last else { return nil }
            for core in first...last {
                guard !contains(core) else { return nil }
                words[core / 64] |= 1 << UInt64(core % 64)
            }
        }
    }

    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int(digits),
            numbers.contains(number)
        else { return nil }
        return number
    }

    /// The cores that the calling thread may run on.
    package static var allowed: CoreSet {
        get throws(SystemFault) {
            var allowed = CoreSet()
            let bytes = allowed.words.count * 8
            let status = unsafe allowed.words.withUnsafeMutableBufferPointer { words in
                unsafe sluice_get_affinity(words.baseAddress, UInt(bytes))
            }
            guard status > 0 else { throw SystemFault("ask for this thread's cores", code: errno) }
            return allowed
        }
    }

    /// Has the calling thread, and those that it starts from now on, run on these cores only.
    package func take() throws(SystemFault) {
        let status = unsafe words.withUnsafeBufferPointer { words in
            unsafe sluice_set_affinity(words.baseAddress, UInt(words.count * 8))
        }
        guard status == 0 else { throw SystemFault("run on cores \(self)", code: errno) }
    }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    package func contains(_ core: Int) -> Bool {
        CoreSet.numbers.contains(core) && words[core / 64] & 1 << UInt64(core % 64) != 0
    }

    package func union(_ other: CoreSet) -> CoreSet {
        var both = self
        for index in words.indices { both.words[index] |= other.words[index] }
        return both
    }

    package func subtracting(_ other: CoreSet) -> CoreSet {
        var rest = self
        for index in words.indices { rest.words[index] &= ~other.words[index] }
        return rest
    }

    /// In ascending order.
    package var cores: [Int] { CoreSet.numbers.filter(contains) }

    /// As `init(_:)` reads it: ranges where there can be any.
    package var description: String {
        var ranges: [ClosedRange<Int>] = []
        for core in cores {
            if let last = ranges.last, last.upperBound == core - 1 {
                ranges[ranges.count - 1] = last.lowerBound...core
            } else {
                ranges.append(core...core)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
