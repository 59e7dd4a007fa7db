import Delivery
import Message
import Primitives
import SMTP
import Uring

/// What all workers of a run have in common; nothing in it changes while they run.
package struct Mission: Sendable {
    package var letter: Letter
    /// The address for MAIL FROM, checked.
    package var envelopeFrom: [UInt8]
    /// Where mail comes from, by the number of the source; at least one.
    package var sources: [MailSource]
    /// Where mail goes whose site has no hosts of its own.
    package var destination: SocketAddress?
    package var grouping: Grouping
    package var limits: Limits
    package var patience: Patience
    /// Nanoseconds between the origin of `Network.now` and 1970: the Date header is made from it.
    package var unixOrigin: Int64
    /// Stretches of at least so many bytes that all messages share are sent from one place, and shorter ones
    /// copied: a piece more costs the kernel more than that.
    package var shortestSharedPiece = 8_192
    /// Sessions of all workers that may fail, while none has ever been ready, before the run is called off.
    package var firstFailures = 3
    /// A site's mail fails so that somebody should look before more is sent. From any worker's thread.
    package var onAlarm: @Sendable (_ site: String, _ what: String) -> Void = { _, _ in }
    /// What a site is called of which workers know nothing but the number; nil when that is not known. From any
    /// worker's thread, and seldom.
    package var siteName: @Sendable (_ site: Int) -> String? = { _ in nil }
    /// No message is begun before all sessions stand, or one could not be made: for a benchmark.
    package var assemblesFirst = false

    package init(
        letter: Letter, envelopeFrom: [UInt8], helloName: [UInt8], destination: SocketAddress?,
        grouping: Grouping, limits: Limits, patience: Patience, unixOrigin: Int64
    ) {
        self.letter = letter
        self.envelopeFrom = envelopeFrom
        sources = [MailSource(helloName: helloName)]
        self.destination = destination
        self.grouping = grouping
        self.limits = limits
        self.patience = patience
        self.unixOrigin = unixOrigin
    }
}

/// A local address that mail leaves from, and the name it goes by.
package struct MailSource: Sendable {
    /// With port 0; nil leaves the address to the kernel.
    package var address: SocketAddress?
    /// In the manifest; for people.
    package var name: String
    /// For EHLO, checked.
    package var helloName: [UInt8]

    /// The name of the one source that a run has which names none.
    package static let unnamed = "here"

    package init(name: String = MailSource.unnamed, address: SocketAddress? = nil, helloName: [UInt8]) {
        self.name = name
        self.address = address
        self.helloName = helloName
    }
}

extension Mission {
    /// `CommandWriter.opening`, written once for all.
    var opening: [UInt8] {
        var buffer = ByteBuffer(capacity: 64 + envelopeFrom.count)
        var writer = buffer.writer()
        CommandWriter.opening(from: envelopeFrom.span, into: &writer)
        precondition(!writer.overflowed, "the opening fits the buffer that was taken for it")
        let bytes = buffer.bytes(0..<writer.count)
        return bytes.indices.map { bytes[$0] }
    }
}
