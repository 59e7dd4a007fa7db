import Benchmark
import Message
import Primitives

private let date = Array("Tue, 24 Nov 2026 06:05:46 +0000".utf8)

func messageBenchmarks() {
    // HTML with six fields.
    Benchmark("Letter-html-11KiB") { benchmark in
        let values = ["Ann", "Example", "Springfield", "4711", "gold", "12.50"]
        compose(try merged(), row: packedRow(values), benchmark)
    }

    Benchmark("Letter-filler-1KiB") { benchmark in
        let letter = try Letter.filler(
            byteCount: 1_024, fromAddress: "load@bench.test", messageIDDomain: "bench.test", runToken: "5f3a9c")
        compose(letter, row: packedRow(), benchmark)
    }
}

private func compose(_ letter: Letter, row: [UInt8], _ benchmark: Benchmark) {
    let memory = Memory(capacity: 65_536)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
        var writer = memory.writer
        letter.compose(PackedRow(row.span), date: date.span, into: &writer)
        blackHole(writer.count)
    }
}

private func merged() throws -> Letter {
    let names = ["first_name", "last_name", "city", "customer", "level", "balance"]
    let paragraph = "<p>" + String(repeating: "All of this is the same for everybody. ", count: 44) + "</p>\n"
    let html = names.map { "<h2>{{\($0)}}</h2>\n" + paragraph }.joined()
    return try Letter(
        LetterParts(
            fromName: "Example Shop", fromAddress: "news@shop.example",
            subject: TemplateSource(Array("Hello {{first_name}}".utf8)), html: TemplateSource(Array(html.utf8)),
            fieldNames: names, messageIDDomain: "shop.example", runToken: "5f3a9c",
            boundaryToken: "0123456789abcdef0123456789abcdef"))
}
