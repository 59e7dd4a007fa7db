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
    /// The name for EHLO, checked.
    package var helloName: [UInt8]
    package var destination: SocketAddress
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
    /// No message is begun before all sessions stand, or one could not be made: for a benchmark.
    package var assemblesFirst = false

    package init(
        letter: Letter, envelopeFrom: [UInt8], helloName: [UInt8], destination: SocketAddress,
        grouping: Grouping, limits: Limits, patience: Patience, unixOrigin: Int64
    ) {
        self.letter = letter
        self.envelopeFrom = envelopeFrom
        self.helloName = helloName
        self.destination = destination
        self.grouping = grouping
        self.limits = limits
        self.patience = patience
        self.unixOrigin = unixOrigin
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

/// Told about every verdict, on the worker's thread, in the order in which they fall.
package protocol OutcomeListener: AnyObject {
    /// - Parameters:
    ///   - row: the recipient's packed row; lent for the call.
    ///   - recipients: how many recipients of the message the verdict is about.
    ///   - text: the words of the server's reply, lent for the call; empty when no reply decided, or when it accepted.
    func settled(_ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>)
}
