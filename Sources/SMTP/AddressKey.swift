import Primitives

/// What two spellings of one address have in common: the domain in lower case and the local part.
///
/// Compared on bytes: only a receiver knows whether its local parts differ by case (RFC 5321 2.4), so the exact
/// local part tells recipients apart, while a list of people who want no mail folds it as well.
package struct AddressKey {
    private var storage = InlineArray<256, UInt8>(repeating: 0)
    private var count = 0

    /// The key of a checked address.
    ///
    /// - Parameters:
    ///   - atSign: as `Address.check` gave it.
    ///   - foldingLocalPart: also put the local part in lower case: matches more than the exact key.
    package init(_ address: Span<UInt8>, atSign: Int, foldingLocalPart: Bool = false) {
        precondition(address.count <= Address.longestAddress, "only a checked address has a key")
        for index in address.indices {
            let byte = address[index]
            storage[index] = index > atSign || foldingLocalPart ? byte | lowerCaseBit(byte) : byte
        }
        count = address.count
    }

    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { storage.span.extracting(0..<count) }
    }

    package func fingerprint(seed: UInt64) -> Fingerprint {
        Fingerprint(of: bytes, seed: seed)
    }
}

extension Address {
    /// Appends the key of a checked address: `AddressKey` without the detour.
    package static func appendKey(
        _ address: Span<UInt8>, atSign: Int, foldingLocalPart: Bool = false, to writer: inout ByteWriter
    ) {
        for index in address.indices {
            let byte = address[index]
            writer.append(index > atSign || foldingLocalPart ? byte | lowerCaseBit(byte) : byte)
        }
    }
}

/// The bit that turns an ASCII capital into its small letter; 0 for every other byte.
func lowerCaseBit(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? 0x20 : 0
}
