/// Who knows where the mail of a domain goes.
package protocol Directory: Sendable {
    /// - Parameter domain: in any case, with or without a dot at its end.
    func hosts(of domain: String) -> DirectoryAnswer
}

package enum DirectoryAnswer: Hashable, Sendable {
    /// At least one, the best first.
    case hosts([DirectoryHost])
    /// The domain says that it takes no mail (RFC 7505).
    case noMail
    /// Nobody knows.
    case unknown
}

/// A mail exchanger.
package struct DirectoryHost: Hashable, Sendable {
    /// In lower case, without a dot at the end.
    package var name: String
    /// 4 bytes of IPv4 or 16 of IPv6, in network order; nil when the directory has none.
    package var address: [UInt8]?
    package var port: UInt16

    package init(name: String, address: [UInt8]? = nil, port: UInt16 = 25) {
        self.name = DomainName.normal(name)
        self.address = address
        self.port = port
    }
}
