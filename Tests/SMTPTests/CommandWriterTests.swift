import Primitives
import Testing

@testable import SMTP

@Suite("Command writer")
struct CommandWriterTests {
    @Test("Each command is its line and nothing else")
    func commands() {
        let name = Array("us.example".utf8)
        let address = Array("a+b@x.test".utf8)
        #expect(
            written { CommandWriter.hello(name.span, extended: true, into: &$0) } == "EHLO us.example\r\n")
        #expect(
            written { CommandWriter.hello(name.span, extended: false, into: &$0) } == "HELO us.example\r\n")
        #expect(
            written { CommandWriter.mail(from: address.span, size: nil, into: &$0) }
                == "MAIL FROM:<a+b@x.test>\r\n")
        #expect(
            written { CommandWriter.mail(from: address.span, size: 1_024, into: &$0) }
                == "MAIL FROM:<a+b@x.test> SIZE=1024\r\n")
        #expect(written { CommandWriter.recipient(address.span, into: &$0) } == "RCPT TO:<a+b@x.test>\r\n")
        #expect(written { CommandWriter.reset(into: &$0) } == "RSET\r\n")
        #expect(written { CommandWriter.data(into: &$0) } == "DATA\r\n")
        #expect(written { CommandWriter.dot(into: &$0) } == ".\r\n")
        #expect(written { CommandWriter.quit(into: &$0) } == "QUIT\r\n")
    }

    @Test("The empty return path is written as it is (RFC 5321 4.5.5)")
    func emptyReturnPath() {
        let nobody: [UInt8] = []
        #expect(written { CommandWriter.mail(from: nobody.span, size: nil, into: &$0) } == "MAIL FROM:<>\r\n")
    }

    @Test(
        "Every byte but control bytes, space, angle brackets and 8-bit ones may stand in an argument")
    func permittedBytes() {
        let permitted = (0x21...0x7E as ClosedRange<UInt8>).filter { $0 != 0x3C && $0 != 0x3E }
        #expect(
            written { CommandWriter.recipient(permitted.span, into: &$0) }
                == "RCPT TO:<\(String(decoding: permitted, as: UTF8.self))>\r\n")
    }

    @Test("An unchecked line end stops the process instead of becoming a second command")
    func lineEnd() async {
        await #expect(processExitsWith: .failure) {
            var buffer = ByteBuffer(capacity: 100)
            var writer = buffer.writer()
            CommandWriter.recipient(Array("a@x.test>\r\nDATA".utf8).span, into: &writer)
        }
    }

    @Test(
        "So does each byte that must not stand in an argument",
        arguments: [0x00, 0x0A, 0x20, 0x3E, 0x7F, 0xC3])
    func forbiddenBytes(byte: UInt8) async {
        await #expect(processExitsWith: .failure) { [byte] in
            var buffer = ByteBuffer(capacity: 100)
            var writer = buffer.writer()
            CommandWriter.recipient([0x61, byte, 0x62].span, into: &writer)
        }
    }
}
