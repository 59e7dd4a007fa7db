import Digest
import Foundation

/// A file that decides what is sent to whom.
struct CampaignInput: Hashable, Sendable {
    /// `manifest`, `html`, `text` or `recipients`.
    var name: String
    /// `-` is standard input.
    var path: String
}

/// What tells whether a file of a campaign is still the same.
package struct InputFingerprint: Hashable, Sendable {
    /// `manifest`, `html`, `text` or `recipients`.
    package var name: String
    package var path: String
    package var bytes: Int64
    /// In hexadecimal, lower case.
    package var sha256: String

    package init(name: String, path: String, bytes: Int64, sha256: String) {
        self.name = name
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// Reads the whole file.
    init(of input: CampaignInput) throws(FileFault) {
        guard let algorithm = DigestAlgorithm() else {
            throw FileFault(
                file: input.path, what: "the OpenSSL of this machine has no SHA-256",
                fix: "check its configuration: openssl dgst -sha256 FILE must work")
        }
        let file = try InputFile(path: input.path, shownAs: input.path)
        var digest = ContentDigest(algorithm)
        var bytes: Int64 = 0
        digest.begin()
        while case .bytes(let chunk) = try file.nextChunk() {
            digest.read(chunk.span)
            bytes += Int64(chunk.count)
        }
        self.init(name: input.name, path: input.path, bytes: bytes, sha256: digest.finishInHexadecimal())
    }
}
