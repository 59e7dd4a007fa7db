internal import Glibc
internal import Uring

/// The file that names every accepted message, one JSON object a line, shared by all workers.
///
/// A line is in the file before the 250 of its message is handed to the kernel: whoever reads the reply finds
/// the line. The file is opened for appending, so workers write whole lines without a lock. It is not synced:
/// the lines survive the process, not the machine.
final class AcceptanceLog: Sendable {
    private let path: String
    private let descriptor: Int32

    init(path: String) throws(SinkFault) {
        self.path = path
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw SinkFault.log(path: path, SystemFault("open the log")) }
        descriptor = opened
    }

    deinit { close(descriptor) }

    func write(_ lines: UnsafeRawBufferPointer) throws(SinkFault) {
        do throws(SystemFault) {
            try unsafe writeAll(lines, to: descriptor)
        } catch {
            throw SinkFault.log(path: path, error)
        }
    }
}

/// Writes until nothing is left; a signal does not end it.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemFault) {
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
        let count = unsafe write(descriptor, rest.baseAddress, rest.count)
        guard count >= 0 || errno == EINTR else { throw SystemFault("write") }
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[max(0, count)...])
    }
}
