/// Words about a fill, apart from what differs between fills: static phrases are kept once on a page, whatever number of
/// fills they are said of, and joined with the values they had. What is read is the same wherever it is joined.
struct FillText: ExpressibleByStringInterpolation {
  /// One more than there are values.
  private(set) var phrases = [""]
  private(set) var values: [String] = []

  init(stringLiteral value: String) { phrases = [value] }
  init() {}

  init(stringInterpolation pieces: Interpolation) {
    phrases = pieces.text.phrases
    values = pieces.text.values
  }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = FillText()

    init(literalCapacity: Int, interpolationCount: Int) { text.values.reserveCapacity(interpolationCount) }

    mutating func appendLiteral(_ literal: String) { text.phrases[text.phrases.count - 1] += literal }

    /// A value: digits and units, never a name that somebody gave.
    mutating func appendInterpolation(_ value: String) {
      text.values.append(value)
      text.phrases.append("")
    }

    mutating func appendInterpolation(_ value: UInt64) { appendInterpolation(String(value)) }

    /// A word or a name that many fills share.
    mutating func appendInterpolation(phrase: String) { appendLiteral(phrase) }
  }

  static func += (text: inout FillText, more: FillText) {
    text.phrases[text.phrases.count - 1] += more.phrases[0]
    text.phrases += more.phrases.dropFirst()
    text.values += more.values
  }

  /// As it is read.
  var plain: String {
    var text = phrases[0]
    for (value, phrase) in zip(values, phrases.dropFirst()) {
      text += value
      text += phrase
    }
    return text
  }
}
