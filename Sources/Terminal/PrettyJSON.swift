import Foundation

extension Encodable {
    /// JSON that people can read as well: a line for each value, keys in order.
    ///
    /// - Parameter inSnakeCase: whether names of properties are changed to the form of documented keys; without it they
    ///   have that form already.
    package func prettyJSON(inSnakeCase: Bool = true) throws -> String {
        let encoder = JSONEncoder()
        if inSnakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
