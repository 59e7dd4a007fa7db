import Foundation
import Glibc

/// Reads what may be silent for long, like a pipe, without being held by it.
enum StreamInput {
    private static let milliseconds: Int32 = 100

    /// What has come, up to `count` bytes, without waiting for more than that; waits a tenth of a second for it.
    ///
    /// - Throws: what the system says, as Foundation puts it.
    static func read(_ descriptor: Int32, upTo count: Int) throws -> InputChunk {
        guard hasSomething(descriptor) else { return .nothingYet }
        var bytes = Data(count: count)
        let taken = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, count) }
        if taken < 0 && (errno == EINTR || errno == EAGAIN) { return .nothingYet }
        guard taken >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        return taken == 0 ? .ended : .bytes(bytes.prefix(taken))
    }

    /// Whether reading gives something at once, be it the end or a fault.
    private static func hasSomething(_ descriptor: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = unsafe poll(&request, 1, milliseconds)
        return count > 0 || (count < 0 && errno != EINTR)
    }
}
