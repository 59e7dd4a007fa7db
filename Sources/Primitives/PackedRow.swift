/// One row of a list as contiguous bytes: a number and its fields, each with its length.
///
/// Rows travel between rooms, queues and threads as plain bytes: nothing is allocated for one. The layout is
/// private to this file: a 32-bit number, a 16-bit count of fields, then a 16-bit length before each field.
public struct PackedRow: ~Escapable {
    @usableFromInline let bytes: Span<UInt8>

    public static let headerCount = 6
    public static let longestField = Int(UInt16.max)

    /// - Parameter bytes: written by `begin` and `append`; anything else stops the process.
    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) {
        precondition(bytes.count >= PackedRow.headerCount, "a packed row has a header")
        self.bytes = bytes
    }

    /// Where the row stood in its list: the line of the file, or the index of a made-up recipient.
    @inlinable
    public var number: Int {
        Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16 | Int(bytes[3]) << 24
    }

    @inlinable
    public var fieldCount: Int { Int(bytes[4]) | Int(bytes[5]) << 8 }

    /// The bytes of one field, counted from 0.
    @inlinable
    @_lifetime(copy self)
    public func field(_ index: Int) -> Span<UInt8> {
        guard index != 0 else { return firstField }
        precondition(index > 0 && index < fieldCount, "the row has no such field")
        var start = PackedRow.headerCount
        for _ in 0..<index { start += 2 + length(at: start) }
        return bytes.extracting(start + 2..<start + 2 + length(at: start))
    }

    /// Found with one look at the header and the length that stands behind it.
    @inlinable
    var firstField: Span<UInt8> {
        @_lifetime(copy self)
        get {
            precondition(bytes.count >= 8, "the row has no such field")
            let head = bytes.word(at: 0)
            precondition(head >> 32 & 0xFFFF > 0, "the row has no such field")
            return bytes.extracting(8..<8 + Int(head >> 48))
        }
    }

    /// The lengths of the first fields, each times its weight.
    ///
    /// - Parameter weights: of as many fields.
    @inlinable
    public func sumOfLengths(times weights: Span<Int>) -> Int {
        precondition(weights.count <= fieldCount, "the row has no such field")
        var (sum, start) = (0, PackedRow.headerCount)
        for index in weights.indices {
            let length = length(at: start)
            sum += length * weights[index]
            start += 2 + length
        }
        return sum
    }

    @inlinable
    func length(at offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }

    /// Starts a row of `fieldCount` fields; exactly as many calls of `append` must follow.
    @inlinable
    @inline(__always)
    public static func begin(number: Int, fieldCount: Int, into writer: inout ByteWriter) {
        let low = UInt64(UInt32(truncatingIfNeeded: number))
        let high = UInt64(UInt16(truncatingIfNeeded: fieldCount))
        writer.append(littleEndian: low | high << 32, count: headerCount)
    }

    /// Starts a field of `count` bytes, which the caller appends.
    @inlinable
    @inline(__always)
    public static func beginField(count: Int, into writer: inout ByteWriter) {
        precondition(count <= PackedRow.longestField, "a packed field has at most 65,535 bytes")
        writer.append(littleEndian: UInt64(count), count: 2)
    }

    @inlinable
    public static func append(_ field: Span<UInt8>, into writer: inout ByteWriter) {
        beginField(count: field.count, into: &writer)
        writer.append(field)
    }
}
