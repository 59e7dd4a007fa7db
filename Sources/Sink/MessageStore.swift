internal import Glibc
internal import Primitives
internal import Uring

/// The directory that takes accepted messages, each in a file of its own: exactly the content, nothing added.
final class MessageStore: Sendable {
    fileprivate let directory: Int32

    /// Makes the directory if it is missing; its parent must be there.
    init(path: String) throws(SinkFault) {
        let made = unsafe mkdir(path, 0o755)
        guard made == 0 || errno == EEXIST else {
            throw SinkFault.store(path: path, SystemFault("make the directory"))
        }
        let opened = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw SinkFault.store(path: path, SystemFault("open the directory")) }
        directory = opened
    }

    deinit { close(directory) }
}

/// The file of the message that a connection is receiving.
///
/// Named `SESSION-NUMBER.eml`, numbers counting the connection's accepted messages from 1. Until the message
/// is accepted it is called `.part`, and a message that is not accepted leaves nothing behind.
struct StoredMessage: ~Copyable {
    private static let writeAtOnce = 65_536

    private let store: MessageStore
    private var session = GrowingBytes(capacity: 64)
    private var name = GrowingBytes(capacity: 64)
    private var partialName = GrowingBytes(capacity: 64)
    private var unwritten = GrowingBytes(capacity: StoredMessage.writeAtOnce)
    private var descriptor: Int32 = -1
    private var acceptedCount = 0
    private var hasFailed = false

    init(in store: MessageStore) { self.store = store }

    deinit { if descriptor >= 0 { close(descriptor) } }

    mutating func beginSession(id: String) {
        session.removeAll()
        session.append(text: id)
        acceptedCount = 0
    }

    mutating func beginMessage() {
        discard()
        StoredMessage.write(session, acceptedCount + 1, ".eml\0", to: &name)
        StoredMessage.write(session, acceptedCount + 1, ".part\0", to: &partialName)
    }

    mutating func read(_ content: Span<UInt8>) {
        unwritten.append(content)
        if unwritten.count >= StoredMessage.writeAtOnce { flush() }
    }

    /// Makes the file complete; false when that failed, and then there is no file.
    mutating func accept() -> Bool {
        flush()
        guard !hasFailed,
            unsafe renameat(store.directory, text(partialName), store.directory, text(name)) == 0
        else {
            discard()
            return false
        }
        close(descriptor)
        descriptor = -1
        acceptedCount += 1
        return true
    }

    /// Drops what was received of a message that will not be accepted.
    mutating func discard() {
        unwritten.removeAll()
        hasFailed = false
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        _ = unsafe unlinkat(store.directory, text(partialName), 0)
    }

    private mutating func flush() {
        if descriptor < 0 && !hasFailed {
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
            descriptor = unsafe openat(store.directory, text(partialName), flags, 0o644)
        }
        do throws(SystemFault) {
            guard descriptor >= 0 else { throw SystemFault("make a file") }
            try unsafe writeAll(unwritten.bytes, to: descriptor)
        } catch {
            hasFailed = true
        }
        unwritten.removeAll()
    }

    private static func write(
        _ session: borrowing GrowingBytes, _ number: Int, _ suffix: StaticString, to name: inout GrowingBytes
    ) {
        name.removeAll()
        unsafe name.append(copying: session.bytes)
        var writer = name.writer(room: 32)
        writer.append("-")
        writer.append(decimal: number)
        writer.append(suffix)
        name.take(writer)
    }

    /// The name as C wants it: it was written with a zero at its end.
    private func text(_ name: borrowing GrowingBytes) -> UnsafePointer<CChar> {
        guard let start = unsafe name.bytes.baseAddress else { preconditionFailure("a name has bytes") }
        return unsafe start.assumingMemoryBound(to: CChar.self)
    }
}
