/// Why a text is not a value of the wanted type, as a phrase after "--limit:".
public struct ValueError: Error, Hashable, Sendable {
  public var reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// What a shell offers while a value is typed.
public enum Completion: Hashable, Sendable {
  case none
  /// Files whose names end in one of these, or every file when empty.
  case files(endings: [String])
  case folders
  case words([String])
}

/// How the text of an option or argument becomes a value, and how help and shells speak of it.
public struct ValueType<Value: Sendable>: Sendable {
  /// Stands for the value in help, in capitals.
  public var placeholder: String
  public var completion: Completion
  let read: @Sendable (String) throws(ValueError) -> Value

  public init(
    _ placeholder: String, completion: Completion = .none,
    read: @escaping @Sendable (String) throws(ValueError) -> Value
  ) {
    self.placeholder = placeholder
    self.completion = completion
    self.read = read
  }
}

extension ValueType where Value == String {
  public static func text(_ placeholder: String) -> ValueType {
    ValueType(placeholder) { text throws(ValueError) in text }
  }

  /// A path of an existing or new file.
  public static func file(_ placeholder: String = "FILE", endings: [String] = []) -> ValueType {
    ValueType(placeholder, completion: .files(endings: endings)) { text throws(ValueError) in
      guard !text.isEmpty else { throw ValueError("expects a path, not an empty text") }
      return text
    }
  }

  public static func folder(_ placeholder: String = "FOLDER") -> ValueType {
    ValueType(placeholder, completion: .folders) { text throws(ValueError) in
      guard !text.isEmpty else { throw ValueError("expects a path, not an empty text") }
      return text
    }
  }

  /// One of a few words.
  public static func choice(_ placeholder: String, of words: [String]) -> ValueType {
    ValueType(placeholder, completion: .words(words)) { text throws(ValueError) in
      guard words.contains(text) else {
        throw ValueError(
          "'\(text)' is not one of \(words.joined(separator: ", "))" + suggestion(for: text, among: words))
      }
      return text
    }
  }
}

extension ValueType where Value == Int {
  public static func integer(_ placeholder: String = "N", in range: ClosedRange<Int> = Int.min...Int.max) -> ValueType {
    ValueType(placeholder) { text throws(ValueError) in
      guard let value = Int(text) else { throw ValueError("expects a whole number, not '\(text)'") }
      guard range.contains(value) else {
        throw ValueError("expects a whole number from \(range.lowerBound) to \(range.upperBound), not \(value)")
      }
      return value
    }
  }
}

extension ValueType where Value == Int64 {
  /// A moment as nanoseconds since the epoch: `2024-03-01`, `2024-03-01T14:30:00.5Z`, or the integer itself.
  public static func time(_ placeholder: String = "TIME") -> ValueType {
    ValueType(placeholder) { text throws(ValueError) in
      guard let nanoseconds = TimeText.nanoseconds(text) else {
        throw ValueError(
          "expects a UTC time such as 2024-03-01T14:30:00.5Z, a date, or nanoseconds since 1970, not '\(text)'")
      }
      return nanoseconds
    }
  }
}

extension ValueType where Value == KeyAndValue {
  /// `key=value`.
  public static func keyAndValue(_ placeholder: String = "KEY=VALUE") -> ValueType {
    ValueType(placeholder) { text throws(ValueError) in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ValueError("expects KEY=VALUE, not '\(text)'")
      }
      return KeyAndValue(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
  }
}

/// A setting such as `time=0` from a command line.
public struct KeyAndValue: Hashable, Sendable {
  public var key: String
  public var value: String

  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}
