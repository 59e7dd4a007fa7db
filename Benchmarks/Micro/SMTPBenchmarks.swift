import Benchmark
import Primitives
import SMTP

func smtpBenchmarks() {
    // A reply of one line, 64 of them in a read.
    Benchmark("ReplyParser-reply") { benchmark in
        let input = Array(String(repeating: "250 2.1.0 Ok\r\n", count: 64).utf8)
        var parser = ReplyParser()
        var cursor = 0
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            if cursor == input.count { cursor = 0 }
            blackHole(parser.next(in: input.span, at: &cursor))
        }
    }

    // MAIL, RCPT and DATA.
    Benchmark("CommandWriter-envelope") { benchmark in
        let memory = Memory(capacity: 1_024)
        let sender = Array("bounces+1234@news.shop.example".utf8)
        let recipient = Array("some.recipient@customer.example".utf8)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            var writer = memory.writer
            CommandWriter.mail(from: sender.span, size: 1_024, into: &writer)
            CommandWriter.recipient(recipient.span, into: &writer)
            CommandWriter.data(into: &writer)
            blackHole(writer.count)
        }
    }

    Benchmark("Address-check") { benchmark in
        let address = Array("some.recipient@customer.example".utf8)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(Address.check(address.span)) }
    }
}
