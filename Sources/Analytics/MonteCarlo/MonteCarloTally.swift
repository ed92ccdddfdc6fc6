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

/// The mean of something over paths. Blocks of sixteen are the independent unit of the pseudorandom and the antithetic
/// scheme; of the quasi-random one, the sixteen lanes are.
struct MeanTally: Sendable, Codable, Hashable {
  private var blocks = RunningMoments()
  private var laneSums = [Double](repeating: 0, count: PathBlock.lanes)

  mutating func add(_ lanes: UnsafePointer<Double>) {
    var sum = 0.0
    for lane in 0..<PathBlock.lanes {
      sum += lanes[lane]
      laneSums[lane] += lanes[lane]
    }
    blocks.add(sum / Double(PathBlock.lanes))
  }

  func estimate(_ scheme: SamplingScheme) -> Estimate {
    guard scheme == .quasiRandom else { return Estimate(value: blocks.mean, standardError: blocks.standardErrorOfMean) }
    var lanes = RunningMoments()
    for sum in laneSums { lanes.add(sum / Double(max(blocks.count, 1))) }
    return Estimate(value: lanes.mean, standardError: lanes.standardErrorOfMean)
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

  func summary(_ plan: MonteCarloPlan) -> FigureSummary {
    // A quantile's error is half the distance between the quantiles one binomial standard error either side.
    let count = Double(max(sketch.count, 1))
    var asked: [Double] = []
    for probability in plan.probabilities {
      let width = (probability * (1 - probability) / count).squareRoot()
      asked += [probability, max(0, probability - width), min(1, probability + width)]
    }
    let found = sketch.quantiles(asked)
    return FigureSummary(
      mean: mean.estimate(plan.scheme),
      quantiles: plan.probabilities.indices.map { index in
        QuantileEstimate(
          probability: plan.probabilities[index],
          estimate: Estimate(
            value: found[3 * index], standardError: 0.5 * (found[3 * index + 2] - found[3 * index + 1])))
      }, quantilesAreExact: sketch.isExact)
  }
}

/// A quantile with its Monte Carlo standard error.
public struct QuantileEstimate: Sendable, Codable, Hashable {
  public var probability: Double
  public var estimate: Estimate
}

/// The distribution of one figure over paths.
public struct FigureSummary: Sendable, Codable, Hashable {
  public var mean: Estimate
  public var quantiles: [QuantileEstimate]
  /// False when quantiles come from buckets; they are then within `QuantileSketch.relativeError` of an observed value.
  public var quantilesAreExact: Bool

  /// The quantile at one of the probabilities kept.
  public func quantile(_ probability: Double) -> Estimate? {
    quantiles.first { $0.probability == probability }?.estimate
  }
}
