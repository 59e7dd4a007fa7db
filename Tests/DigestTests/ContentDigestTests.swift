import Digest
import Testing

@Suite("SHA-256")
struct ContentDigestTests {
    @Test("Digests are those of FIPS 180-2, however the bytes are cut, one message after the other")
    func standard() throws {
        var digest = ContentDigest(try #require(DigestAlgorithm()))
        let table = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
        for (text, expected) in table + table {
            let bytes = Array(text.utf8)
            for split in 0...bytes.count {
                digest.begin()
                digest.read(bytes.span.extracting(0..<split))
                digest.read(bytes.span.extracting(split..<bytes.count))
                let sum = digest.finishInHexadecimal()
                #expect(sum == expected, "\(text) cut at \(split)")
            }
        }
    }

    @Test func theBytesAreThoseOfTheText() throws {
        var digest = ContentDigest(try #require(DigestAlgorithm()))
        digest.begin()
        let sum = digest.finish()
        let (first, last, count) = (sum[0], sum[31], sum.count)
        #expect(first == 0xE3 && last == 0x55 && count == ContentDigest.byteCount)
    }
}
