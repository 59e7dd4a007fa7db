import Foundation

/// Files that the operator named.
enum FileReading {
    /// The whole file, or what is wrong with it.
    static func contents(of path: String, limit: Int) -> Result<[UInt8], ShapingProblem> {
        let place = RulePlace(file: path, line: 0)
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            var bytes: [UInt8] = []
            while let chunk = try handle.read(upToCount: 1 << 18), !chunk.isEmpty {
                bytes += chunk
                guard bytes.count <= limit else {
                    let what = "the file has more than \(limit) bytes"
                    return .failure(ShapingProblem(at: place, what: what, fix: "name the right file"))
                }
            }
            return .success(bytes)
        } catch {
            return .failure(problem(error, at: place))
        }
    }

    private static func problem(_ error: any Error, at place: RulePlace) -> ShapingProblem {
        if !FileManager.default.fileExists(atPath: place.file) {
            return ShapingProblem(at: place, what: "the file does not exist", fix: "check the path")
        }
        let values = try? URL(fileURLWithPath: place.file).resourceValues(forKeys: [.isDirectoryKey])
        if values?.isDirectory == true {
            return ShapingProblem(at: place, what: "this is a directory", fix: "name a file")
        }
        return ShapingProblem(
            at: place, what: "it cannot be read (\(error.localizedDescription))",
            fix: "check its permissions and the disk it is on")
    }
}
