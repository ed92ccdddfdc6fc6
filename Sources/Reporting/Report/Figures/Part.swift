/// A part of a report, or the reason why the run does not have it: nothing is faked, and nothing vanishes silently.
enum Part<Value> {
  case present(Value)
  case absent(String)

  var value: Value? {
    if case .present(let value) = self { return value }
    return nil
  }

  var reason: String? {
    if case .absent(let reason) = self { return reason }
    return nil
  }

  /// Runs something that may refuse, and keeps the refusal's words.
  init(_ body: () throws -> Value) {
    do { self = .present(try body()) } catch { self = .absent("\(error)") }
  }

  func map<Other>(_ transform: (Value) throws -> Other) -> Part<Other> {
    switch self {
    case .present(let value): Part<Other> { try transform(value) }
    case .absent(let reason): .absent(reason)
    }
  }
}

extension Part where Value: Sendable {
  init(_ finding: Finding<Value>) {
    switch finding {
    case .found(let value): self = .present(value)
    case .absent(let reason): self = .absent(reason)
    }
  }
}

extension Part: Sendable where Value: Sendable {}
