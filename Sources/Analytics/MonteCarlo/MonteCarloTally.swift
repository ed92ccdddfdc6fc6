import Numerics

/// A figure with its Monte Carlo standard error.
public struct Estimate: Sendable, Codable, Hashable {
  public var value: Double
  public var standardError: Double

  public init(value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }
}

/// The mean of something over paths. Paths are the independent unit of the pseudorandom scheme, blocks of sixteen that of the
/// antithetic one, and the sixteen lanes that of the quasi-random one.
struct MeanTally: Sendable, Codable, Hashable {
  private var blocks = RunningMoments()
  private var paths = RunningMoments()
  private var laneSums = [Double](repeating: 0, count: PathBlock.lanes)

  mutating func add(_ lanes: UnsafePointer<Double>) {
    var sum = 0.0
    for lane in 0..<PathBlock.lanes {
      sum += lanes[lane]
      laneSums[lane] += lanes[lane]
      paths.add(lanes[lane])
    }
    blocks.add(sum / Double(PathBlock.lanes))
  }

  func estimate(_ scheme: SamplingScheme) -> Estimate {
    switch scheme {
    case .pseudorandom: return Estimate(value: blocks.mean, standardError: paths.standardErrorOfMean)
    case .antithetic: return Estimate(value: blocks.mean, standardError: blocks.standardErrorOfMean)
    case .quasiRandom: break
    }
    var lanes = RunningMoments()
    for sum in laneSums { lanes.add(sum / Double(max(blocks.count, 1))) }
    return Estimate(value: lanes.mean, standardError: lanes.standardErrorOfMean)
  }

  /// Of something that happens on a path or does not.
  func probability(_ scheme: SamplingScheme) -> EstimatedProbability {
    let count = max(1, paths.count)
    guard scheme == .pseudorandom else { return EstimatedProbability(estimate(scheme), of: count, level: 0.95) }
    return EstimatedProbability(happened: (blocks.mean * Double(count)).rounded(), of: count, level: 0.95)
  }
}

/// Mean and quantiles of one figure.
struct FigureTally: Sendable, Codable, Hashable {
  var mean = MeanTally()
  var sketch: QuantileSketch

  init(exactLimit: Int) { sketch = QuantileSketch(exactLimit: exactLimit) }

  mutating func add(_ lanes: UnsafePointer<Double>) {
    mean.add(lanes)
    for lane in 0..<PathBlock.lanes { sketch.add(lanes[lane]) }
  }

  func summary(_ plan: MonteCarloPlan, _ ranks: QuantileRanks) -> FigureSummary {
    // A quantile's error is half the distance between the quantiles one binomial standard error either side.
    let count = max(sketch.count, 1)
    let ranks = ranks.count == count ? ranks : QuantileRanks(plan.probabilities, count: count)
    var asked: [Double] = []
    for (probability, enclosing) in zip(plan.probabilities, ranks.enclosing) {
      let width = (probability * (1 - probability) / Double(count)).squareRoot()
      asked += [probability, max(0, probability - width), min(1, probability + width)]
      // In the middle of the order statistic, so that no rounding gives its neighbour.
      asked += [enclosing?.lower ?? 0, enclosing?.upper ?? 0].map { (Double($0) + 0.5) / Double(count) }
    }
    let found = sketch.quantiles(asked)
    return FigureSummary(
      mean: mean.estimate(plan.scheme),
      quantiles: plan.probabilities.indices.map { index in
        let own = Array(found[5 * index..<5 * index + 5])
        let enclosing = ranks.enclosing[index]
        return QuantileEstimate(
          probability: plan.probabilities[index], value: own[0],
          standardError: enclosing == nil ? nil : 0.5 * (own[2] - own[1]),
          interval: enclosing.map { $0.interval(from: own[3], to: own[4]) })
      }, quantilesAreExact: sketch.isExact)
  }
}

/// Which order statistics enclose the quantiles of so many values: found once for all figures, since every path has each.
struct QuantileRanks {
  let count: Int
  let enclosing: [EnclosingRanks?]

  init(_ probabilities: [Double], count: Int) {
    self.count = count
    enclosing = probabilities.map { EnclosingRanks(of: $0, count: count, level: 0.95) }
  }
}

/// A quantile with its Monte Carlo error.
public struct QuantileEstimate: Sendable, Codable, Hashable {
  public var probability: Double
  public var value: Double
  /// Half the distance between the quantiles one binomial standard error either side; nil without an interval, since it
  /// would be zero where the quantile lies beyond the paths.
  public var standardError: Double?
  /// Between two order statistics that enclose the true quantile with at least 95 %, paths counted as independent; nil
  /// when there are too few paths for any such pair.
  public var interval: ConfidenceInterval?
}

/// The distribution of one figure over paths.
public struct FigureSummary: Sendable, Codable, Hashable {
  public var mean: Estimate
  public var quantiles: [QuantileEstimate]
  /// False when quantiles come from buckets; they are then within `QuantileSketch.relativeError` of an observed value.
  public var quantilesAreExact: Bool

  /// The quantile at one of the probabilities kept.
  public func quantile(_ probability: Double) -> QuantileEstimate? {
    quantiles.first { $0.probability == probability }
  }
}
