import Testing

@testable import Message

struct FillerTests {
    @Test func hasExactlyTheSizeAskedFor() throws {
        for byteCount in [
            220, 221, 293, 294, 295, 296, 368, 369, 370, 1_024, 10_240, 18_943, 18_944, 40_000, 3_000_000,
        ] {
            let letter = try filler(byteCount)
            for address in ["a@b.example", "a.longer.address@of-another.example"] {
                let composed = letter.composed(SampleRow(number: byteCount, address: address))
                #expect(composed.bytes.count == byteCount && !composed.overflowed)
                for shortest in [1, 2_000, 18_944, 20_000] {
                    let row = SampleRow(number: byteCount, address: address)
                    #expect(letter.composedSharing(row, shortest: shortest) == composed.bytes)
                }
                expectSafe(composed.bytes, "\(byteCount) bytes for \(address)")
                for line in MailReader.lines(composed.bytes) { #expect(line.count <= 78) }
            }
        }
    }

    @Test func hitsEverySizeOfALine() throws {
        for byteCount in 300..<460 {
            let bytes = try filler(byteCount).composed(SampleRow()).bytes
            #expect(bytes.count == byteCount)
            expectSafe(bytes, "\(byteCount) bytes")
        }
    }

    @Test func isAtLeastItsHeader() throws {
        let bytes = try filler(0).composed(SampleRow()).bytes
        let message = try MailReader(bytes)
        #expect(message.body.isEmpty)
        #expect(try message.value("To") == "ann@customer.example")
        #expect(try message.value("Message-ID") == "<5f3a9c.7@shop.example>")
        #expect(try filler(bytes.count + 1).composed(SampleRow()).bytes == bytes)
        #expect(try filler(bytes.count + 2).composed(SampleRow()).bytes == bytes + [0x0D, 0x0A])
    }

    private func filler(_ byteCount: Int) throws -> Letter {
        try Letter.filler(
            byteCount: byteCount, fromAddress: "load@bench.example", messageIDDomain: "shop.example",
            runToken: LetterParts.sampleRunToken)
    }
}
