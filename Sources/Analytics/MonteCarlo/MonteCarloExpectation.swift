import Numerics

/// Expectations of functions of a path's outcome.
public enum MonteCarloExpectation {
  /// A quantity with a known expectation; the estimate uses the regression on it to remove the noise they share.
  public struct Control: Sendable {
    public var expectation: Double
    public var value: @Sendable (PathOutcome) -> Double

    public init(expectation: Double, value: @escaping @Sendable (PathOutcome) -> Double) {
      self.expectation = expectation
      self.value = value
    }

    /// Terminal wealth, whose expectation every model with a compensated drift knows.
    public static func terminalWealth(expectation: Double) -> Control {
      Control(expectation: expectation) { $0.terminalWealth }
    }
  }

  /// The expectation of `payoff` over the plan's paths, with its standard error; stop rules, fans and ruin levels of the
  /// plan are not used.
  public static func estimate<Source: PathSource>(
    _ source: Source, plan: MonteCarloPlan, control: Control? = nil,
    payoff: @Sendable (PathOutcome) -> Double
  ) throws(MonteCarloError) -> Estimate {
    try plan.validate(steps: source.steps)
    try source.requireScheme(plan.scheme)
    if let control {
      try MonteCarloError.require(
        control.expectation.isFinite, "control", "its expectation is \(control.expectation)")
    }
    let lanes = PathBlock.lanes
    let total = MonteCarloRun<Source>.blockCount(plan)
    var bare = plan
    bare.figures = []
    bare.fanSteps = []
    // One entry per independent unit: a path, a block of the antithetic scheme, or a lane of the quasi-random one. The
    // regression on a control is over blocks too.
    let isQuasi = plan.scheme == .quasiRandom
    let isPlain = plan.scheme == .pseudorandom && control == nil
    var paths = PairMoments()
    var laneSums = [(Double, Double)](repeating: (0, 0), count: lanes)
    var blockMeans = PairMoments()
    let perChunk = MonteCarloRun<Source>.blocksPerChunk
    for start in stride(from: 0, to: total, by: perChunk) {
      let output = ChunkOutput(source, bare, blocks: start..<min(start + perChunk, total))
      if let fault = output.fault { throw fault }
      for block in 0..<output.blockCount {
        var sum = (0.0, 0.0)
        for lane in 0..<lanes {
          let row = block * output.stride + lane
          let outcome = PathOutcome(
            terminalWealth: output.values[row], maximumDrawdown: output.values[row + lanes],
            minimumWealth: output.values[row + 2 * lanes])
          let paid = payoff(outcome)
          let known = control?.value(outcome) ?? 0
          guard paid.isFinite, known.isFinite else {
            throw MonteCarloError(
              series: paid.isFinite ? "control" : "payoff", row: (start + block) * lanes + lane,
              reason: "it is \(paid.isFinite ? known : paid) for a terminal wealth of \(outcome.terminalWealth)")
          }
          if isPlain { paths.add(paid, known) }
          sum.0 += paid
          sum.1 += known
          laneSums[lane].0 += paid
          laneSums[lane].1 += known
        }
        blockMeans.add(sum.0 / Double(lanes), sum.1 / Double(lanes))
      }
    }
    var units = isPlain ? paths : blockMeans
    if isQuasi {
      units = PairMoments()
      for sum in laneSums { units.add(sum.0 / Double(total), sum.1 / Double(total)) }
    }
    return units.estimate(controlExpectation: control?.expectation)
  }
}

/// Means, variances and covariance of pairs by Welford's update.
struct PairMoments {
  private var count = 0.0
  private var mean = (0.0, 0.0)
  private var squares = (0.0, 0.0)
  private var product = 0.0

  mutating func add(_ first: Double, _ second: Double) {
    count += 1
    let difference = (first - mean.0, second - mean.1)
    mean.0 += difference.0 / count
    mean.1 += difference.1 / count
    squares.0 += difference.0 * (first - mean.0)
    squares.1 += difference.1 * (second - mean.1)
    product += difference.0 * (second - mean.1)
  }

  func estimate(controlExpectation: Double?) -> Estimate {
    guard let controlExpectation, squares.1 > 0, count > 3 else {
      return Estimate(value: mean.0, standardError: (squares.0 / (count - 1) / count).squareRoot())
    }
    let slope = product / squares.1
    let residual = max(0, squares.0 - slope * product)
    return Estimate(
      value: mean.0 - slope * (mean.1 - controlExpectation),
      standardError: (residual / (count - 2) / count).squareRoot())
  }
}
