import Primitives

/// Memory to write into for as long as a benchmark runs.
@safe
final class Memory {
    private let bytes: UnsafeMutableRawBufferPointer

    init(capacity: Int) {
        unsafe bytes = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit { unsafe bytes.deallocate() }

    /// A writer that starts at the beginning. The memory must outlive it.
    var writer: ByteWriter { unsafe ByteWriter(bytes) }

    /// The bytes that a writer of this memory has written.
    func written(_ writer: ByteWriter) -> [UInt8] { unsafe Array(writer.written) }
}

/// A packed row: the recipient's address and the values of the merge fields.
func packedRow(number: Int = 7, address: String = "ann@customer.example", _ values: [String] = []) -> [UInt8] {
    let memory = Memory(capacity: 65_536)
    var writer = memory.writer
    PackedRow.begin(number: number, fieldCount: 1 + values.count, into: &writer)
    PackedRow.append(Array(address.utf8).span, into: &writer)
    for value in values { PackedRow.append(Array(value.utf8).span, into: &writer) }
    return memory.written(writer)
}
