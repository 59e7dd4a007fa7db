import Testing

@testable import Terminal

@Suite("Numbers as text")
struct NumberTextTests {
    @Test(
        "thousands are grouped",
        arguments: [
            (0, "0"), (12, "12"), (999, "999"), (1_000, "1,000"), (123_456, "123,456"),
            (-1_234_567, "-1,234,567"),
            (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
        ])
    func grouped(number: Int, text: String) {
        #expect(NumberText.grouped(number) == text)
    }

    @Test(
        "decimals are rounded and keep their zeros",
        arguments: [
            (0.0, 2, "0.00"), (1.005, 1, "1.0"), (1_234.05, 2, "1,234.05"), (9.96, 1, "10.0"), (2.5, 0, "3"),
            (-0.25, 2, "-0.25"), (.nan, 1, "?"), (.infinity, 0, "?"),
        ])
    func decimal(number: Double, places: Int, text: String) {
        #expect(NumberText.decimal(number, places: places) == text)
    }

    @Test(
        "a share never says all or nothing when that is not so",
        arguments: [
            (0, 0, ""), (0, 10, "0 %"), (10, 10, "100 %"), (1, 3, "33.3 %"), (1, 100_000, "< 0.1 %"),
            (99_999, 100_000, "> 99.9 %"), (9_994, 10_000, "99.9 %"),
        ])
    func share(part: Int, whole: Int, text: String) {
        #expect(NumberText.share(part, of: whole) == text)
    }

    @Test(
        "a time has the units that its length asks for, and is never told shorter",
        arguments: [
            (0, "0 s"), (0.2, "1 s"), (59, "59 s"), (59.5, "1:00"), (242.4, "4:03"), (86_399, "23:59:59"),
            (86_400, "1 day"), (97_199, "1 day 2 h"), (176_400, "2 days 1 h"), (31_536_000, "1 year"),
            (3_155_760_000, "100 years 25 days"), (-1, "?"), (Double.nan, "?"), (Double.infinity, "?"),
        ] as [(Double, String)])
    func span(seconds: Double, text: String) {
        #expect(NumberText.span(seconds: seconds) == text)
    }

    @Test(
        "days and minutes of the calendar",
        arguments: [
            (0, "1970-01-01 00:00"), (1, "1970-01-01 00:01"), (60, "1970-01-01 00:01"),
            (951_782_399, "2000-02-29 00:00"), (-1, "?"), (Int64.max, "?"),
        ] as [(Int64, String)])
    func minute(unixSeconds: Int64, text: String) {
        #expect(DateText.minute(unixSeconds) == text)
        #expect(DateText.day(.max) == "?" && DateText.day(.min) == "?" && DateText.day(20_759) == "2026-11-02")
    }

    @Test(
        "latencies change their unit where digits would be lost",
        arguments: [
            (0, "0 µs"), (999, "999 µs"), (1_000, "1.00 ms"), (9_994, "9.99 ms"), (9_996, "10.0 ms"),
            (99_960, "100 ms"), (999_994, "1,000 ms"), (999_995, "1.00 s"), (3_600_000_000, "3,600 s"),
        ])
    func latency(microseconds: Int, text: String) {
        #expect(NumberText.latency(microseconds: microseconds) == text)
    }

    @Test(
        "durations and clocks",
        arguments: [
            (0.0, "0.00 s", "0:00"), (1.524, "1.52 s", "0:01"), (59.99, "59.99 s", "0:59"),
            (59.999, "0:59", "0:59"), (61, "1:01", "1:01"), (3_723, "1:02:03", "1:02:03"),
            (-1, "-1.00 s", "?"),
        ])
    func durations(seconds: Double, duration: String, clock: String) {
        #expect(NumberText.duration(seconds: seconds) == duration)
        #expect(NumberText.clock(seconds: seconds) == clock)
    }

    @Test(
        "bytes have decimal units",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (34_200_000, "34.2 MB"), (999_960_000, "1.0 GB"),
            (Int.max, "9,223.4 PB"),
        ])
    func bytes(count: Int, text: String) {
        #expect(NumberText.bytes(count) == text)
    }

    @Test(
        "rates", arguments: [(0.0, "0"), (0.5, "0.5"), (99.9, "99.9"), (99.96, "100"), (14_210.4, "14,210")])
    func rates(perSecond: Double, text: String) {
        #expect(NumberText.rate(perSecond) == text)
    }
}

@Suite("Text in cells")
struct TextWidthTests {
    @Test("what could steer a terminal is replaced")
    func cleaned() {
        #expect(TextWidth.cleaned("a\u{1B}[2Jb\r\nc\u{9B}d\u{202E}e\u{7F}") == "a?[2Jb??c?d?e?")
        #expect(TextWidth.cleaned("Grüße, 東京 👍") == "Grüße, 東京 👍")
    }

    @Test(
        "cells are counted, not bytes",
        arguments: [("", 0), ("abc", 3), ("Grüße", 5), ("e\u{301}", 1), ("東京", 4), ("👍", 2)])
    func width(text: String, cells: Int) {
        #expect(TextWidth.width(of: text) == cells)
    }

    @Test(
        "a text that is too wide is cut to the limit and says so",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
            ("abcdef", -3, ""), ("東京都", 5, "東京…"), ("東京都", 4, "東…"),
        ])
    func fitted(text: String, limit: Int, expected: String) {
        #expect(TextWidth.fitted(text, to: limit) == expected)
    }
}
