/// A parsed command line: the command, and the typed values of its parameters.
public struct Invocation {
  /// The names from the program's first subcommand down to the command.
  public let path: [String]
  public let console: Console
  let values: [String: [any Sendable]]

  public subscript(flag: Flag) -> Bool { values[Self.key(flag.specification)] != nil }

  /// The option's value, or nil when it was not given.
  public subscript<Value>(option: Option<Value>) -> Value? { all(option).last }

  /// The value of an argument; only for required ones, which the parser has made sure of.
  public subscript<Value>(argument: Argument<Value>) -> Value {
    guard let value = all(argument).first else {
      preconditionFailure("\(argument.specification.name) is not a required argument of this command")
    }
    return value
  }

  /// Every value of a repeated option, in order.
  public func all<Value>(_ option: Option<Value>) -> [Value] { typed(option.specification) }

  /// Every value of a repeated or optional argument, in order.
  public func all<Value>(_ argument: Argument<Value>) -> [Value] { typed(argument.specification) }

  /// The value of an option that is marked as required.
  public func required<Value>(_ option: Option<Value>) -> Value {
    guard let value = self[option] else {
      preconditionFailure("--\(option.specification.name) is not a required option of this command")
    }
    return value
  }

  private func typed<Value>(_ specification: ParameterSpecification) -> [Value] {
    (values[Self.key(specification)] ?? []).compactMap { $0 as? Value }
  }

  static func key(_ specification: ParameterSpecification) -> String {
    specification.role == .argument ? specification.name : "--" + specification.name
  }
}
