import Primitives

/// How long something becomes at most, by the bytes that it is made of.
struct LengthBound: Sendable {
    var quartersPerByte: Int
    var fixed: Int

    func count(of bytes: Int) -> Int { fixed + (quartersPerByte * bytes + 3) / 4 }
}

/// How long the messages of a letter become at most: one sum for each row, whatever the letter does with its fields.
struct LetterBounds: Sendable {
    /// Bytes that do not depend on the row, or hardly.
    private var fixed = 0
    /// Quarters of a byte for each byte of each packed field, up to the last field that is used.
    private var quarters: [Int] = []
    private var addresses = 0
    /// The size that a message is padded to.
    private var padded = 0

    init(_ steps: [Letter.Step], _ subject: SubjectLine) {
        for step in steps {
            fixed += step.literal.count
            switch step.insertion {
            case .nothing: break
            case .address:
                addresses += 1
                add(quarters: 4, of: 0)
            case .date: fixed += MailDate.byteCount
            case .rowNumber: fixed += 10
            case .subject:
                fixed += SubjectLine.bound.count(of: subject.literalCount)
                for field in subject.fields { add(quarters: SubjectLine.bound.quartersPerByte, of: field) }
            case .value(let value):
                fixed += BodyValue.bound.fixed
                add(quarters: BodyValue.bound.quartersPerByte, of: value.field)
            case .padding(let count, _): padded = count
            }
        }
    }

    private mutating func add(quarters count: Int, of field: Int) {
        while quarters.count <= field { quarters.append(0) }
        quarters[field] += count
    }

    func largestCount(of row: PackedRow) -> Int {
        max(fixed + (row.sumOfLengths(times: quarters.span) + 3) / 4, padded)
    }

    /// What a padded message has at most before the padding.
    var unpadded: Int { fixed + addresses * HeaderText.longestAddress }
}
