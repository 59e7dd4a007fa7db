import ArgumentParser
import Uring

/// A receiver's address as people write it on a command line.
enum TargetText {
    /// Reads `127.0.0.1:2525`, `[::1]:2525`, `localhost:2525`, each also behind `smtp://`.
    static func address(_ text: String) throws -> SocketAddress {
        var rest = text
        if rest.hasPrefix("smtp://") { rest.removeFirst("smtp://".count) }
        if rest.hasPrefix("localhost:") { rest = "127.0.0.1" + rest.dropFirst("localhost".count) }
        guard let address = SocketAddress(rest), address.port > 0 else {
            throw ValidationError(
                "'\(text)' is not an address: write HOST:PORT with a numeric host, such as 127.0.0.1:2525 or "
                    + "[::1]:2525")
        }
        return address
    }
}

/// One worker's part of something that is divided as evenly as whole numbers allow.
struct Portion {
    private let index: Int
    private let count: Int

    init(_ index: Int, of count: Int) {
        self.index = index
        self.count = count
    }

    func size(of total: Int) -> Int { total * (index + 1) / count - total * index / count }
}
