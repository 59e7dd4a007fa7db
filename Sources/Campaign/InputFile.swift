import Foundation

/// A file, or standard input, that is read from its beginning to its end in large pieces.
struct InputFile {
    static let chunkCount = 262_144

    /// The file, as the operator knows it.
    let name: String
    private let handle: FileHandle

    /// - Parameter name: what problems call the file.
    init(path: String, shownAs name: String) throws(FileFault) {
        self.name = name
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw FileFault(reading: name, error)
        }
    }

    private init(_ handle: FileHandle, shownAs name: String) {
        self.handle = handle
        self.name = name
    }

    static func standardInput() -> InputFile {
        InputFile(.standardInput, shownAs: "standard input")
    }

    /// The next bytes, at least one; nil at the end.
    func nextChunk() throws(FileFault) -> Data? {
        do {
            let chunk = try handle.read(upToCount: InputFile.chunkCount)
            return chunk?.isEmpty == false ? chunk : nil
        } catch {
            throw FileFault(reading: name, error)
        }
    }

    /// The whole file.
    static func contents(path: String, shownAs name: String, limit: Int) throws(FileFault) -> [UInt8] {
        let file = try InputFile(path: path, shownAs: name)
        var bytes: [UInt8] = []
        while let chunk = try file.nextChunk() {
            bytes.append(contentsOf: chunk)
            guard bytes.count <= limit else {
                throw FileFault(
                    file: name, what: "the file is larger than \(limit) bytes", fix: "is this the right file?"
                )
            }
        }
        return bytes
    }
}
