import Foundation

/// As much of JSON Schema 2020-12 as the schema of the report uses.
struct SchemaValidator {
    private let root: [String: Any]
    private(set) var problems: [String] = []
    private var used: Set<String> = []

    init(_ root: [String: Any]) { self.root = root }

    /// Properties that the schema describes and that no checked value had: `latency.p50`.
    func unusedProperties() -> [String] {
        var described: Set<String> = Self.properties(of: root, in: "")
        let definitions = root["$defs"] as? [String: [String: Any]] ?? [:]
        for (name, definition) in definitions {
            described.formUnion(Self.properties(of: definition, in: "#/$defs/\(name)"))
        }
        return described.subtracting(used).sorted()
    }

    private static func properties(of schema: [String: Any], in name: String) -> Set<String> {
        Set((schema["properties"] as? [String: Any] ?? [:]).keys.map { "\(name).\($0)" })
    }

    mutating func check(_ value: Any, against schema: [String: Any], at place: String, in name: String = "") {
        if let reference = schema["$ref"] as? String {
            let definitions = root["$defs"] as? [String: [String: Any]] ?? [:]
            guard let target = definitions[String(reference.dropFirst("#/$defs/".count))] else {
                return problems.append("\(place): \(reference) is not defined")
            }
            return check(value, against: target, at: place, in: reference)
        }
        checkScalar(value, against: schema, at: place)
        if let object = value as? [String: Any] { checkObject(object, against: schema, at: place, in: name) }
        if let array = value as? [Any], let items = schema["items"] as? [String: Any] {
            for (index, item) in array.enumerated() { check(item, against: items, at: "\(place)[\(index)]") }
        }
    }

    private mutating func checkObject(
        _ object: [String: Any], against schema: [String: Any], at place: String, in name: String
    ) {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        for key in schema["required"] as? [String] ?? [] where object[key] == nil {
            problems.append("\(place): \(key) is missing")
        }
        for (key, value) in object {
            guard let property = properties[key] else {
                problems.append("\(place): \(key) is not described")
                continue
            }
            used.insert("\(name).\(key)")
            check(value, against: property, at: "\(place).\(key)")
        }
    }

    private mutating func checkScalar(_ value: Any, against schema: [String: Any], at place: String) {
        if let type = schema["type"] as? String, !Self.value(value, is: type) {
            problems.append("\(place): is not of type \(type)")
        }
        if let constant = schema["const"] as? Int, value as? Int != constant {
            problems.append("\(place): is not \(constant)")
        }
        if let choices = schema["enum"] as? [String], !choices.contains(value as? String ?? "") {
            problems.append("\(place): is none of \(choices)")
        }
        if let minimum = schema["minimum"] as? Double, let number = value as? Double, number < minimum {
            problems.append("\(place): is below \(minimum)")
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            problems.append("\(place): does not match \(pattern)")
        }
    }

    private static func value(_ value: Any, is type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": value is Bool
        case "integer": value is Int
        case "number": value is Double
        default: false
        }
    }
}
