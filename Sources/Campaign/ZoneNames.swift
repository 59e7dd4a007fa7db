import Foundation
import Pacing
import Primitives

/// Time zones by their names in the IANA's database, as the system knows them.
package enum ZoneNames {
    private static let longestName = 64
    /// The changes of offset that are told: those from 2020 to 2060.
    private static let years: ClosedRange<TimeInterval> = 1_577_836_800...2_840_140_800

    /// How far a zone is from UTC, and when that changes; nil for a name that no zone has.
    package static func offsets(of name: Span<UInt8>) -> ZoneOffsets? {
        guard (1...longestName).contains(name.count), isPlain(name) else { return nil }
        let text = String(decoding: name.indices.map { name[$0] }, as: UTF8.self)
        guard let zone = TimeZone(identifier: text) else { return nil }
        return offsets(of: zone)
    }

    private static func offsets(of zone: TimeZone) -> ZoneOffsets {
        var time: Date = .init(timeIntervalSince1970: years.lowerBound)
        let first = Int32(clamping: zone.secondsFromGMT(for: time))
        var transitions: [ZoneOffsets.Transition] = []
        while let next = zone.nextDaylightSavingTimeTransition(after: time), next > time,
            next.timeIntervalSince1970 <= years.upperBound
        {
            time = next
            transitions.append(
                ZoneOffsets.Transition(
                    unixSecond: Int64(time.timeIntervalSince1970.rounded()),
                    offsetSeconds: Int32(clamping: zone.secondsFromGMT(for: time))))
        }
        return ZoneOffsets(offsetSeconds: first, transitions: transitions)
    }

    /// Names of areas and places: `America/Argentina/Buenos_Aires`, `Etc/GMT+5`, `UTC`.
    private static func isPlain(_ name: Span<UInt8>) -> Bool {
        for index in name.indices {
            let byte = name[index]
            let isLetter = (0x41...0x5A).contains(byte & 0xDF)
            let isDigit = (0x30...0x39).contains(byte)
            guard isLetter || isDigit || byte == 0x2F || byte == 0x5F || byte == 0x2D || byte == 0x2B else {
                return false
            }
        }
        return true
    }
}

/// Which texts are the names of zones, so that each is looked up once.
struct ZoneMemory: ~Copyable, Sendable {
    private let seed: UInt64
    private var good = FingerprintSet()
    private var bad = FingerprintSet()

    /// - Parameter seed: not predictable by who wrote the list.
    init(seed: UInt64) { self.seed = seed }

    func fingerprint(of name: Span<UInt8>) -> Fingerprint { Fingerprint(of: name, seed: seed) }

    /// Nil for a text that was not looked up.
    func isZone(_ name: Fingerprint) -> Bool? {
        if good.contains(name) { return true }
        return bad.contains(name) ? false : nil
    }

    mutating func note(_ name: Fingerprint, isZone: Bool) {
        _ = isZone ? good.insert(name) : bad.insert(name)
    }
}
