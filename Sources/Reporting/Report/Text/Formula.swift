/// Formulas of the catalogue, which are plain ASCII, as mathematics is set: powers and indices raised and lowered, roots,
/// products and minus signs as their own characters.
enum Formula {
  /// Escaped markup of a formula within words.
  static func html(_ text: String) -> String {
    var setter = FormulaSetter(Array(text))
    return setter.html(through: text.count)
  }
}

extension Formula {
  /// Of the cell that holds a formula: where raising and lowering would be lost in a CSV file, the ASCII text stands beside.
  static func attributes(_ text: String, _ markup: String) -> String {
    let isLost = markup.contains("<su")
    return "class=\"formula\"" + (isLost ? " data-v=\"\(HTML.escape(text))\"" : "")
  }
}

private struct FormulaSetter {
  private let characters: [Character]
  private var place = 0

  init(_ characters: [Character]) { self.characters = characters }

  mutating func html(through end: Int) -> String {
    var html = ""
    while place < end { html += next(end) }
    return html
  }

  private mutating func next(_ end: Int) -> String {
    let character = characters[place]
    if character.isLetter { return word(end) }
    switch character {
    case "^":
      place += 1
      return raised("sup", end)
    case "*" where isSpace(place - 1) && isSpace(place + 1): return take("·")
    case "-" where isMinus: return take("−")
    case "<" where at(place + 1) == "=": return take("≤", 2)
    case ">" where at(place + 1) == "=": return take("≥", 2)
    default: return take(HTML.escape(String(character)))
    }
  }

  /// A word, a function or a symbol with what stands below it.
  private mutating func word(_ end: Int) -> String {
    let start = place
    while place < end, characters[place].isLetter { place += 1 }
    let name = String(characters[start..<place])
    if at(place) == "(" {
      if name == "sqrt" { return root(end) }
      if name == "Phi" { return "Φ" }
    }
    if let digit = at(place), digit.isNumber, place < end, ["SR", "m", "Z"].contains(name) {
      place += 1
      return name + "<sub>\(digit)</sub>"
    }
    if at(place) == "_", place + 1 < end, let next = at(place + 1), next == "(" || isShort(from: place + 1) {
      place += 1
      return HTML.escape(name) + raised("sub", end)
    }
    return HTML.escape(name)
  }

  /// One symbol under a root needs no brackets.
  private mutating func root(_ end: Int) -> String {
    let close = closing(place, end)
    let inner = characters[(place + 1)..<close]
    guard inner.allSatisfy({ $0.isLetter }) || inner.allSatisfy({ $0.isNumber }), close > place + 1 else { return "√" }
    place = close + 1
    return "√" + String(inner)
  }

  /// What follows a `^` or `_`: a group in brackets, which are then not needed, or a number or symbol.
  private mutating func raised(_ tag: String, _ end: Int) -> String {
    if at(place) == "(", place < end {
      let close = closing(place, end)
      place += 1
      let inner = html(through: close)
      place = min(end, close + 1)
      return "<\(tag)>\(inner)</\(tag)>"
    }
    let start = place
    while place < end, characters[place].isLetter || characters[place].isNumber || isPoint(place) { place += 1 }
    return "<\(tag)>\(HTML.escape(String(characters[start..<place])))</\(tag)>"
  }

  /// Where the bracket that opens at `open` closes, at most the end.
  private func closing(_ open: Int, _ end: Int) -> Int {
    var depth = 0
    for index in open..<end {
      if characters[index] == "(" { depth += 1 }
      if characters[index] == ")" { depth -= 1 }
      if depth == 0 { return index }
    }
    return end
  }

  private mutating func take(_ text: String, _ count: Int = 1) -> String {
    place += count
    return text
  }

  private func at(_ index: Int) -> Character? { characters.indices.contains(index) ? characters[index] : nil }
  private func isSpace(_ index: Int) -> Bool { at(index) == " " }
  private func isPoint(_ index: Int) -> Bool { at(index) == "." && at(index + 1)?.isNumber ?? false }

  /// An index of one or two characters: longer ones are parts of names.
  private func isShort(from index: Int) -> Bool {
    let length = characters[index...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }.count
    return (1...2).contains(length)
  }

  /// Between spaces, before a number, or between symbols of one letter; else it joins two words.
  private var isMinus: Bool {
    if isSpace(place - 1) { return isSpace(place + 1) || at(place + 1)?.isNumber ?? false || at(place + 1) == "(" }
    guard let after = at(place + 1) else { return false }
    if after.isNumber { return place > 0 }
    let before = characters[..<place].reversed().prefix { $0.isLetter }.count
    let following = characters[(place + 1)...].prefix { $0.isLetter }.count
    return before <= 1 && following <= 1 && !(before == 1 && following == 1 && after.isUppercase)
      && (after.isNumber || after.isLetter || after == "(")
  }
}
