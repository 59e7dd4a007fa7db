import TestSupport
import Testing

@testable import Shaping

@Suite("The directory of hosts")
struct HostDirectoryTests {
    private func read(_ text: String) -> (directory: HostDirectory, problems: [String]) {
        let result = HostDirectory.read(Array(text.utf8), file: "hosts")
        return (result.directory, result.problems.map(\.description))
    }

    @Test("a line names a domain's hosts, the best first")
    func hosts() {
        let text =
            "# all\r\nA.example.\tMX1.a.example=127.0.0.1:2525 mx2.a.example=[::1]:25  mx3.a.example # backup\r\n"
        let (directory, problems) = read(text)
        #expect(problems == [])
        let hosts = [
            DirectoryHost(name: "mx1.a.example", address: [127, 0, 0, 1], port: 2_525),
            DirectoryHost(name: "mx2.a.example", address: Array(repeating: 0, count: 15) + [1], port: 25),
            DirectoryHost(name: "mx3.a.example", address: nil, port: 25),
        ]
        #expect(directory.hosts(of: "a.EXAMPLE") == .hosts(hosts))
        #expect(directory.hosts(of: "b.example") == .unknown)
    }

    @Test("a dot says that there is no mail, and * stands for all others")
    func special() {
        let (directory, problems) = read("none.example .\n* mx.example=127.0.0.1:2525\n")
        #expect(problems == [])
        #expect(directory.hosts(of: "none.example") == .noMail)
        let all = DirectoryHost(name: "mx.example", address: [127, 0, 0, 1], port: 2_525)
        #expect(directory.hosts(of: "whoever.example") == .hosts([all]))
    }

    @Test(
        "what is wrong is told with its line, and the other lines count",
        arguments: [
            ("b.example", "hosts:2: the domain has no host: write its hosts behind it, or . when it takes no mail"),
            ("a.example x", "hosts:2: 'a.example' is there already, in line 1: write all its hosts in one line"),
            ("b.example m=1.2.3", "hosts:2: '1.2.3' is no address: write it as 192.0.2.1:25 or [2001:db8::1]:25"),
            ("b.example =1.2.3.4", "hosts:2: '' is no name of a host: write name=address:port or name"),
            ("b.example a .", "hosts:2: '.' is no name of a host: write name=address:port or name"),
            ("b.example a,b", "hosts:2: 'a,b' is no name of a host: write name=address:port or name"),
        ])
    func wrong(line: String, problem: String) {
        let (directory, problems) = read("a.example mx.example\n\(line)\nc.example mx.example")
        #expect(problems == [problem])
        let host = DirectoryAnswer.hosts([DirectoryHost(name: "mx.example")])
        #expect(directory.hosts(of: "a.example") == host && directory.hosts(of: "c.example") == host)
        #expect(directory.hosts(of: "b.example") == .unknown)
    }

    @Test("a file that is not there")
    func missing() throws {
        let path = try TestDirectory().path + "/hosts"
        let (directory, problems) = HostDirectory.load(path)
        #expect(directory == HostDirectory())
        #expect(problems.map(\.description) == ["\(path): the file does not exist: check the path"])
    }

    @Test("any bytes at all")
    func noise() {
        var random = UInt64(1)
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0..<60 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let choices = Array("a.=:[]* \n#1".utf8) + [0, 0xFF]
                bytes.append(choices[Int(random >> 33) % choices.count])
            }
            _ = HostDirectory.read(bytes, file: "noise")
        }
    }

    @Test(
        "addresses and ports",
        arguments: [
            ("192.0.2.1:25", [192, 0, 2, 1], 25), ("0.0.0.0", [0, 0, 0, 0], 25),
            ("192.0.2.1:65535", [192, 0, 2, 1], 65_535),
            ("192.0.2.1:0", nil, 0), ("192.0.2.1:65536", nil, 0), ("192.0.2.1:", nil, 0), ("192.0.2.256:1", nil, 0),
            ("192.0.02.1:1", nil, 0), ("192.0.2:1", nil, 0), ("192.0.2.1.1", nil, 0), ("", nil, 0), (":25", nil, 0),
            ("192.0.2.+1:1", nil, 0), ("[::]", Array(repeating: 0, count: 16), 25),
            ("[1:2:3:4:5:6:7:8]:9", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8], 9),
            ("[2001:DB8::ff]", [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF], 25),
            ("[::ffff:192.0.2.1]:1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1], 1),
            ("[1:2:3:4:5:6:7::]", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0], 25),
            ("[1:2:3:4:5:6:7:8:9]", nil, 0), ("[1:2:3]", nil, 0), ("[::1::]", nil, 0), ("[12345::]", nil, 0),
            ("[:::]", nil, 0), ("[1:2:3:4:5:6:7::8]", nil, 0), ("[::1", nil, 0), ("::1", nil, 0), ("[::1]x25", nil, 0),
            ("[192.0.2.1]:25", nil, 0), ("[1.2.3.4::]", nil, 0), ("[::+1]", nil, 0), ("[fe80::1%eth0]", nil, 0),
        ] as [(String, [UInt8]?, UInt16)])
    func addresses(text: String, address: [UInt8]?, port: UInt16) {
        let read = AddressText.addressAndPort(text)
        #expect(read?.address == address)
        if address != nil { #expect(read?.port == port) }
    }
}
