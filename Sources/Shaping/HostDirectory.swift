/// A directory in a text file, for machines without DNS and for tests.
///
/// A line for each domain, its hosts behind it, the best first:
///
///     a.example    mx1.a.example=192.0.2.1:25 mx2.a.example=[2001:db8::1]:25
///     b.example    .                          takes no mail
///     *            mx.example=127.0.0.1:2525  all other domains
///
/// A `#` begins a comment.
package struct HostDirectory: Directory, Hashable {
    static let largestFile = 64 << 20

    private var answers: [String: DirectoryAnswer] = [:]
    private var standard: DirectoryAnswer = .unknown

    package init() {}

    package func hosts(of domain: String) -> DirectoryAnswer {
        answers[DomainName.normal(domain)] ?? standard
    }

    /// Reads a file. What is wrong in it is left out and told; of a domain that is there twice the first line counts.
    package static func load(_ path: String) -> (directory: HostDirectory, problems: [ShapingProblem]) {
        switch FileReading.contents(of: path, limit: largestFile) {
        case .failure(let problem): (HostDirectory(), [problem])
        case .success(let bytes): read(bytes, file: path)
        }
    }

    static func read(_ bytes: [UInt8], file: String) -> (directory: HostDirectory, problems: [ShapingProblem]) {
        var directory = HostDirectory()
        var problems: [ShapingProblem] = []
        var lines: [String: Int] = [:]
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let place = RulePlace(file: file, line: index + 1)
            let words = words(of: line)
            guard let first = words.first else { continue }
            let domain = DomainName.normal(first)
            if let earlier = lines[domain] {
                problems.append(
                    ShapingProblem(
                        at: place, what: "'\(domain)' is there already, in line \(earlier)",
                        fix: "write all its hosts in one line"))
                continue
            }
            lines[domain] = index + 1
            do throws(ValueFault) {
                directory.set(try answer(words.dropFirst()), for: domain)
            } catch {
                problems.append(ShapingProblem(at: place, what: error.what, fix: error.fix))
            }
        }
        return (directory, problems)
    }

    private mutating func set(_ answer: DirectoryAnswer, for domain: String) {
        if domain == "*" { standard = answer } else { answers[domain] = answer }
    }

    private static func words(of line: ArraySlice<UInt8>) -> [String] {
        let text = line.prefix { $0 != UInt8(ascii: "#") }
        return text.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func answer(_ words: ArraySlice<String>) throws(ValueFault) -> DirectoryAnswer {
        if words.first == "." && words.count == 1 { return .noMail }
        guard !words.isEmpty else {
            throw ValueFault(
                what: "the domain has no host", fix: "write its hosts behind it, or . when it takes no mail")
        }
        var hosts: [DirectoryHost] = []
        for word in words { hosts.append(try host(word)) }
        return .hosts(hosts)
    }

    private static func host(_ word: String) throws(ValueFault) -> DirectoryHost {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard isHostName(name) else {
            throw ValueFault(what: "'\(name)' is no name of a host", fix: "write name=address:port or name")
        }
        guard parts.count == 2 else { return DirectoryHost(name: name) }
        guard let (address, port) = AddressText.addressAndPort(String(parts[1])) else {
            throw ValueFault(
                what: "'\(parts[1])' is no address", fix: "write it as 192.0.2.1:25 or [2001:db8::1]:25")
        }
        return DirectoryHost(name: name, address: address, port: port)
    }

    private static func isHostName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name.utf8.count <= 255
            && name.utf8.allSatisfy { byte in
                byte >= 0x80 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
            }
    }
}
