import Sink

@testable import Sink

/// SHA-256 of what a test has composed.
enum Checksum {
    static func sha256(_ bytes: [UInt8]) -> String? {
        guard let algorithm = DigestAlgorithm() else { return nil }
        var digest = ContentDigest(algorithm)
        digest.begin()
        digest.read(bytes.span)
        let sum = digest.finish()
        let digits = Array("0123456789abcdef".utf8)
        let text = sum.indices.flatMap { [digits[Int(sum[$0] >> 4)], digits[Int(sum[$0] & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
