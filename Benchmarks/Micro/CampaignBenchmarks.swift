import Benchmark
import Campaign
import Foundation
import Primitives

func campaignBenchmarks() {
    let wholeList = Benchmark.Configuration(scalingFactor: .one)
    // Reads, checks and packs them; opening the campaign is not measured.
    Benchmark("RecipientReader-10000-rows", configuration: wholeList) { benchmark in
        let directory = try ListDirectory(rows: 10_000)
        let memory = Memory(capacity: 1 << 17)
        for _ in benchmark.scaledIterations {
            var campaign = try ManifestLoader.load(path: directory.manifest, seed: 7)
            benchmark.startMeasurement()
            var count = 0
            var isReading = true
            while isReading {
                var writer = memory.writer
                switch try campaign.next(into: &writer) {
                case .recipient: count += 1
                case .rejected: count -= 1
                case .needsRoom, .needsInput, .ended: isReading = false
                }
            }
            benchmark.stopMeasurement()
            precondition(count == 10_000, "every row is good")
        }
    }
}

/// A campaign in a directory of its own, which goes when the benchmark ends.
private final class ListDirectory {
    private let place = FileManager.default.temporaryDirectory.appending(path: "sluice-micro-\(UUID().uuidString)")

    var manifest: String { place.appending(path: "campaign.yaml").path }

    init(rows: Int) throws {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let manifest = """
            name: list
            class: bulk
            from: news@shop.example
            envelope-from: bounces@shop.example
            subject: "Hello {{first_name}}"
            text: letter.txt
            recipients: { file: list.csv, address: email }
            route: 127.0.0.1:2525
            """
        try write(manifest, to: "campaign.yaml")
        try write("Hello {{first_name}} {{last_name}} in {{city}}.\n", to: "letter.txt")
        let lines = (0..<rows).map { "recipient.\($0)@customer.example,Ann,\"Example, \($0)\",Springfield\n" }
        try write("email,first_name,last_name,city\n" + lines.joined(), to: "list.csv")
    }

    deinit { try? FileManager.default.removeItem(at: place) }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: place.appending(path: name))
    }
}
