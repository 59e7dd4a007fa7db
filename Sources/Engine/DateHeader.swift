import Message
import Primitives

/// The text of the Date header for now, written again only when the second has changed.
struct DateHeader: ~Copyable {
    private let unixOrigin: Int64
    private let format = MailDate()
    private var buffer = ByteBuffer(capacity: MailDate.byteCount)
    private var second = Int64.min

    /// - Parameter unixOrigin: nanoseconds from 1970 to the origin of the instants that `text` is given.
    init(unixOrigin: Int64) {
        self.unixOrigin = unixOrigin
    }

    mutating func refresh(at now: Instant) {
        let current = (unixOrigin + now.nanoseconds) / 1_000_000_000
        if current != second {
            second = current
            var writer = buffer.writer()
            format.write(unixSeconds: Int(current), into: &writer)
        }
    }

    /// As it was at the last `refresh`.
    var text: Span<UInt8> {
        @_lifetime(borrow self)
        get { buffer.bytes(0..<MailDate.byteCount) }
    }
}
