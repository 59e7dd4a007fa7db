internal import COpenSSL

/// SHA-256 as OpenSSL has it, looked up once: each look-up by name costs more than hashing a short message.
@safe
package final class DigestAlgorithm: @unchecked Sendable {
    /// Constant and counted inside OpenSSL with atomics, so threads may share it.
    fileprivate let method: OpaquePointer

    /// Nil when this OpenSSL has no SHA-256.
    package init?() {
        guard let method = unsafe EVP_MD_fetch(nil, "SHA2-256", nil) else { return nil }
        unsafe self.method = method
    }

    deinit { unsafe EVP_MD_free(method) }
}

/// The SHA-256 of one message after the other. OpenSSL 3.0 makes its state of 112 bytes anew for each; nothing
/// else is allocated.
@safe
package struct ContentDigest: ~Copyable {
    package static let byteCount = 32

    private let algorithm: DigestAlgorithm
    private let context: OpaquePointer

    package init(_ algorithm: DigestAlgorithm) {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        self.algorithm = algorithm
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Starts with a new message.
    package mutating func begin() {
        let status = unsafe EVP_DigestInit_ex2(context, algorithm.method, nil)
        precondition(status == 1, "OpenSSL starts a SHA-256 that it has")
    }

    package mutating func read(_ content: Span<UInt8>) {
        let status = unsafe content.withUnsafeBytes { bytes in
            unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
        precondition(status == 1, "OpenSSL reads into a SHA-256 that was begun")
    }

    /// The digest of all that was read since `begin`, which must come before the next message.
    package mutating func finish() -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var span = digest.mutableSpan
        let status = unsafe span.withUnsafeMutableBufferPointer { bytes in
            unsafe EVP_DigestFinal_ex(context, bytes.baseAddress, nil)
        }
        precondition(status == 1, "OpenSSL ends a SHA-256 that was begun")
        return digest
    }

    /// The digest as people and other tools write it: 64 digits, in lower case. As `finish`.
    package mutating func finishInHexadecimal() -> String {
        let digest = finish()
        let digits = Array("0123456789abcdef".utf8)
        let text = digest.indices.flatMap { [digits[Int(digest[$0] >> 4)], digits[Int(digest[$0] & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
