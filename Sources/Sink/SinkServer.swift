internal import Primitives
internal import SMTP
internal import Synchronization
package import Uring

/// A receiving server that takes what it is given as fast as it comes.
package struct SinkServer: Sendable {
    package let options: SinkOptions

    package init(_ options: SinkOptions) { self.options = options }

    /// Listens and starts the workers; when it returns, clients can connect.
    ///
    /// - Parameter stoppedBySignals: SIGINT and SIGTERM stop it; only for a process that is a sink and has no
    ///   other threads yet.
    ///
    /// Next: `SinkWorker.run`.
    package func start(stoppedBySignals: Bool = false) throws(SinkFault) -> RunningSink {
        precondition(options.workers > 0 && options.connectionsPerWorker > 0, "a sink serves somebody")
        try SinkServer.checkRing()
        DescriptorLimit.raise()
        let shared = try SinkShared(options)
        let listeners = try SinkServer.listeners(options)
        let address = StreamSocket.localAddress(of: listeners[0]) ?? options.listen
        var threads: [NativeThread] = []
        do throws(SystemFault) {
            if stoppedBySignals { try StopSignals.watch([{ shared.requestStop() }]) }
            for (index, listener) in listeners.enumerated() {
                threads.append(try NativeThread.start { serve(shared, index: index, listener: listener) })
            }
        } catch {
            shared.requestStop()
            for thread in threads { thread.join() }
            for listener in listeners[threads.count...] { StreamSocket.close(listener) }
            throw SinkFault.system(error)
        }
        return RunningSink(shared, address: address, threads: threads)
    }

    /// Makes a ring and drops it: what forbids one is known before anybody is let in.
    ///
    /// On a thread of its own, since the kernel interrupts a thread some time after its ring is gone.
    private static func checkRing() throws(SinkFault) {
        let found = Found()
        do throws(SystemFault) {
            let thread = try NativeThread.start {
                do throws(RingError) {
                    _ = try Ring(entries: 8, completionEntries: 16)
                } catch {
                    found.error.withLock { $0 = error }
                }
            }
            thread.join()
        } catch {
            throw SinkFault.system(error)
        }
        if let error = found.error.withLock({ $0 }) { throw SinkFault.ring(error) }
    }

    private final class Found: Sendable {
        let error = Mutex<RingError?>(nil)
    }

    /// A socket for each worker, all on one port: the kernel spreads the connections.
    ///
    /// Sockets that share a port also share it with those of other processes that do; a first socket that
    /// does not share finds out whether somebody is there.
    private static func listeners(_ options: SinkOptions) throws(SinkFault) -> [Int32] {
        var listeners: [Int32] = []
        do throws(SystemFault) {
            StreamSocket.close(try StreamSocket.bind(to: options.listen, shared: false))
            var address = options.listen
            for _ in 0..<options.workers {
                listeners.append(try StreamSocket.listen(on: address, shared: options.workers > 1))
                address = StreamSocket.localAddress(of: listeners[0]) ?? address
            }
        } catch {
            for listener in listeners { StreamSocket.close(listener) }
            throw SinkFault.listen(options.listen, error)
        }
        return listeners
    }
}

private func serve(_ shared: SinkShared, index: Int, listener: Int32) {
    defer { StreamSocket.close(listener) }
    do throws(RingError) {
        var worker = try SinkWorker(shared, index: index, listener: listener)
        worker.run()
    } catch {
        shared.fail(.ring(error))
    }
}

/// A sink at work on threads of its own.
package final class RunningSink: Sendable {
    /// Where it listens, with the port that the kernel picked.
    package let address: SocketAddress
    package var port: UInt16 { address.port }

    private let shared: SinkShared
    private let threads: Mutex<[NativeThread]>

    init(_ shared: SinkShared, address: SocketAddress, threads: [NativeThread]) {
        self.shared = shared
        self.address = address
        self.threads = Mutex(threads)
    }

    deinit { shared.requestStop() }

    /// What has been taken in so far.
    package var statistics: SinkStatistics { shared.statistics }

    /// Lets it end: no new connections, no new messages; messages on their way get `grace`. Returns at once.
    package func requestStop() { shared.requestStop() }

    /// Waits until it has ended, by `requestStop` or by a fault, which is thrown.
    @discardableResult
    package func waitUntilStopped() throws(SinkFault) -> SinkStatistics {
        threads.withLock { threads in
            for thread in threads { thread.join() }
            threads = []
        }
        if let fault = shared.fault { throw fault }
        return statistics
    }

    /// Ends it and waits for the end.
    @discardableResult
    package func stop() throws(SinkFault) -> SinkStatistics {
        requestStop()
        return try waitUntilStopped()
    }
}
