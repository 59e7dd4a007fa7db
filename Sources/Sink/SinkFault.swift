internal import Glibc
package import Uring

/// Why a sink could not start, or had to stop: a sentence for the person who can change it.
package enum SinkFault: Error, Sendable, CustomStringConvertible {
    case listen(SocketAddress, SystemFault)
    case log(path: String, SystemFault)
    case store(path: String, SystemFault)
    case ring(RingError)
    case system(SystemFault)

    package var description: String {
        switch self {
        case .listen(let address, let fault): SinkFault.sentence(address, fault)
        case .log(let path, let fault):
            "the log \(path) cannot be written: \(SystemFault.text(of: fault.code))"
        case .store(let path, let fault):
            "messages cannot be stored in \(path): \(SystemFault.text(of: fault.code))"
        case .ring(let error): error.description
        case .system(let fault): fault.description
        }
    }

    private static func sentence(_ address: SocketAddress, _ fault: SystemFault) -> String {
        switch fault.code {
        case EADDRINUSE:
            "another program listens on \(address): `ss -ltnp 'sport = :\(address.port)'` shows which; stop it, "
                + "or choose another port with --listen (port 0 takes a free one)"
        case EACCES, EPERM:
            "this user may not listen on \(address): ports below 1024 are for root; choose a higher one with "
                + "--listen"
        case EADDRNOTAVAIL:
            "this machine has no address \(address.host): `ip address` shows those it has"
        default: fault.description
        }
    }
}
