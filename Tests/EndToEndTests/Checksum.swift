import Digest

/// SHA-256 of what a test has composed.
enum Checksum {
    static func sha256(_ bytes: [UInt8]) -> String? {
        guard let algorithm = DigestAlgorithm() else { return nil }
        var digest = ContentDigest(algorithm)
        digest.begin()
        digest.read(bytes.span)
        return digest.finishInHexadecimal()
    }
}
