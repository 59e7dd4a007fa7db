internal import Glibc
import Testing
import Uring

/// An SMTP client that blocks: to be used on a thread of its own.
final class Client {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    /// - Parameter source: the last byte of the address on 127.0.0.0/24 that it comes from.
    init(port: UInt16, source: UInt8 = 1) throws {
        let here = SocketAddress(ipv4: UInt32(0x7F00_0000 | UInt32(source)).bigEndian, port: 0)
        descriptor = try StreamSocket.open(for: here, from: here)
        var there = sockaddr_in()
        there.sin_family = sa_family_t(AF_INET)
        there.sin_port = port.bigEndian
        there.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = unsafe withUnsafeBytes(of: &there) { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) { native in
                unsafe connect(descriptor, native.baseAddress, socklen_t(bytes.count))
            }
        }
        try #require(status == 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { StreamSocket.close(descriptor) }

    var port: UInt16 { StreamSocket.localAddress(of: descriptor)?.port ?? 0 }

    func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = send(rest)
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends `line` over and over until the socket takes nothing for half a second, or `limit` bytes are sent.
    func sendUntilStuck(_ line: String, limit: Int) -> Int {
        var wait = timeval(tv_sec: 0, tv_usec: 500_000)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        let lines = Array(String(repeating: line, count: 10_000).utf8)
        var sent = 0
        while sent < limit {
            let count = send(lines[(sent % line.utf8.count)...])
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Reads so many bytes; false when the server closes before.
    func skip(_ count: Int) -> Bool {
        var rest = count - unread.count
        unread = []
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        while rest > 0 {
            let count = receive(&bytes, min(rest, bytes.count))
            guard count > 0 else { return false }
            rest -= count
        }
        return true
    }

    private func receive(_ bytes: inout [UInt8], _ limit: Int) -> Int {
        while true {
            let count = unsafe recv(descriptor, &bytes, limit, 0)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private func send(_ bytes: ArraySlice<UInt8>) -> Int {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// The next reply, all its lines in one, without line ends; `EOF` when the server has closed.
    func reply() -> String {
        var lines: [String] = []
        while let line = line() {
            lines.append(line)
            if line.utf8.dropFirst(3).first != UInt8(ascii: "-") { return lines.joined(separator: "|") }
        }
        return "EOF"
    }

    /// The codes of the next replies.
    func codes(_ count: Int) -> [String] {
        (0..<count).map { _ in String(reply().prefix(3)) }
    }

    func ask(_ text: String) -> String {
        send(text + "\r\n")
        return String(reply().prefix(3))
    }

    /// Greets and is greeted.
    func hello() -> String {
        _ = reply()
        send("EHLO client.example\r\n")
        return reply()
    }

    /// Reads nothing more, and tells the server that nothing more will come.
    func finish() { StreamSocket.finishSending(descriptor) }

    private func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                let line = unread[..<end].dropLast()
                unread.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = receive(&bytes, bytes.count)
            guard count > 0 else { return nil }
            unread += bytes[..<count]
        }
    }
}

/// Runs blocking work on a thread of its own, so that no thread of the tests is held up.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do throws(SystemFault) {
            _ = try NativeThread.start { continuation.resume(with: Swift.Result { try work() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
