/// What one uncertain assumption about execution was in each draw: a latency, a queue model, a way of filling.
public struct DrawnFactor: Hashable, Sendable {
  /// One entry a draw.
  public enum Values: Hashable, Sendable {
    /// Drawn from a range, in any unit.
    case numbers([Double])
    /// Drawn from a list of choices.
    case choices([String])
  }

  public let name: String
  public let values: Values

  /// A factor with a number for each draw.
  public init(_ name: String, numbers: [Double]) {
    self.name = name
    values = .numbers(numbers)
  }

  /// A factor with a named choice for each draw.
  public init(_ name: String, choices: [String]) {
    self.name = name
    values = .choices(choices)
  }

  public var count: Int {
    switch values {
    case .numbers(let numbers): numbers.count
    case .choices(let choices): choices.count
    }
  }
}

/// The same strategy on the same market, run once for each draw of what is uncertain about execution: one value a draw in
/// every column. The draws must be independent of each other; the base case is not one of them.
public struct ExecutionOutcomes: Hashable, Sendable {
  /// What one run ended with.
  public struct Outcome: Hashable, Sendable {
    public let profit: Double
    public let fills: Int
    /// A fraction of the high, zero or negative.
    public let deepestDrawdown: Double

    public init(profit: Double, fills: Int, deepestDrawdown: Double) {
      self.profit = profit
      self.fills = fills
      self.deepestDrawdown = deepestDrawdown
    }
  }

  public let profits: [Double]
  public let fills: [Int]
  public let deepestDrawdowns: [Double]
  /// The run that was reported, under the assumptions that were thought best.
  public let base: Outcome
  public let factors: [DrawnFactor]

  /// Checks and stores; at least two draws, columns of equal length, finite values.
  public init(
    profits: [Double], fills: [Int], deepestDrawdowns: [Double], base: Outcome, factors: [DrawnFactor] = []
  ) throws(AnalyticsError) {
    try requireFinite(profits, atLeast: 2, series: "profits")
    func requireLength(_ count: Int, _ series: String) throws(AnalyticsError) {
      guard count == profits.count else {
        throw AnalyticsError(series: series, reason: .lengthMismatch(found: count, expected: profits.count))
      }
    }
    try requireLength(fills.count, "fills")
    try requireLength(deepestDrawdowns.count, "deepest drawdowns")
    try Self.require(fills: fills, deepestDrawdowns: deepestDrawdowns, of: "draws")
    try requireFinite([base.profit], series: "profit of the base case")
    try Self.require(fills: [base.fills], deepestDrawdowns: [base.deepestDrawdown], of: "the base case")
    var names: Set<String> = []
    for (row, factor) in factors.enumerated() {
      try requireLength(factor.count, factor.name)
      if case .numbers(let numbers) = factor.values { try requireFinite(numbers, series: factor.name) }
      guard names.insert(factor.name).inserted else {
        throw AnalyticsError(series: "factors", row: row, reason: .outOfRange("named once each; \(factor.name) is not"))
      }
    }
    self.profits = profits
    self.fills = fills
    self.deepestDrawdowns = deepestDrawdowns
    self.base = base
    self.factors = factors
  }

  public var count: Int { profits.count }

  private static func require(fills: [Int], deepestDrawdowns: [Double], of what: String) throws(AnalyticsError) {
    if let row = fills.firstIndex(where: { $0 < 0 }) {
      throw AnalyticsError(series: "fills of \(what)", row: row, reason: .outOfRange("zero or more"))
    }
    try requireFinite(deepestDrawdowns, series: "deepest drawdowns of \(what)")
    if let row = deepestDrawdowns.firstIndex(where: { $0 > 0 }) {
      throw AnalyticsError(series: "deepest drawdowns of \(what)", row: row, reason: .outOfRange("zero or negative"))
    }
  }
}
