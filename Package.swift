// swift-tools-version: 6.2
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(room)Tests", dependencies: [.byName(name: room)] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "sluice",
    products: [.executable(name: "sluice", targets: ["sluice"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLiburing", pkgConfig: "liburing", providers: [.apt(["liburing-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CProcessor"),

        // Pure rooms: no clock, no randomness, no I/O.
        room("Primitives", ["CProcessor"]),
        room("SMTP", ["Primitives"]),
        room("Message", ["Primitives"]),
        room(
            "Measurement",
            ["Primitives", .product(name: "Histogram", package: "hdrhistogram-swift")]),
        room("Pacing", ["Primitives"]),
        room("Delivery", ["Primitives", "SMTP", "Message", "Measurement", "Pacing"]),

        // Rooms that touch the world.
        room("Uring", ["Primitives", "CLiburing"]),
        room("Digest", ["COpenSSL"]),
        room("Shaping", ["Primitives", "Pacing"]),
        room(
            "Campaign",
            [
                "Primitives", "SMTP", "Message", "Digest", "Pacing", "Shaping",
                .product(name: "Yams", package: "Yams"),
            ]),
        room(
            "Ledger",
            [
                "Primitives", "SMTP", "Measurement", "Pacing", "Delivery", "Campaign", "Uring",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        room(
            "Engine",
            [
                "Primitives", "SMTP", "Message", "Measurement", "Pacing", "Delivery", "Shaping", "Campaign", "Ledger",
                "Uring",
            ]),
        room("Sink", ["Primitives", "SMTP", "Pacing", "Uring", "Digest"]),
        room("Terminal", ["Primitives", "Measurement"]),
        room("Simulation", ["Primitives", "SMTP", "Pacing", "Engine", "Uring"]),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Primitives", "SMTP", "Message", "Measurement", "Pacing", "Delivery", "Shaping", "Campaign", "Ledger",
                "Engine", "Sink", "Terminal", "Uring",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "InstructionCount",
            dependencies: ["Primitives", "SMTP", "Message", "Campaign", "Delivery", "Engine", "Ledger", "Uring"],
            path: "Benchmarks/Instructions", swiftSettings: strict),
        .executableTarget(
            name: "LedgerFigures", dependencies: ["Primitives", "SMTP", "Measurement", "Delivery", "Ledger"],
            path: "Benchmarks/Ledger", swiftSettings: strict),

        .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
        .target(
            name: "TestSupport", dependencies: ["CSpawn", "Uring"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("Primitives"),
        tests("SMTP", ["Primitives"]),
        tests("Message", ["Primitives"]),
        tests("Measurement", ["Primitives"]),
        tests("Pacing", ["Primitives"]),
        tests("Shaping", ["Primitives", "Pacing", "TestSupport", "sluice"]),
        tests("Delivery", ["Primitives", "SMTP", "Message", "Measurement", "Pacing"]),
        tests("Campaign", ["Primitives", "SMTP", "Message", "Pacing", "Shaping", "TestSupport"]),
        tests(
            "Ledger",
            [
                "Primitives", "SMTP", "Measurement", "Pacing", "Delivery", "Campaign", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests("Uring", ["Primitives"]),
        tests("Digest"),
        tests("Sink", ["Primitives", "SMTP", "Pacing", "Uring"]),
        .testTarget(
            name: "TerminalTests", dependencies: ["Terminal", "Primitives", "Measurement"],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        tests(
            "Engine",
            [
                "Primitives", "SMTP", "Message", "Measurement", "Pacing", "Delivery", "Shaping", "Campaign", "Sink",
                "Simulation", "TestSupport", "Uring",
            ]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Primitives", "SMTP", "Message", "Measurement", "Pacing", "Delivery", "Shaping", "Campaign", "Digest",
                "Ledger", "Engine", "Sink", "Uring", "TestSupport", "sluice",
            ],
            swiftSettings: strict),
    ])

// What only `make bench-micro` and `make fuzz` build; their dependencies are fetched for nobody else.
func isAsked(for name: String) -> Bool { ProcessInfo.processInfo.environment[name] != nil }

if isAsked(for: "SLUICE_BENCHMARKS") {
    package.dependencies.append(.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []))
    package.targets.append(
        .executableTarget(
            name: "Micro",
            dependencies: [
                "Primitives", "SMTP", "Message", "Pacing", "Delivery", "Campaign",
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro", swiftSettings: strict,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
}

if isAsked(for: "SLUICE_FUZZ") {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["Primitives", "SMTP", "Message", "Pacing", "Shaping", "Campaign"],
            path: "Fuzz",
            exclude: ["Seeds", "run"],
            // The fuzzer brings its own main function.
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
