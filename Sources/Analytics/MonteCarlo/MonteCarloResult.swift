/// The distribution of outcomes of a simulation, each figure with its Monte Carlo error.
public struct MonteCarloResult: Sendable, Codable, Hashable {
  /// How often paths fell to a fraction of their start.
  public struct Ruin: Sendable, Codable, Hashable {
    /// Fraction of the starting wealth.
    public var level: Double
    public var probability: EstimatedProbability
  }

  /// The distribution of wealth after one step.
  public struct FanStep: Sendable, Codable, Hashable {
    /// Zero-based; the wealth is that after this step.
    public var step: Int
    public var wealth: FigureSummary
  }

  public var paths: Int
  public var steps: Int
  public var seed: UInt64
  public var scheme: SamplingScheme
  public var stoppedEarly: Bool
  public var figures: [PathFigure: FigureSummary]
  public var fan: [FanStep]
  /// P(terminal wealth < 1).
  public var probabilityOfLoss: EstimatedProbability
  public var ruin: [Ruin]

  init(_ state: MonteCarloState) {
    let plan = state.plan
    paths = state.paths
    steps = state.steps
    seed = plan.seed
    scheme = plan.scheme
    stoppedEarly = state.stoppedEarly
    let ranks = QuantileRanks(plan.probabilities, count: state.paths)
    figures = Dictionary(
      uniqueKeysWithValues: zip(plan.orderedFigures, state.figures).map { ($0, $1.summary(plan, ranks)) })
    fan = zip(plan.fanSteps, state.fan).map { FanStep(step: $0, wealth: $1.summary(plan, ranks)) }
    probabilityOfLoss = state.loss.probability(plan.scheme)
    ruin = zip(plan.ruinLevels, state.ruin).map { Ruin(level: $0, probability: $1.probability(plan.scheme)) }
  }

  public var terminalWealth: FigureSummary? { figures[.terminalWealth] }
  public var maximumDrawdown: FigureSummary? { figures[.maximumDrawdown] }
}

/// The outcome of one path, for payoffs.
public struct PathOutcome: Sendable {
  public var terminalWealth: Double
  public var maximumDrawdown: Double
  public var minimumWealth: Double
}
