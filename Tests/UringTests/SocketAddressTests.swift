import Testing

@testable import Uring

@Suite struct SocketAddressTests {
    @Test(arguments: ["127.0.0.1:2525", "[::1]:25", "0.0.0.0:0", "[2001:db8::5]:65535", "192.0.2.7:1"])
    func readsWhatItWrites(text: String) {
        #expect(SocketAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", ":", "25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "::1:25",
        "[::1]", "[::1:25", "::1]:25", "localhost:25", "127.0.0.1:2 5", "127.0.0:25", "[]:25", ":25", "[:25",
        "127.0.0.1:٢٥",
    ])
    func refusesWhatIsNoAddress(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test func knowsLoopback() throws {
        let table = [
            ("127.0.0.1:1", true), ("127.255.0.9:1", true), ("[::1]:1", true), ("0.0.0.0:1", false),
            ("128.0.0.1:1", false), ("[::]:1", false), ("[::2]:1", false), ("[1::1]:1", false),
            ("1.0.0.127:1", false),
        ]
        for (text, isLoopback) in table {
            #expect(try #require(SocketAddress(text)).isLoopback == isLoopback, "\(text)")
        }
    }

    @Test func partsComeBack() throws {
        let address = try #require(SocketAddress("[2001:db8::5]:77"))
        #expect(address.port == 77)
        #expect(address.host == "2001:db8::5")
        #expect(address.isIPv6 && !address.isIPv4)
        #expect(SocketAddress(ipv4: UInt32(0xC000_0207).bigEndian, port: 9).description == "192.0.2.7:9")
        #expect(
            SocketAddress(ipv6: UInt64(0x2001_0DB8_0000_0000).bigEndian, UInt64(5).bigEndian, port: 77)
                == address)
    }
}
