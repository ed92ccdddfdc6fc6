/// One number a strategy can be tuned by: declared as data, so help and sweeps come for free.
public struct Parameter: Hashable, Sendable {
  public let name: String
  public let summary: String
  public let defaultValue: Double
  public let range: ClosedRange<Double>
  /// Only whole numbers make sense.
  public let isWhole: Bool
  /// It is the place of an instrument among those of the run.
  public let isInstrument: Bool

  public init(
    _ name: String, _ summary: String, default value: Double, in range: ClosedRange<Double>, isWhole: Bool = false,
    isInstrument: Bool = false
  ) {
    precondition(range.contains(value), "the default of \(name) lies outside its range")
    self.name = name
    self.summary = summary
    defaultValue = value
    self.range = range
    self.isWhole = isWhole || isInstrument
    self.isInstrument = isInstrument
  }
}

/// A wrong parameter: which one, and what would be right.
public struct ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  public var strategy: String
  public var parameter: String
  public var reason: String

  public var description: String { "\(strategy).\(parameter): \(reason)" }
}

/// The parameters of one lane: a value for each one the strategy declares.
public struct ParameterValues: Hashable, Sendable {
  private let values: [String: Double]

  /// Checks names and ranges, and fills in defaults.
  public init(_ given: [String: Double], for strategy: any Strategy.Type) throws(ParameterError) {
    var values: [String: Double] = [:]
    for parameter in strategy.parameters { values[parameter.name] = parameter.defaultValue }
    for (name, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let parameter = strategy.parameters.first(where: { $0.name == name }) else {
        let known = strategy.parameters.map(\.name).joined(separator: ", ")
        throw ParameterError(strategy: strategy.name, parameter: name, reason: "unknown; there are: \(known)")
      }
      guard parameter.range.contains(value) else {
        throw ParameterError(
          strategy: strategy.name, parameter: name,
          reason: "\(value) lies outside \(parameter.range.lowerBound)...\(parameter.range.upperBound)")
      }
      guard !parameter.isWhole || value == value.rounded() else {
        throw ParameterError(strategy: strategy.name, parameter: name, reason: "\(value) is no whole number")
      }
      values[name] = value
    }
    self.values = values
  }

  /// Every value by name.
  public var all: [String: Double] { values }

  public subscript(_ name: String) -> Double {
    guard let value = values[name] else { preconditionFailure("the strategy declares no parameter \(name)") }
    return value
  }

  public func whole(_ name: String) -> Int64 { Int64(self[name]) }
}
