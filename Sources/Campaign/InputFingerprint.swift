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
        var reading = try FingerprintReading(input.path)
        while try reading.next(atMost: .max) {}
        self.init(
            name: input.name, path: input.path, bytes: reading.bytes,
            sha256: reading.digest.finishInHexadecimal())
    }

    /// Whether a file begins with all that this one was, and goes on with another line.
    package func isBeginning(of path: String) throws(FileFault) -> Bool {
        var reading = try FingerprintReading(path)
        while reading.bytes < bytes, try reading.next(atMost: bytes - reading.bytes) {}
        guard reading.bytes == bytes else { return false }
        let lineEnds: Set<UInt8?> = [UInt8(ascii: "\n"), UInt8(ascii: "\r"), nil]
        let following = try reading.following()
        guard lineEnds.contains(reading.last) || lineEnds.contains(following) else { return false }
        return reading.digest.finishInHexadecimal() == sha256
    }
}

/// A file on its way into a digest.
private struct FingerprintReading: ~Copyable {
    var digest: ContentDigest
    private(set) var bytes: Int64 = 0
    /// The last byte that was read into the digest.
    private(set) var last: UInt8?
    private let file: InputFile
    /// What of the last chunk was too much.
    private var rest = Data()

    init(_ path: String) throws(FileFault) {
        guard let algorithm = DigestAlgorithm() else {
            throw FileFault(
                file: path, what: "the OpenSSL of this machine has no SHA-256",
                fix: "check its configuration: openssl dgst -sha256 FILE must work")
        }
        file = try InputFile(path: path, shownAs: path)
        digest = ContentDigest(algorithm)
        digest.begin()
    }

    /// Reads on; false at the end of the file.
    mutating func next(atMost count: Int64) throws(FileFault) -> Bool {
        guard case .bytes(let chunk) = try file.nextChunk() else { return false }
        let taken = chunk.prefix(Int(clamping: count))
        digest.read(taken.span)
        bytes += Int64(taken.count)
        last = taken.last
        rest = chunk.dropFirst(taken.count)
        return true
    }

    /// The byte behind those read into the digest; nil at the end of the file.
    mutating func following() throws(FileFault) -> UInt8? {
        if let first = rest.first { return first }
        guard case .bytes(let chunk) = try file.nextChunk() else { return nil }
        return chunk.first
    }
}
