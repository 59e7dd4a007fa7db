import Primitives
import Uring

/// The place of one connection in its worker: an index from 0 up to the worker's limit of connections.
///
/// A slot is used again only after `Completion.closed` has come for it, so no completion can meet the wrong
/// connection.
package typealias ConnectionSlot = Int

/// What a worker can ask of the world: connections, bytes, and time.
///
/// `UringNetwork` fulfils it with the kernel, the simulator with seeded faults and virtual time. All calls
/// come from one thread. Nothing is called back: results are fetched with `nextCompletion` after `wait`.
package protocol Network: ~Copyable {
    /// The time when `wait` last returned; it stands still in between.
    var now: Instant { get }

    /// Starts to connect. `connected` or `connectFailed` follows; after `connectFailed` the slot still has to
    /// be given back with `close`. Receiving starts by itself as soon as the connection stands.
    ///
    /// - Parameter source: the local address to come from, with port 0: the kernel picks one. Nil leaves both to it.
    mutating func connect(_ slot: ConnectionSlot, to address: SocketAddress, from source: SocketAddress?)

    /// Sends all of `bytes`, then reports `sent` or `sendFailed`. One send at a time per connection.
    ///
    /// The memory belongs to the network until that report or, after `close`, until `closed`.
    mutating func send(_ slot: ConnectionSlot, _ bytes: UnsafeRawBufferPointer)

    /// Sends the pieces one after the other, with the same promises: the memory of each belongs to the network.
    /// The list itself is free at once.
    mutating func send(_ slot: ConnectionSlot, gathered pieces: [MemoryPiece])

    /// Gives the connection up. Nothing but `closed` is reported for the slot from here on.
    mutating func close(_ slot: ConnectionSlot)

    /// Hands over everything asked for so far, then sleeps until there is a completion or `deadline`.
    mutating func wait(until deadline: Instant)

    /// The next result since `wait`, or nil when all have been fetched.
    mutating func nextCompletion() -> Completion?
}

/// One result of something a worker asked for.
@safe
package enum Completion {
    case connected(ConnectionSlot)
    case connectFailed(ConnectionSlot, NetworkFault)
    /// Bytes from the peer, in order. The memory is lent until the next call of `nextCompletion` or `wait`.
    case received(ConnectionSlot, UnsafeRawBufferPointer)
    /// All bytes of the send have been taken by the kernel, and the memory is free again. Comes before
    /// anything that the peer says in answer to the last of these bytes.
    case sent(ConnectionSlot)
    /// The memory is free again; the kernel took only the first `taken` bytes. What the peer said before may
    /// still come; `ended` has come or comes.
    case sendFailed(ConnectionSlot, taken: Int, NetworkFault)
    /// Nothing more will be received: the peer has closed (nil), or the connection broke.
    case ended(ConnectionSlot, NetworkFault?)
    /// The slot is free. `taken` counts the bytes that the kernel took of a send that was still out when
    /// `close` was called; nil when none was.
    case closed(ConnectionSlot, taken: Int?)
    /// Another thread has something for this worker.
    case woken
}

/// Why a connection could not be made or did not last, as far as the kernel says.
package enum NetworkFault: Error, Hashable, Sendable {
    case refused
    case unreachable
    case timedOut
    case reset
    case noDescriptors
    /// Any other errno.
    case other(Int32)
}
