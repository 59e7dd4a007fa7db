internal import Glibc

/// A socket in the file system, by which processes of one user on one machine ask each other for something: one line
/// there, one line back. Not for a worker's thread: every call may block for a little while.
package final class LocalSocket: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    /// Listens at `name` in `directory`; a socket that another process left there is removed first.
    ///
    /// The path may be longer than a socket's address can be. Only the user may connect.
    package static func listen(_ name: String, in directory: String) throws(SystemFault) -> LocalSocket {
        let place = try Place(name, in: directory)
        _ = unsafe unlink(place.path)
        let listener = LocalSocket(try open())
        try place.check(unsafe place.withAddress { unsafe bind(listener.descriptor, $0, $1) }, "listen at \(name)")
        guard unsafe chmod(place.path, 0o600) == 0 else { throw SystemFault("protect \(name)") }
        guard Glibc.listen(listener.descriptor, 16) == 0 else { throw SystemFault("listen at \(name)") }
        return listener
    }

    /// Connects to who listens at `name` in `directory`; nil when nobody does.
    package static func connect(_ name: String, in directory: String) throws(SystemFault) -> LocalSocket? {
        let place = try Place(name, in: directory)
        let socket = LocalSocket(try open())
        let status = unsafe place.withAddress { unsafe Glibc.connect(socket.descriptor, $0, $1) }
        if status != 0 && (errno == ENOENT || errno == ECONNREFUSED) { return nil }
        try place.check(status, "connect to \(name)")
        return socket
    }

    /// The next who connects; nil when nobody has within `milliseconds`.
    package func accept(within milliseconds: Int32) -> LocalSocket? {
        guard isReady(within: milliseconds) else { return nil }
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return LocalSocket(accepted)
    }

    /// One line without its end; nil when none of at most `longest` bytes has come within `milliseconds`.
    package func readLine(longest: Int = 1_048_576, within milliseconds: Int32) -> [UInt8]? {
        var line: [UInt8] = []
        while line.count <= longest, isReady(within: milliseconds) {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = unsafe read(descriptor, &bytes, bytes.count)
            guard count > 0 else { return nil }
            let end = bytes[..<count].firstIndex(of: UInt8(ascii: "\n"))
            line += bytes[..<(end ?? count)]
            if end != nil { return line.count <= longest ? line : nil }
        }
        return nil
    }

    /// Writes a line and its end; false when the other side is gone.
    package func write(line: [UInt8]) -> Bool {
        let bytes = line + [UInt8(ascii: "\n")]
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe send(
                    descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private func isReady(within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, milliseconds) > 0
    }

    private static func open() throws(SystemFault) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFault("open a socket") }
        return descriptor
    }
}

/// Where a socket stands. An address holds 107 bytes of path; the directory is therefore named by a descriptor.
private struct Place: ~Copyable {
    private let directory: Int32
    let path: String

    init(_ name: String, in directory: String) throws(SystemFault) {
        self.directory = unsafe open(directory, O_DIRECTORY | O_CLOEXEC)
        path = "/proc/self/fd/\(self.directory)/\(name)"
        guard self.directory >= 0 else { throw SystemFault("open \(directory)") }
        precondition(path.utf8.count < 108, "the name of a socket is short")
    }

    deinit { _ = close(directory) }

    func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { native in
                unsafe body(native, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    func check(_ status: Int32, _ attempt: String) throws(SystemFault) {
        guard status == 0 else { throw SystemFault(attempt) }
    }
}
