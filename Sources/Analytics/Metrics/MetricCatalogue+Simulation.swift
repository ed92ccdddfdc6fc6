extension MetricCatalogue {
  /// Figures of a simulation of the run's own returns, each with its Monte Carlo standard error.
  static let simulation: [MetricDefinition] =
    figure("terminal_wealth", "Terminal wealth", .terminalWealth, "final wealth, starting from 1")
    + figure(
      "cagr", "Annual growth (CAGR)", .annualGrowth, "final wealth^(P/steps) - 1, P the plan's periods a year",
      .fraction)
    + figure(
      "max_drawdown", "Maximum drawdown", .maximumDrawdown,
      "largest loss from a peak as a share of it; the 95 % quantile is the maximum drawdown at risk", .fraction,
      .lowerIsBetter)
    + figure("sharpe", "Sharpe ratio", .sharpeRatio, "mean / sd of simple returns above the plan's rate, annualised")
    + figure(
      "time_under_water", "Time under water", .timeUnderWater, "share of steps below the peak so far", .fraction,
      .lowerIsBetter)
    + [
      MetricDefinition(
        "mc_probability_of_loss", "Simulated probability of loss", .simulation, .probability, .lowerIsBetter,
        formula: "share of paths with final wealth below 1", parameters: { parameters($0) }
      ) { context throws(AnalyticsError) in MetricEstimate(try context.simulation().probabilityOfLoss) },
      MetricDefinition(
        "mc_probability_of_ruin", "Simulated probability of ruin", .simulation, .probability, .lowerIsBetter,
        formula: "share of paths whose wealth is ever at or below the level: the highest of the levels asked for",
        parameters: { context in
          parameters(context)
            + (highestRuin(context.inputs.simulation).map { [MetricParameter("level", $0.level)] } ?? [])
        }
      ) { context throws(AnalyticsError) in
        let ruin = try highestRuin(try context.simulation()).orUndefined("no level of ruin was asked for")
        return MetricEstimate(ruin.probability)
      },
    ]

  private static func highestRuin(_ result: MonteCarloResult?) -> MonteCarloResult.Ruin? {
    result?.ruin.max { $0.level < $1.level }
  }

  @Sendable private static func parameters(_ context: MetricContext) -> [MetricParameter] {
    guard let result = context.inputs.simulation else { return [] }
    let method = context.inputs.simulationMethod.map { [MetricParameter("method", $0)] } ?? []
    return method + [
      MetricParameter("paths", Double(result.paths)), MetricParameter("steps", Double(result.steps)),
      MetricParameter("seed", String(result.seed)), MetricParameter("scheme", result.scheme.rawValue),
    ]
  }

  /// The mean and three quantiles of one figure over the paths.
  private static func figure(
    _ id: String, _ name: String, _ figure: PathFigure, _ meaning: String, _ unit: MetricUnit = .ratio,
    _ orientation: MetricOrientation = .higherIsBetter
  ) -> [MetricDefinition] {
    let mean = MetricDefinition(
      "mc_\(id)_mean", "\(name), mean over simulated paths", .simulation, unit, orientation,
      formula: "mean over paths of: \(meaning)", parameters: { parameters($0) }
    ) { context throws(AnalyticsError) in
      var estimate = MetricEstimate(
        try context.simulation().figures[figure].orUndefined("the simulation did not record it").mean)
      switch figure {
      case .maximumDrawdown, .timeUnderWater: estimate.range = 0...1
      case .annualGrowth: estimate.range = -1...Double.infinity
      case .terminalWealth: estimate.range = 0...Double.infinity
      default: break
      }
      return estimate
    }
    let quantiles = [(5, 0.05), (50, 0.5), (95, 0.95)].map { percent, probability in
      MetricDefinition(
        "mc_\(id)_p\(percent)", "\(name), \(percent) % quantile of simulated paths", .simulation, unit, orientation,
        formula: "\(percent) % quantile over paths of: \(meaning)", parameters: { parameters($0) }
      ) { context throws(AnalyticsError) in
        let summary = try context.simulation().figures[figure].orUndefined("the simulation did not record it")
        return MetricEstimate(
          try summary.quantile(probability).orUndefined("the simulation did not record this quantile"))
      }
    }
    return [mean] + quantiles
  }
}
