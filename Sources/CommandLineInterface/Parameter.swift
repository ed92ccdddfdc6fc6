/// What a command accepts: a flag, an option with a value, or an argument by position.
public protocol Parameter: Sendable {
  var specification: ParameterSpecification { get }
}

/// A parameter without its type, as the parser, the help page and the shell completions see it.
public struct ParameterSpecification: Sendable {
  public enum Role: String, Hashable, Sendable {
    case flag
    case option
    case argument
  }

  public var role: Role
  /// The long name without dashes, or an argument's placeholder.
  public var name: String
  public var short: Character?
  /// Stands for the value in help; empty for a flag.
  public var placeholder: String
  public var summary: String
  public var isRequired: Bool
  public var isRepeated: Bool
  public var completion: Completion
  let read: @Sendable (String) throws(ValueError) -> any Sendable
}

/// A switch: given or not.
public struct Flag: Parameter {
  public let specification: ParameterSpecification

  public init(_ name: String, short: Character? = nil, _ summary: String) {
    specification = ParameterSpecification(
      role: .flag, name: name, short: short, placeholder: "", summary: summary, isRequired: false, isRepeated: true,
      completion: .none, read: { text throws(ValueError) in text })
  }
}

/// An option with a value: `--name VALUE`, `--name=VALUE` or `-n VALUE`.
public struct Option<Value: Sendable>: Parameter {
  public let specification: ParameterSpecification

  public init(
    _ name: String, short: Character? = nil, _ type: ValueType<Value>, isRequired: Bool = false,
    isRepeated: Bool = false, _ summary: String
  ) {
    specification = ParameterSpecification(
      role: .option, name: name, short: short, placeholder: type.placeholder, summary: summary,
      isRequired: isRequired, isRepeated: isRepeated, completion: type.completion,
      read: { text throws(ValueError) in try type.read(text) })
  }
}

/// A value by position; a repeated one takes all that follow and must come last.
public struct Argument<Value: Sendable>: Parameter {
  public let specification: ParameterSpecification

  public init(_ type: ValueType<Value>, isRequired: Bool = true, isRepeated: Bool = false, _ summary: String) {
    specification = ParameterSpecification(
      role: .argument, name: type.placeholder, short: nil, placeholder: type.placeholder, summary: summary,
      isRequired: isRequired, isRepeated: isRepeated, completion: type.completion,
      read: { text throws(ValueError) in try type.read(text) })
  }
}
