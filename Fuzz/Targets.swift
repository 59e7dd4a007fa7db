import Glibc
import Primitives

/// One kind of input that comes from outside, and what must hold for it.
struct FuzzTarget: Sendable {
    var name: String
    /// Calls `require` for all that must hold.
    var check: @Sendable ([UInt8]) -> Void

    static let all = [
        FuzzTarget(name: "replies", check: checkReplies),
        FuzzTarget(name: "capabilities", check: checkCapabilities),
        FuzzTarget(name: "address", check: checkAddress),
        FuzzTarget(name: "receiver", check: checkReceiver),
        FuzzTarget(name: "csv", check: checkCSV),
        FuzzTarget(name: "template", check: checkTemplate),
        FuzzTarget(name: "manifest", check: checkManifest),
        FuzzTarget(name: "shaping", check: checkShaping),
        FuzzTarget(name: "directory", check: checkDirectory),
    ]

    /// The one that the environment names.
    static let chosen: FuzzTarget = {
        let name = unsafe getenv("SLUICE_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let target = all.first(where: { $0.name == name }) else {
            print("SLUICE_FUZZ_TARGET is one of: \(all.map(\.name).joined(separator: " "))")
            exit(64)
        }
        return target
    }()
}

/// Called by libFuzzer with every input that it makes.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.check(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Stops the process when something does not hold, and says what, in release builds too.
func require(_ condition: Bool, _ what: StaticString) {
    if !condition { failure(what) }
}

func failure(_ what: StaticString) -> Never {
    print("does not hold: \(what)")
    preconditionFailure()
}

/// An input cut in two at a place that depends on all of its bytes.
struct CutInput {
    let whole: [UInt8]
    let pieces: [[UInt8]]

    init(_ bytes: [UInt8]) {
        let sum = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let cut = Int(sum % UInt64(bytes.count + 1))
        whole = bytes
        pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
    }
}

/// Memory to write into, the same for all inputs.
@safe
final class Memory {
    private let bytes: UnsafeMutableRawBufferPointer

    init(capacity: Int) {
        unsafe bytes = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit { unsafe bytes.deallocate() }

    var writer: ByteWriter { unsafe ByteWriter(bytes) }

    func written(_ writer: ByteWriter) -> [UInt8] { unsafe Array(writer.written) }
}
