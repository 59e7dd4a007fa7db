internal import Glibc

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:2525` or `[::1]:2525`.
    package var description: String {
        isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)"
    }

    /// The address without its port, as numbers.
    package var host: String {
        unsafe withUnsafeBytes(of: storage) { bytes in
            guard let start = bytes.baseAddress else { return "" }
            let offset = isIPv4 ? 4 : 8
            return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
                guard
                    let words = unsafe inet_ntop(
                        family, start + offset, text.baseAddress, socklen_t(text.count))
                else { return "" }
                return unsafe String(cString: words)
            }
        }
    }
}
