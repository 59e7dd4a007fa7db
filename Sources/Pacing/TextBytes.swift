/// What the parsers of this room ask of bytes. All compare without regard to the case of ASCII letters.

func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

/// Whether an ASCII word in lower case stands at a place of the bytes.
func begins(_ bytes: Span<UInt8>, with word: StaticString, at start: Int) -> Bool {
    let letters = Array(word.description.utf8)
    guard start >= 0 && letters.count <= bytes.count - start else { return false }
    for index in letters.indices where lowercased(bytes[start + index]) != letters[index] { return false }
    return true
}

func equals(_ bytes: Span<UInt8>, _ word: StaticString) -> Bool {
    bytes.count == word.utf8CodeUnitCount && begins(bytes, with: word, at: 0)
}
