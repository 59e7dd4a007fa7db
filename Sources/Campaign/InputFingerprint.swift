import Digest
import Foundation

/// A file that decides what is sent to whom.
struct CampaignInput: Hashable, Sendable {
    var role: InputFingerprint.Role
    /// `-` is standard input.
    var path: String
}

/// What tells whether a file of a campaign is still the same.
package struct InputFingerprint: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable, CaseIterable {
        case manifest
        case html
        case text
        case recipients
    }

    package var role: Role
    package var path: String
    package var byteCount: Int
    /// In hexadecimal, lower case.
    package var sha256: String

    package init(role: Role, path: String, byteCount: Int, sha256: String) {
        self.role = role
        self.path = path
        self.byteCount = byteCount
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
        var byteCount = 0
        digest.begin()
        while case .bytes(let chunk) = try file.nextChunk() {
            digest.read(chunk.span)
            byteCount += chunk.count
        }
        self.init(role: input.role, path: input.path, byteCount: byteCount, sha256: digest.finishInHexadecimal())
    }
}
