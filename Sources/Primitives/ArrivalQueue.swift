/// Elements in the order in which they came. Its memory is used again.
public struct ArrivalQueue<Element> {
    /// Nil where an element has left.
    @usableFromInline var places: [Element?] = []
    @usableFromInline var front = 0

    @inlinable
    public init() {}

    @inlinable
    public var isEmpty: Bool { front == places.count }

    /// Who came before all others; nil for nobody.
    @inlinable
    public var first: Element? { isEmpty ? nil : places[front] }

    /// Who comes so many places behind the first; nil for nobody.
    @inlinable
    public subscript(index: Int) -> Element? { front + index < places.count ? places[front + index] : nil }

    @inlinable
    public mutating func append(_ element: Element) { places.append(element) }

    @inlinable
    public mutating func removeFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = places[front]
        places[front] = nil
        front += 1
        // Each element is moved once at most for each that has left.
        if front * 2 >= places.count {
            places.removeFirst(front)
            front = 0
        }
        return element
    }

    @inlinable
    public mutating func removeAll(where leaves: (Element) -> Bool) {
        places.removeFirst(front)
        front = 0
        places.removeAll { $0.map(leaves) ?? false }
    }

    @inlinable
    public mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        front = 0
    }
}

extension ArrivalQueue: Sendable where Element: Sendable {}
