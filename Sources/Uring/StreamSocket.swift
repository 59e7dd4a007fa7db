internal import CLiburing
internal import Glibc

/// The few socket calls that are made outside the ring: once a connection, or once a process.
package enum StreamSocket {
    /// Opens a TCP socket for `address` that sends small writes at once and is closed on exec.
    ///
    /// Throws with EMFILE or ENFILE when descriptors have run out, and with EADDRNOTAVAIL when the machine does not
    /// have the address `source`.
    ///
    /// - Parameter source: where connections come from, with port 0. The kernel picks the port when it knows the other
    ///   end, so that as many connections are possible to each (ip(7), IP_BIND_ADDRESS_NO_PORT).
    package static func open(
        for address: SocketAddress, from source: SocketAddress? = nil
    ) throws(SystemFault) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw SystemFault("open a socket") }
        sendAtOnce(descriptor)
        guard let source else { return descriptor }
        setFlag(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT)
        let status = unsafe source.withNative { native, count in
            unsafe Glibc.bind(descriptor, native, count)
        }
        guard status == 0 else { throw fault("connect from \(source)", closing: descriptor) }
        return descriptor
    }

    /// Opens a listening socket. With port 0 the kernel picks one: see `localAddress`.
    ///
    /// - Parameter shared: several sockets listen on the same port and the kernel spreads the connections
    ///   over them (SO_REUSEPORT).
    package static func listen(
        on address: SocketAddress, shared: Bool, backlog: Int32 = 4_096
    ) throws(SystemFault) -> Int32 {
        let descriptor = try bind(to: address, shared: shared)
        guard Glibc.listen(descriptor, backlog) == 0 else {
            throw fault("listen on \(address)", closing: descriptor)
        }
        return descriptor
    }

    /// Opens a socket with an address of its own, without listening.
    package static func bind(to address: SocketAddress, shared: Bool) throws(SystemFault) -> Int32 {
        let descriptor = try open(for: address)
        setFlag(descriptor, SOL_SOCKET, SO_REUSEADDR)
        if shared { setFlag(descriptor, SOL_SOCKET, SO_REUSEPORT) }
        let status = unsafe address.withNative { native, count in
            unsafe Glibc.bind(descriptor, native, count)
        }
        guard status == 0 else { throw fault("listen on \(address)", closing: descriptor) }
        return descriptor
    }

    /// Connects and waits for it: for tests and look-arounds, never on a worker's thread.
    package static func connect(to address: SocketAddress) throws(SystemFault) -> Int32 {
        let descriptor = try open(for: address)
        let status = unsafe address.withNative { native, count in
            unsafe Glibc.connect(descriptor, native, count)
        }
        guard status == 0 else { throw fault("connect to \(address)", closing: descriptor) }
        return descriptor
    }

    package static func localAddress(of descriptor: Int32) -> SocketAddress? {
        unsafe SocketAddress.filled { address, count in unsafe getsockname(descriptor, address, count) }
    }

    package static func peerAddress(of descriptor: Int32) -> SocketAddress? {
        unsafe SocketAddress.filled { address, count in unsafe getpeername(descriptor, address, count) }
    }

    /// Switches Nagle's algorithm off: whoever gathers writes itself must not be made to wait for an ACK.
    package static func sendAtOnce(_ descriptor: Int32) {
        setFlag(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    /// Says that nothing more will be sent; what was sent before still arrives, and receiving goes on.
    ///
    /// Not a request of the ring: that would take a kernel thread for it, this returns at once.
    package static func finishSending(_ descriptor: Int32) {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Sends what the socket takes at once: a last word to somebody who is turned away.
    package static func sendWithoutWaiting(_ descriptor: Int32, _ text: StaticString) {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        _ = unsafe Glibc.send(descriptor, text.utf8Start, text.utf8CodeUnitCount, flags)
    }

    package static func close(_ descriptor: Int32) {
        _ = Glibc.close(descriptor)
    }

    /// The errno of the call that has just failed, taken before `close` can change it.
    private static func fault(_ attempt: String, closing descriptor: Int32) -> SystemFault {
        let fault = SystemFault(attempt)
        close(descriptor)
        return fault
    }

    private static func setFlag(_ descriptor: Int32, _ level: Int32, _ name: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(descriptor, level, name, &on, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// How many descriptors this process may have open.
package enum DescriptorLimit {
    /// Raises the limit as far as the system lets it and returns what it then is.
    @discardableResult
    package static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0 else { return 1_024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if unsafe setrlimit(resource, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }
}
