import Foundation

/// The files of the package, found from the place of this one.
enum PackageTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All Swift files below `Sources`, in order.
    static func sources() throws -> [SourceText] {
        try files().filter { $0.hasPrefix("Sources/") && $0.hasSuffix(".swift") }.map { path in
            let data = try Data(contentsOf: root.appending(path: path))
            return SourceText(path: path, text: String(decoding: data, as: UTF8.self))
        }
    }

    /// All files of the package but those that tools make, in order.
    static func files() throws -> [String] {
        var files: [String] = []
        try collect("", into: &files)
        return files.sorted()
    }

    private static func collect(_ directory: String, into files: inout [String]) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: root.appending(path: directory).path) {
            if isMadeByTools(name) { continue }
            let path = directory.isEmpty ? name : directory + "/" + name
            let values = try root.appending(path: path).resourceValues(forKeys: [
                .isDirectoryKey, .isRegularFileKey,
            ])
            if values.isDirectory == true {
                try collect(path, into: &files)
            } else if values.isRegularFile == true {
                files.append(path)
            }
        }
    }

    private static func isMadeByTools(_ name: String) -> Bool {
        name.hasPrefix(".build") || [".git", ".swiftpm", "__pycache__", "Package.resolved"].contains(name)
    }
}
