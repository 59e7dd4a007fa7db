import Glibc
import Primitives

/// A file that lines are appended to, for its owner only. One that is there goes on, behind whole lines.
final class AppendedFile {
    private let path: String
    private let descriptor: Int32

    init(path: String) throws(LedgerFault) {
        self.path = path
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw AppendedFile.fault(path, "opened", errno) }
        // A run that was killed may have left half a line.
        if endsWithinLine { try endLine() }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Everything that was written to memory, or a fault.
    func write(written writer: ByteWriter) throws(LedgerFault) {
        try unsafe write(writer.written)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(LedgerFault) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            guard count >= 0 || errno == EINTR else { throw AppendedFile.fault(path, "written", errno) }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[max(0, count)...])
        }
    }

    private func endLine() throws(LedgerFault) {
        var buffer = ByteBuffer(capacity: 1)
        var writer = buffer.writer()
        writer.append(UInt8(ascii: "\n"))
        try write(written: writer)
    }

    /// Not for what is no file, like a pipe: it has no end to look at.
    private var endsWithinLine: Bool {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0 else { return false }
        var last: UInt8 = 0
        return unsafe pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
    }

    private static func fault(_ path: String, _ what: String, _ code: Int32) -> LedgerFault {
        let words = unsafe String(cString: strerror(code))
        return LedgerFault(
            file: path, what: "the log cannot be \(what) (\(words))",
            fix: "make room, or give another file; then resume the campaign")
    }
}
