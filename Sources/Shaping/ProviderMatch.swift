/// How a provider is known. Names are in lower case, without a dot at the end.
///
/// A suffix ends a name at the beginning of a label; with a dot in front it asks for at least one label more.
enum ProviderMatch: Hashable, Sendable {
    case mxSuffix(String)
    case domainSuffix(String)
    case hostName(String)

    /// As files have it.
    var key: String {
        switch self {
        case .mxSuffix: "MXSuffix"
        case .domainSuffix: "DomainSuffix"
        case .hostName: "HostName"
        }
    }

    var name: String {
        switch self {
        case .mxSuffix(let name), .domainSuffix(let name), .hostName(let name): name
        }
    }

    static let keys = ["MXSuffix", "DomainSuffix", "HostName"]

    init?(key: String, name: String) {
        let name = DomainName.normal(name)
        switch key {
        case "MXSuffix": self = .mxSuffix(name)
        case "DomainSuffix": self = .domainSuffix(name)
        case "HostName": self = .hostName(name)
        default: return nil
        }
    }

    /// How many bytes of the host this one knows, or nil when it is not the host's.
    func length(ofHost host: String) -> Int? {
        switch self {
        case .mxSuffix(let suffix): DomainName.hasSuffix(host, suffix) ? suffix.utf8.count : nil
        case .hostName(let name): host == name ? name.utf8.count : nil
        case .domainSuffix: nil
        }
    }
}
