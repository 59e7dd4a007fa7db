import Pacing
import Primitives
import Testing

@Suite("Rates")
struct RateTests {
    @Test("Nothing makes a rate of nothing")
    func leastRate() {
        #expect(Rate(0, per: .zero, burst: -1) == Rate(1, per: Interval(nanoseconds: 1), burst: 1))
        #expect(Rate(.min, per: Interval(nanoseconds: .min)) == Rate(1, per: Interval(nanoseconds: 1)))
    }

    private func parse(_ text: String) throws(RateProblem) -> Rate {
        try Rate(parsing: Array(text.utf8).span)
    }

    @Test(
        "KumoMTA's throttles are read, with bursts of 1",
        arguments: [
            ("100/s", Rate(100, per: .seconds(1))), ("100/sec", Rate(100, per: .seconds(1))),
            ("100/second", Rate(100, per: .seconds(1))), ("7/m", Rate(7, per: .seconds(60))),
            ("7/min", Rate(7, per: .seconds(60))), ("7/minute", Rate(7, per: .seconds(60))),
            ("1,000/h", Rate(1_000, per: .seconds(3_600))), ("1_000/hr", Rate(1_000, per: .seconds(3_600))),
            ("1000/hour", Rate(1_000, per: .seconds(3_600))), ("5/d", Rate(5, per: .seconds(86_400))),
            ("100/day,max_burst=1", Rate(100, per: .seconds(86_400))),
            ("100/5min", Rate(100, per: .seconds(300))), ("1/1,000s", Rate(1, per: .seconds(1_000))),
            ("local:10/2h,max_burst=1,000", Rate(10, per: .seconds(7_200), burst: 1_000)),
            ("LOCAL:10/MIN,MAX_BURST=3", Rate(10, per: .seconds(60), burst: 3)),
            ("999999999999/366d", Rate(999_999_999_999, per: .seconds(366 * 86_400))),
        ] as [(String, Rate)])
    func grammar(text: String, rate: Rate) throws {
        #expect(try parse(text) == rate)
    }

    @Test(
        "What is no rate says why",
        arguments: [
            ("", .empty), ("local:", .empty), ("100", .noSlash), ("/s", .count), ("x/s", .count), ("-1/s", .count),
            ("1.5/s", .count), (" 1/s", .count), (",1/s", .count), ("1,/s", .count), ("_/s", .count),
            ("0/s", .countIsZero),
            ("1/", .unit), ("1/5", .unit), ("1/w", .unit), ("1/ss", .unit), ("1/s ", .unit), ("1/5,s", .unit),
            ("1/s/s", .unit), ("1/,5s", .unit), ("1/0s", .periodIsZero), ("1/367d", .tooLarge),
            ("1/999999999999d", .tooLarge), ("1/99999999999999999999d", .tooLarge),
            ("1000000000000/s", .tooLarge), ("99999999999999999999999/s", .tooLarge), ("1/s,", .option),
            ("1/s,burst=1", .option), ("1/s,max_burst", .option), ("1/s,max_burst=", .burst),
            ("1/s,max_burst=x", .burst), ("1/s,max_burst=0", .burstIsZero),
            ("1/s,max_burst=9999999999999", .tooLarge), ("1/5,max_burst=3", .unit), ("1/s,max_burst=1,", .burst),
        ] as [(String, RateProblem)])
    func problems(text: String, problem: RateProblem) {
        #expect(throws: problem) { try parse(text) }
    }

    @Test(
        "Bytes of all kinds are read without a trap, and what is read is written alike",
        arguments: 0..<200 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("0123456789,_/smhdinreacoul:=tx \u{0}\u{FF}".utf8)
        for _ in 0..<100 {
            let bytes = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            guard let rate = try? Rate(parsing: bytes.span), rate.burst == 1 else { continue }
            let again = try? Rate(parsing: Array(rate.description.utf8).span)
            #expect(again == rate, "seed \(seed): \(bytes)")
        }
    }

    @Test("Every problem has a sentence and a fix")
    func words() {
        for problem in RateProblem.allCases {
            #expect(!problem.sentence.isEmpty && !problem.fix.isEmpty)
        }
    }

    @Test(
        "Rates are written for people",
        arguments: [
            (Rate(1_000, per: .seconds(3_600)), "1,000/h"),
            (Rate(100, per: .seconds(1), burst: 5), "100/s, bursts of 5"),
            (Rate(1, per: .seconds(300)), "1/5min"), (Rate(50, per: .seconds(86_400)), "50/d"),
            (Rate(1_234_567, per: .milliseconds(1)), "1,234,567/ms"), (Rate(12, per: .seconds(90)), "12/90s"),
            (Rate(.max, per: Interval(nanoseconds: .max)), "9,223,372,036,854,775,807/9,223,372,036,854,775,807ns"),
        ] as [(Rate, String)])
    func description(rate: Rate, text: String) {
        #expect("\(rate)" == text)
    }
}
