/// What to simulate, apart from the source of paths. Results depend on everything here but `threads`.
public struct MonteCarloPlan: Sendable, Codable, Hashable {
  /// Rounded up to a multiple of 16.
  public var paths: Int
  public var seed: UInt64
  public var scheme = SamplingScheme.pseudorandom
  public var threads = 1
  /// Figures beyond terminal wealth, drawdown and minimum, which always come along.
  public var figures: Set<PathFigure> = []
  /// Steps after which the fan is recorded, zero-based and ascending.
  public var fanSteps: [Int] = []
  public var probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
  /// A path is ruined at a level if its wealth ever falls to that fraction of the start.
  public var ruinLevels = Self.ruinLevels
  public var periodsPerYear = 252.0
  public var riskFreePerStep = 0.0
  /// Values kept exactly per figure before quantiles come from buckets of relative width 1/4096.
  public var exactLimit = 1 << 20
  /// Ends the run as soon as the standard error of a figure's mean is at most this.
  public var stop: StopRule?

  /// The levels counted where nobody names others.
  public static let ruinLevels = [0.5, 0.7, 0.8, 0.9]

  /// When a run may end before all paths are made.
  public struct StopRule: Sendable, Codable, Hashable {
    public var figure: PathFigure
    public var standardError: Double
    public init(figure: PathFigure, standardError: Double) {
      self.figure = figure
      self.standardError = standardError
    }
  }

  public init(paths: Int, seed: UInt64) {
    self.paths = paths
    self.seed = seed
  }

  /// The fan at about `count` evenly spread steps, the last one included.
  public static func evenFan(steps: Int, count: Int) -> [Int] {
    guard steps > 0, count > 0 else { return [] }
    let kept = min(count, steps)
    return (1...kept).map { $0 * steps / kept - 1 }
  }

  func validate(steps: Int) throws(MonteCarloError) {
    // One block of sixteen, the independent unit, has no spread to take an error from; lanes of the quasi-random scheme do.
    try MonteCarloError.require(
      paths > (scheme == .quasiRandom ? 0 : PathBlock.lanes), "plan",
      "\(paths) paths; \(scheme == .quasiRandom ? 1 : PathBlock.lanes + 1) are needed for a standard error")
    try MonteCarloError.require(threads > 0, "plan", "at least one thread is needed")
    try MonteCarloError.require(steps > 0 && steps <= 1 << 24, "plan", "a path of \(steps) steps")
    try MonteCarloError.require(
      periodsPerYear > 0 && periodsPerYear <= 1e12, "plan", "\(periodsPerYear) periods a year")
    try MonteCarloError.require(riskFreePerStep, in: -1e6...1e6, "plan", "rate per step")
    try MonteCarloError.require(exactLimit >= 0, "plan", "the exact limit is negative")
    for (row, probability) in probabilities.enumerated() where !(probability >= 0 && probability <= 1) {
      throw MonteCarloError(series: "probabilities", row: row, reason: "\(probability) is not between 0 and 1")
    }
    for (row, level) in ruinLevels.enumerated() where !level.isFinite {
      throw MonteCarloError(series: "ruin levels", row: row, reason: "the level is \(level)")
    }
    for (row, step) in fanSteps.enumerated() {
      guard step >= 0, step < steps, row == 0 || step > fanSteps[row - 1] else {
        throw MonteCarloError(series: "fan steps", row: row, reason: "\(step) is not ascending within \(steps) steps")
      }
    }
    if let stop {
      try MonteCarloError.require(stop.standardError > 0, "plan", "the target error is \(stop.standardError)")
      try MonteCarloError.require(
        orderedFigures.contains(stop.figure), "plan", "it stops at the error of a figure it does not record")
    }
  }

  /// All figures to compute, in a fixed order.
  var orderedFigures: [PathFigure] {
    let always: [PathFigure] = [.terminalWealth, .maximumDrawdown, .minimumWealth]
    return always + PathFigure.allCases.filter { figures.contains($0) && !always.contains($0) }
  }
}
