import Foundation

/// What a file has to give.
enum InputChunk {
    /// At least one byte.
    case bytes(Data)
    /// Nothing has come for a while, and more may come.
    case nothingYet
    case ended
}

/// A file, or standard input, that is read from its beginning to its end in large pieces.
struct InputFile {
    /// Below the size of blocks that the allocator has mapped anew each time, page by page.
    static let chunkCount = 65_536

    /// The file, as the operator knows it.
    let name: String
    private let handle: FileHandle
    /// Whether it may be silent for long, like a pipe.
    private let mayBeSilent: Bool
    private let copy: ListCopy?

    /// - Parameter name: what problems call the file.
    init(path: String, shownAs name: String) throws(FileFault) {
        self.name = name
        mayBeSilent = false
        copy = nil
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw FileFault(reading: name, error)
        }
    }

    /// Standard input.
    ///
    /// - Parameter copy: gets all that is read.
    init(standardInputInto copy: ListCopy?) {
        handle = .standardInput
        name = "standard input"
        mayBeSilent = true
        self.copy = copy
    }

    /// The length of a file; nil for a pipe and the like, which cannot be read from its end.
    var byteCount: Int? {
        guard !mayBeSilent, let place = try? handle.offset(), let end = try? handle.seekToEnd() else { return nil }
        try? handle.seek(toOffset: place)
        return Int(end)
    }

    /// The next bytes. A file always has some until its end; standard input is waited for only as long as
    /// nobody notices, so that whoever reads can stop.
    func nextChunk() throws(FileFault) -> InputChunk {
        if mayBeSilent { return try nextOfStream() }
        do {
            let chunk = try handle.read(upToCount: InputFile.chunkCount)
            return chunk.map { $0.isEmpty ? .ended : .bytes($0) } ?? .ended
        } catch {
            throw FileFault(reading: name, error)
        }
    }

    private func nextOfStream() throws(FileFault) -> InputChunk {
        let chunk: InputChunk
        do { chunk = try StreamInput.read(handle.fileDescriptor, upTo: InputFile.chunkCount) } catch {
            throw FileFault(reading: name, error)
        }
        switch chunk {
        case .bytes(let bytes): try copy?.append(bytes)
        case .ended: try copy?.finish()
        case .nothingYet: break
        }
        return chunk
    }

    /// The whole file.
    static func contents(path: String, shownAs name: String, limit: Int) throws(FileFault) -> [UInt8] {
        let file = try InputFile(path: path, shownAs: name)
        var bytes: [UInt8] = []
        while case .bytes(let chunk) = try file.nextChunk() {
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
