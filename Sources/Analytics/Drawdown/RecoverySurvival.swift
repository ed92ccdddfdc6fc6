/// How long drawdowns last: the Kaplan-Meier estimate of the probability that a drawdown is still open after a time.
///
/// A drawdown that is open at the end of the data is censored: it counts as at risk until then and never as recovered.
/// Leaving it out would make recoveries look faster exactly when a strategy is in trouble.
public struct RecoverySurvival: Sendable, Hashable {
  /// The estimate from one length on.
  public struct Step: Sendable, Hashable {
    public let length: Int64
    /// Drawdowns that lasted at least this long.
    public let atRisk: Int
    public let recovered: Int
    public let censored: Int
    /// Probability of lasting longer than this.
    public let survival: Double
    /// Greenwood's standard error of `survival`.
    public let standardError: Double
  }

  public let steps: [Step]
  public let count: Int
  public let censoredCount: Int

  /// One length per drawdown, and whether it recovered.
  public init(lengths: [Int64], recovered: [Bool]) throws(AnalyticsError) {
    guard lengths.count == recovered.count else {
      throw AnalyticsError(
        series: "recovered flags", reason: .lengthMismatch(found: recovered.count, expected: lengths.count))
    }
    if let row = lengths.firstIndex(where: { $0 < 0 }) {
      throw AnalyticsError(series: "drawdown lengths", row: row, reason: .outOfRange("zero or more"))
    }
    let ordered = zip(lengths, recovered).sorted { $0.0 < $1.0 }
    var steps: [Step] = []
    var survival = 1.0
    var greenwood = 0.0
    var first = 0
    while first < ordered.count {
      var last = first
      while last < ordered.count, ordered[last].0 == ordered[first].0 { last += 1 }
      let atRisk = ordered.count - first
      let events = ordered[first..<last].lazy.filter { $0.1 }.count
      survival *= 1 - Double(events) / Double(atRisk)
      if events < atRisk { greenwood += Double(events) / (Double(atRisk) * Double(atRisk - events)) }
      steps.append(
        Step(
          length: ordered[first].0, atRisk: atRisk, recovered: events, censored: last - first - events,
          survival: survival, standardError: survival * greenwood.squareRoot()))
      first = last
    }
    self.steps = steps
    count = ordered.count
    censoredCount = recovered.lazy.filter { !$0 }.count
  }

  /// The lengths of a curve's drawdowns, the open one censored.
  public init(_ curve: DrawdownCurve) throws(AnalyticsError) {
    let periods = curve.periods
    try self.init(lengths: periods.map(\.length), recovered: periods.map { !$0.isOpen })
  }

  /// The probability that a drawdown lasts longer than `length`.
  public func survival(after length: Int64) -> Double {
    steps.last { $0.length <= length }?.survival ?? 1
  }

  /// The shortest length by which the given share has recovered; nil when the data never got that far.
  public func length(recoveredShare: Double) -> Int64? {
    // The slack absorbs products such as (1 − 1/3)(1 − 1/4) = 0.5000000000000001.
    steps.first { $0.survival <= 1 - recoveredShare + 1e-12 }?.length
  }

  /// The median time to recovery; nil when more than half of the drawdowns never recovered.
  public var median: Int64? { length(recoveredShare: 0.5) }

  /// The mean time under water up to the longest length seen: the area under the curve.
  public var restrictedMean: Double {
    var area = 0.0
    var from: Int64 = 0
    var survival = 1.0
    for step in steps {
      area += survival * Double(step.length - from)
      from = step.length
      survival = step.survival
    }
    return area
  }
}
