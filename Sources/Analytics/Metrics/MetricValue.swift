/// What a metric's number counts.
public enum MetricUnit: String, Sendable, Hashable, CaseIterable {
  /// A share of one, shown as percent.
  case fraction = "fraction"
  case ratio = "ratio"
  case probability = "probability"
  /// Account currency.
  case money = "money"
  case count = "count"
  /// Rows of the return series: sessions, or steps within them.
  case periods = "periods"
  case nanoseconds = "nanoseconds"
  case ticks = "ticks"
  case years = "years"
}

/// The part of the table a metric belongs to.
public enum MetricGroup: String, Sendable, Hashable, CaseIterable {
  case growth = "Growth"
  case risk = "Risk"
  case ratios = "Risk-adjusted return"
  case drawdown = "Drawdown"
  case tails = "Value at risk"
  case shape = "Distribution of returns"
  case benchmark = "Against the benchmark"
  case trades = "Trades"
  case execution = "Execution"
  case exposure = "Exposure"
  case simulation = "Monte Carlo"
  case luck = "Luck"
}

/// Which way is good.
public enum MetricOrientation: String, Sendable, Hashable, CaseIterable {
  case higherIsBetter = "higher is better"
  case lowerIsBetter = "lower is better"
  case neutral = "neutral"
}

/// A range that covers the true value with the stated probability.
public struct ConfidenceInterval: Sendable, Codable, Hashable {
  public let lower: Double
  public let upper: Double
  /// 0.95, for example.
  public let level: Double
  public let method: String

  public init(lower: Double, upper: Double, level: Double, method: String) {
    self.lower = lower
    self.upper = upper
    self.level = level
    self.method = method
  }
}

/// A parameter that a value depends on, as shown and stored beside it.
public struct MetricParameter: Sendable, Hashable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  public init(_ name: String, _ value: Double) {
    // Whole numbers read better without a fraction.
    let isWhole = value == value.rounded() && value.magnitude < 1e15
    self.init(name, isWhole ? String(Int64(value)) : String(value))
  }
}

/// A number, or the reason why there is none: a report never shows NaN.
public enum MetricResult: Sendable, Hashable {
  case value(Double)
  case absent(reason: String)

  public var number: Double? {
    if case .value(let number) = self { return number }
    return nil
  }
}

/// One metric of one run with all that is needed to read it.
public struct MetricValue: Sendable, Hashable {
  /// Stable across versions; the key in result files.
  public let id: String
  public let name: String
  public let group: MetricGroup
  public let unit: MetricUnit
  public let orientation: MetricOrientation
  /// The definition in words and symbols under the convention in use.
  public let formula: String
  public let parameters: [MetricParameter]
  public let result: MetricResult
  public var standardError: Double?
  /// Where the standard error comes from, in words; nil without one.
  public var standardErrorMethod: String?
  public var interval: ConfidenceInterval?
  /// What makes the value say less than it seems to, in words; nil when nothing does.
  public var caveat: String?

  public var number: Double? { result.number }
}
