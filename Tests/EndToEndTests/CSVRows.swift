import TestSupport

extension TestDirectory {
    /// The cells of a CSV file's rows, header and all, as RFC 4180 has them.
    func rows(_ name: String) throws -> [[String]] {
        var rows: [[String]] = [[]]
        var cell: [UInt8] = []
        var isQuoted = false
        for byte in try bytes(name) {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted, UInt8(ascii: "\n") where !isQuoted:
                rows[rows.count - 1].append(String(decoding: cell, as: UTF8.self))
                cell = []
                if byte == UInt8(ascii: "\n") { rows.append([]) }
            default: cell.append(byte)
            }
        }
        return rows.dropLast()
    }
}
