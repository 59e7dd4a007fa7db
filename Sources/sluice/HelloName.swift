import Foundation
import SMTP

/// The name that a session gives in EHLO: this host's own, when it has one of two labels or more, else the
/// domain of the envelope sender (RFC 5321 4.1.1.1 asks for a domain name).
enum HelloName {
    static func usual(envelopeFrom: String) -> [UInt8] {
        let host = Array(ProcessInfo.processInfo.hostName.lowercased().utf8)
        if isDomain(host) { return host }
        return Array(envelopeFrom.utf8.drop { $0 != UInt8(ascii: "@") }.dropFirst())
    }

    private static func isDomain(_ name: [UInt8]) -> Bool {
        let address = Array("a@".utf8) + name
        switch Address.check(address.span) {
        case .valid: return name != Array("localhost.localdomain".utf8)
        case .invalid: return false
        }
    }
}
