internal import Glibc

/// An IP address and a port as the kernel wants them: bytes of `sockaddr_in` or `sockaddr_in6`.
package struct SocketAddress: Hashable, Sendable {
    /// Both families fit: 16 and 28 bytes.
    var storage: InlineBytes
    private(set) var byteCount: UInt32

    typealias InlineBytes = (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter address: in network byte order, as `s_addr` holds it.
    package init(ipv4 address: UInt32, port: UInt16) {
        var native = sockaddr_in()
        native.sin_family = sa_family_t(AF_INET)
        native.sin_port = port.bigEndian
        native.sin_addr.s_addr = address
        self.init(copying: native)
    }

    /// - Parameters:
    ///   - high: the first eight bytes of the address, as they lie in memory.
    ///   - low: the last eight.
    package init(ipv6 high: UInt64, _ low: UInt64, port: UInt16) {
        var native = sockaddr_in6()
        native.sin6_family = sa_family_t(AF_INET6)
        native.sin6_port = port.bigEndian
        unsafe withUnsafeMutableBytes(of: &native.sin6_addr) { bytes in
            unsafe bytes.storeBytes(of: high, as: UInt64.self)
            unsafe bytes.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
        }
        self.init(copying: native)
    }

    /// Loopback on IPv4, `127.0.0.1`.
    package static func loopback(port: UInt16) -> SocketAddress {
        SocketAddress(ipv4: UInt32(0x7F00_0001).bigEndian, port: port)
    }

    private init<Native>(copying native: Native) {
        storage = (0, 0, 0, 0)
        byteCount = UInt32(MemoryLayout<Native>.size)
        unsafe withUnsafeBytes(of: native) { source in
            unsafe withUnsafeMutableBytes(of: &storage) { bytes in unsafe bytes.copyMemory(from: source) }
        }
    }

    package static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        left.byteCount == right.byteCount && left.storage == right.storage
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(storage.0)
        hasher.combine(storage.1)
        hasher.combine(storage.2)
        hasher.combine(storage.3)
    }
}

extension SocketAddress {
    /// Reads `127.0.0.1:2525` or `[::1]:2525`; numbers only, nothing is looked up.
    package init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.utf8.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            return nil
        }
        let host = text[..<colon]
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            self.init(ipv6Text: String(host.dropFirst().dropLast()), port: port)
        } else {
            self.init(ipv4Text: String(host), port: port)
        }
    }

    private init?(ipv4Text: String, port: UInt16) {
        var address = in_addr()
        guard unsafe inet_pton(AF_INET, ipv4Text, &address) == 1 else { return nil }
        self.init(ipv4: address.s_addr, port: port)
    }

    private init?(ipv6Text: String, port: UInt16) {
        var halves: (UInt64, UInt64) = (0, 0)
        guard unsafe inet_pton(AF_INET6, ipv6Text, &halves) == 1 else { return nil }
        self.init(ipv6: halves.0, halves.1, port: port)
    }

    /// Runs `body` on the address in the form of the socket calls.
    func withNative<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafeBytes(of: storage) { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) { native in
                guard let start = native.baseAddress else { preconditionFailure("an address has bytes") }
                return unsafe body(start, byteCount)
            }
        }
    }

    /// Lets a socket call fill an address in; nil when the call returns non-zero or the family is no IP.
    static func filled(
        by call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var address = SocketAddress(ipv6: 0, 0, port: 0)
        address.storage = (0, 0, 0, 0)
        var count = socklen_t(MemoryLayout<InlineBytes>.size)
        let status = unsafe withUnsafeMutableBytes(of: &address.storage) { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) { native in
                guard let start = native.baseAddress else { preconditionFailure("an address has bytes") }
                return unsafe call(start, &count)
            }
        }
        address.byteCount = count
        return status == 0 && (address.isIPv4 || address.isIPv6) ? address : nil
    }
}

extension SocketAddress {
    /// - Parameter address: 4 bytes of IPv4 or 16 of IPv6; nil for any other number of bytes.
    package init?(networkOrder address: [UInt8], port: UInt16) {
        guard address.count == 4 || address.count == 16 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, byte) in address.enumerated() {
            let shift = UInt64(index % 8 * 8)
            if index < 8 { halves.0 |= UInt64(byte) << shift } else { halves.1 |= UInt64(byte) << shift }
        }
        if address.count == 4 {
            self.init(ipv4: UInt32(truncatingIfNeeded: halves.0), port: port)
        } else {
            self.init(ipv6: halves.0, halves.1, port: port)
        }
    }

    var family: Int32 { Int32(UInt16(truncatingIfNeeded: storage.0)) }

    package var isIPv4: Bool { family == AF_INET }
    package var isIPv6: Bool { family == AF_INET6 }

    package var port: UInt16 { UInt16(bigEndian: UInt16(truncatingIfNeeded: storage.0 >> 16)) }

    /// 127.0.0.0/8 or ::1: nothing sent there leaves the machine.
    package var isLoopback: Bool {
        if isIPv4 { return UInt8(truncatingIfNeeded: storage.0 >> 32) == 127 }
        return storage.1 == 0 && storage.2.bigEndian == 1
    }
}
