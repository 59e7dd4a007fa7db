import Primitives
import SMTP

/// Who must not get mail: addresses, and whole domains written as `@domain`.
///
/// Compared in lower case on both sides of the `@`: better one letter too few than one to somebody who said no.
/// Holds fingerprints only, 20 to 40 bytes an entry.
package struct SuppressionList: ~Copyable, Sendable {
    private let seed: UInt64
    private var addresses = FingerprintSet()
    private var domains = FingerprintSet()

    /// - Parameter seed: keys the fingerprints.
    package init(seed: UInt64) {
        self.seed = seed
    }

    /// The number of different entries.
    package var count: Int { addresses.count + domains.count }

    /// - Parameters:
    ///   - address: a checked address.
    ///   - atSign: as `Address.check` gave it.
    package func contains(_ address: Span<UInt8>, atSign: Int) -> Bool {
        guard count > 0 else { return false }
        let key = AddressKey(address, atSign: atSign, foldingLocalPart: true)
        if addresses.contains(key.fingerprint(seed: seed)) { return true }
        guard domains.count > 0 else { return false }
        let domain = key.bytes.extracting((atSign + 1)..<key.bytes.count)
        return domains.contains(Fingerprint(of: domain, seed: seed))
    }

    /// Adds one entry, `local@domain` or `@domain`; gives the reason when it is neither.
    package mutating func insert(_ entry: Span<UInt8>) -> AddressProblem? {
        if entry.count > 1 && entry[0] == UInt8(ascii: "@") { return insertDomain(entry) }
        switch Address.check(entry) {
        case .invalid(let problem): return problem
        case .valid(let atSign):
            let key = AddressKey(entry, atSign: atSign, foldingLocalPart: true)
            _ = addresses.insert(key.fingerprint(seed: seed))
            return nil
        }
    }

    private mutating func insertDomain(_ entry: Span<UInt8>) -> AddressProblem? {
        // Any local part will do to have the domain checked by the one rule there is.
        var probe: [UInt8] = [UInt8(ascii: "x")]
        for index in entry.indices { probe.append(entry[index]) }
        switch Address.check(probe.span) {
        case .invalid(let problem): return problem
        case .valid(let atSign):
            let key = AddressKey(probe.span, atSign: atSign)
            let domain = key.bytes.extracting((atSign + 1)..<key.bytes.count)
            _ = domains.insert(Fingerprint(of: domain, seed: seed))
            return nil
        }
    }
}
