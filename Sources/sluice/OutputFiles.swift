import ArgumentParser
import Foundation

/// The files that a command is going to write.
enum OutputFiles {
    /// Ends the command when one of them cannot be made: before it sends what they should tell of.
    static func check(_ paths: [String]) throws {
        for path in paths {
            guard let problem = problem(path) else { continue }
            Console.fail("\(path) cannot be made: \(problem); nothing was sent")
            throw ExitStatus.cannotCreate
        }
    }

    private static func problem(_ path: String) -> String? {
        let files = FileManager.default
        let parent = (path as NSString).deletingLastPathComponent
        let directory = parent.isEmpty ? "." : parent
        if isDirectory(path) { return "it is a directory" }
        if files.fileExists(atPath: path) && !isRegular(path) {
            return files.isWritableFile(atPath: path) ? nil : "it may not be written"
        }
        if !isDirectory(directory) { return "there is no directory \(directory)" }
        return files.isWritableFile(atPath: directory) ? nil : "the directory \(directory) may not be written"
    }

    private static func isDirectory(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/.")
    }

    private static func isRegular(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }
}
