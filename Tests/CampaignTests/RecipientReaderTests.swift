import Primitives
import SMTP
import Testing

@testable import Campaign

@Suite("Rows of a list become packed recipients or rejections")
struct RecipientReaderTests {
    @Test func plainRows() {
        #expect(
            ListReading().rows("a@x.example,Ann\nb@x.example,Bob\r\nc@x.example,Cid") == [
                .recipient(line: 1, fields: ["a@x.example", "Ann"]),
                .recipient(line: 2, fields: ["b@x.example", "Bob"]),
                .recipient(line: 3, fields: ["c@x.example", "Cid"]),
            ])
    }

    @Test func quotedCellsKeepCommasQuotesAndLineEnds() {
        let reading = ListReading()
        #expect(
            reading.rows(
                "\"a@x.example\",\"Lee, Ann\"\r\nb@x.example,\"say \"\"hi\"\"\"\nc@x.example,\"1\r\n2\"\nd@x.example,5\" disk"
            )
                == [
                    .recipient(line: 1, fields: ["a@x.example", "Lee, Ann"]),
                    .recipient(line: 2, fields: ["b@x.example", "say \"hi\""]),
                    .recipient(line: 3, fields: ["c@x.example", "1\r\n2"]),
                    .recipient(line: 5, fields: ["d@x.example", "5\" disk"]),
                ])
        #expect(reading.rows("a@x.example,\"\"\"\"") == [.recipient(line: 1, fields: ["a@x.example", "\""])])
    }

    @Test func aMarkAndEmptyLinesAreSkippedAndLinesStillCount() {
        #expect(
            ListReading().rows("\u{FEFF}\r\n\na@x.example,A\n\r\n\n\"b@x.example\",B\n\n") == [
                .recipient(line: 3, fields: ["a@x.example", "A"]),
                .recipient(line: 6, fields: ["b@x.example", "B"]),
            ])
        #expect(ListReading().rows("") == [])
        #expect(ListReading().rows("\u{FEFF}") == [])
        #expect(ListReading().rows("\r") == [])
    }

    @Test func anAddressIsGivenOnAsWrittenWithItsPlaceOfTheAtSign() {
        let packed = PackedRows()
        var reader = RecipientReader(layout: ListReading().layout, scanner: CSVScanner(), seed: 1)
        reader.feed(Array("Ann.Lee@BigMail.Example,x".utf8).span)
        reader.finish()
        let result = reader.next(into: &packed.writer, suppression: SuppressionList(seed: 1))
        #expect(result == .recipient(line: 1, atSign: 7))
        #expect(packed.fields(at: 0).number == 1)
        #expect(packed.fields(at: 0).fields[0] == Array("Ann.Lee@BigMail.Example".utf8))
    }

    @Test func everyReasonToReject() {
        var reading = ListReading(columns: ["email", "name", "note"])
        reading.defaults = ["note": "-"]
        reading.headerFields = ["name"]
        reading.suppressed = ["Gone@x.example", "@never.example"]
        let text = """
            a@x.example,A
            b@x.example,B,,
            nobody,C,
            gone@X.example,D,
            x@never.example,E,
            ok@x.example,F,
            ok@X.EXAMPLE,G,
            h@x.example,,n
            i@x.example,"two
            lines",
            j@x.example,ta\tb,
            k@x.example,K,nul\u{0}
            l@x.example,"L" or,
            m@x.example,M,"line
            break"
            """
        #expect(
            reading.rows(text) == [
                .rejected(line: 1, address: "a@x.example", .fieldCount(found: 2, expected: 3)),
                .rejected(line: 2, address: "b@x.example", .fieldCount(found: 4, expected: 3)),
                .rejected(line: 3, address: "nobody", .address(.noAtSign)),
                .rejected(line: 4, address: "gone@X.example", .suppressed),
                .rejected(line: 5, address: "x@never.example", .suppressed),
                .recipient(line: 6, fields: ["ok@x.example", "F", "-"]),
                .rejected(line: 7, address: "ok@X.EXAMPLE", .duplicate),
                .rejected(line: 8, address: "h@x.example", .missingValue(field: 1)),
                .rejected(line: 9, address: "i@x.example", .controlByte(field: 1)),
                .rejected(line: 11, address: "j@x.example", .controlByte(field: 1)),
                .rejected(line: 12, address: "k@x.example", .nulByte(field: 2)),
                .rejected(line: 13, address: "l@x.example,\"L\" ", .textAfterQuote),
                .recipient(line: 14, fields: ["m@x.example", "M", "line\nbreak"]),
            ])
    }

    @Test(arguments: ["\r\nBcc: x@y.example", "\r", "\n", "\u{0}", "\u{1B}[2J", "\u{7F}"])
    func noControlByteReachesAHeader(_ value: String) {
        var reading = ListReading()
        reading.headerFields = ["name"]
        #expect(
            reading.rows("a@x.example,\"A\(value)B\"\n") == [
                .rejected(line: 1, address: "a@x.example", .controlByte(field: 1))
            ])
    }

    @Test("however many rows are expected, what comes is the same", arguments: [1, 20, 1_000, 200_000, 1_000_000])
    func expectations(rows: Int) {
        let text = (0..<400).map {
            "r\($0 * $0 % 331)@x.example,\($0)\n\($0 % 7 == 0 ? "\n\"q\($0)@x.example\",a\n" : "")"
        }
        var reading = ListReading()
        let usual = reading.rows(text.joined())
        reading.expectedRows = rows
        #expect(reading.rows(text.joined()) == usual)
        #expect(usual.contains { !$0.isRecipient } && usual.count > 400)
    }

    @Test("the length of lines is that of those that are whole")
    func meanLineLength() {
        var scanner = CSVScanner()
        #expect(scanner.meanLineLength() == nil)
        scanner.feed(Array("email".utf8).span)
        #expect(scanner.meanLineLength() == nil)
        scanner.feed(Array("\na@x.example\r\n\nunfinished".utf8).span)
        #expect(scanner.meanLineLength() == Double(6 + 13 + 1) / 3)
    }

    @Test func duplicatesAreTheSameLocalPartAtTheSameDomainInAnyCase() {
        let rows = ListReading().rows("A@x.example,1\na@x.example,2\na@X.example,3\nA@x.EXAMPLE,4\n")
        #expect(
            rows == [
                .recipient(line: 1, fields: ["A@x.example", "1"]),
                .recipient(line: 2, fields: ["a@x.example", "2"]),
                .rejected(line: 3, address: "a@X.example", .duplicate),
                .rejected(line: 4, address: "A@x.EXAMPLE", .duplicate),
            ])
    }

    @Test("A row without a value does not stand in the way of a later one that has it")
    func aRejectedRowIsNotSeen() {
        let rows = ListReading().rows("a@x.example,\na@x.example,A\na@x.example,\n")
        #expect(
            rows == [
                .rejected(line: 1, address: "a@x.example", .missingValue(field: 1)),
                .recipient(line: 2, fields: ["a@x.example", "A"]),
                .rejected(line: 3, address: "a@x.example", .duplicate),
            ])
    }

    @Test func whatIsNotUTF8IsRejected() {
        let bytes = Array("a@x.example,".utf8) + [0xC3, 0x28, 0x0A] + Array("b@x.example,é\n".utf8)
        #expect(
            ListReading().rows(bytes) == [
                .rejected(line: 1, address: "a@x.example", .notUTF8),
                .recipient(line: 2, fields: ["b@x.example", "é"]),
            ])
    }

    @Test("A quote that is never closed costs its own line only")
    func unterminatedQuote() {
        let reading = ListReading()
        let before = Row.recipient(line: 1, fields: ["a@x.example", "A"])
        let lost = Row.rejected(line: 2, address: "b@x.example,\"Bob", .unterminatedQuote)
        let after = Row.recipient(line: 3, fields: ["c@x.example", "C"])
        #expect(reading.rows("a@x.example,A\nb@x.example,\"Bob\nc@x.example,C\n") == [before, lost, after])
        // The next quote of the file does not close it.
        #expect(
            reading.rows("a@x.example,A\nb@x.example,\"Bob\nc@x.example,C\nd@x.example,\"D\"\n")
                == [before, lost, after, .recipient(line: 4, fields: ["d@x.example", "D"])])
        #expect(reading.rows("b@x.example,\"Bob").count == 1)
        var many = "a@x.example,A\nb@x.example,\"Bob\nc@x.example,C\n"
        for index in 0..<6_000 { many += "r\(index)@x.example,R\n" }
        let rows = reading.rows(many)
        #expect(Array(rows.prefix(3)) == [before, lost, after])
        #expect(rows.count == 6_003)
        #expect(rows.last == .recipient(line: 6_003, fields: ["r5999@x.example", "R"]))
    }

    @Test func rowsUpToTheLimitPassAndLongerOnesCostThemselvesOnly() {
        let reading = ListReading()
        let room = CSVScanner.longestRow - "a@x.example,".utf8.count
        for end in ["", "\n", "\r\n"] {
            let fits = String(repeating: "n", count: room)
            #expect(
                reading.rows("a@x.example,\(fits)\(end)") == [
                    .recipient(line: 1, fields: ["a@x.example", fits])
                ])
            let rows = reading.rows("a@x.example,\(fits)n\(end)")
            #expect(rows.count == 1)
            guard case .rejected(1, _, .rowTooLong) = rows[0] else {
                Issue.record("a row of one byte too many was \(rows)")
                return
            }
        }
        let huge = String(repeating: "h", count: 200_000)
        let rows = reading.rows("a@x.example,A\n\(huge)\n\"\(huge)\"\nb@x.example,B\n")
        #expect(rows.count == 4)
        #expect(rows.last == .recipient(line: 4, fields: ["b@x.example", "B"]))
    }

    @Test(
        "A line is given up at the limit, not at its end, which may never come",
        arguments: ["a", "\"", "\"\n"])
    func aLineWithoutEnd(_ beginning: String) {
        var scanner = CSVScanner()
        let bytes = Array(beginning.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 65_537)
        scanner.feed(bytes.span)
        let step = scanner.next()
        #expect(step == .broken(beginning.contains("\n") ? .unterminatedQuote : .tooLong))
        #expect(CSVScanner.longestRow == 65_536)
    }

    @Test("A writer that is too full gets the row later, once")
    func fullWriter() {
        let packed = PackedRows(capacity: 30)
        var reader = RecipientReader(layout: ListReading().layout, scanner: CSVScanner(), seed: 1)
        reader.feed(Array("a@x.example,A\nb@x.example,B\nc@x.example,C\n".utf8).span)
        reader.finish()
        var addresses: [[UInt8]] = []
        var timesFull = 0
        reading: while timesFull < 10 {
            let offset = packed.writer.count
            switch reader.next(into: &packed.writer, suppression: SuppressionList(seed: 1)) {
            case .recipient: addresses.append(packed.fields(at: offset).fields[0])
            case .needsRoom:
                packed.writer.truncate(to: 0)
                timesFull += 1
            case .rejected, .needsInput, .ended: break reading
            }
        }
        #expect(
            addresses.map { String(decoding: $0, as: UTF8.self) } == [
                "a@x.example", "b@x.example", "c@x.example",
            ])
        #expect(timesFull == 2)
    }
}
