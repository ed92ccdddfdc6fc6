import Analytics

extension RunAnalysis {
  /// Histories resampled as the settings say.
  static func simulation(
    _ basis: Finding<ReturnBasis>, _ trades: Finding<TradeFindings>, capital: Double, _ settings: RunAnalysisSettings,
    while isWanted: @escaping () -> Bool
  ) -> Finding<SimulationFindings> {
    if settings.simulationMethod == .trades { return shuffle(basis, trades, capital: capital, settings, isWanted) }
    return basis.flatMap { basis in
      .from { () throws(MonteCarloError) in
        let (returns, name) = (basis.returns.values, basis.label)
        let method = try resampling(returns, name, settings)
        guard let method else {
          let (source, label) = try garchBootstrap(returns, name, settings)
          return try run(source, label: label, basis, settings, isWanted)
        }
        let source = try ReturnResampling(returns: returns, method: method, series: name)
        return try run(source, label: "\(method.label) of \(name)", basis, settings, isWanted)
      }
    }
  }

  /// The method with its block length; nil for the one that fits a model.
  private static func resampling(
    _ returns: [Double], _ name: String, _ settings: RunAnalysisSettings
  ) throws(MonteCarloError) -> ResamplingMethod? {
    switch settings.simulationMethod {
    case .garch, .trades: return nil
    case .independent: return .independent
    case .stationary:
      if let length = settings.simulatedBlockLength { return .stationary(meanLength: length) }
      return .stationary(meanLength: try BlockLength(returns, series: name).stationary)
    case .circular:
      guard let length = settings.simulatedBlockLength else {
        return .circular(length: Int(try BlockLength(returns, series: name).circular.rounded(.up)))
      }
      guard let whole = Int(exactly: length) else {
        throw MonteCarloError(series: "block length", reason: "\(length) is no whole number")
      }
      return .circular(length: whole)
    }
  }

  /// GARCH(1,1) by maximum likelihood, its own standardised errors drawn anew.
  private static func garchBootstrap(
    _ returns: [Double], _ name: String, _ settings: RunAnalysisSettings
  ) throws(MonteCarloError) -> (GarchBootstrap, label: String) {
    let fit: GARCH.Fit
    do throws(AnalyticsError) { fit = try GARCH.fit(returns) } catch {
      throw MonteCarloError(series: "GARCH(1,1) of \(name)", reason: error.description)
    }
    let model = fit.model
    let source = try GarchBootstrap(
      mean: model.mean, omega: model.omega, alpha: model.alpha, beta: model.beta,
      startVariance: fit.filtered.nextVariance, residuals: fit.filtered.standardizedErrors, steps: returns.count)
    func short(_ value: Double) -> String { String((value * 1e4).rounded() / 1e4) }
    return (
      source,
      "filtered bootstrap of \(name): GARCH(1,1), alpha \(short(model.alpha)), beta \(short(model.beta)), its own "
        + "residuals"
    )
  }

  private static func shuffle(
    _ basis: Finding<ReturnBasis>, _ trades: Finding<TradeFindings>, capital: Double, _ settings: RunAnalysisSettings,
    _ isWanted: @escaping () -> Bool
  ) -> Finding<SimulationFindings> {
    trades.flatMap { trades in
      .from { () throws(MonteCarloError) in
        let profits = trades.fillToFill.trips.map(\.netProfit)
        let source = try TradeShuffle(tradeProfits: profits, startingCapital: capital)
        var plan = self.plan(source, settings)
        if let returns = basis.value?.returns {
          plan.periodsPerYear = returns.periodsPerYear * Double(profits.count) / Double(returns.count)
        } else {
          plan.figures.subtract([.sharpeRatio, .annualGrowth])
        }
        return try run(
          source, plan: plan, step: .trade,
          label: "shuffle of \(profits.count) round trips (another order of the same trades, not another sample)",
          isWanted)
      }
    }
  }

  /// Quantiles close enough to draw whole distributions by.
  static let simulatedProbabilities = [0.01] + (1...19).map { Double($0) / 20 } + [0.99]

  private static func plan(_ source: some PathSource, _ settings: RunAnalysisSettings) -> MonteCarloPlan {
    var plan = MonteCarloPlan(paths: settings.paths(steps: source.steps), seed: settings.seed)
    plan.figures = Set(PathFigure.allCases)
    plan.probabilities = simulatedProbabilities
    plan.fanSteps = MonteCarloPlan.evenFan(steps: source.steps, count: 60)
    plan.ruinLevels = settings.ruinLevels
    plan.stop = settings.simulationTargetError.map { .init(figure: .terminalWealth, standardError: $0) }
    return plan
  }

  private static func run(
    _ source: some PathSource, label: String, _ basis: ReturnBasis, _ settings: RunAnalysisSettings,
    _ isWanted: @escaping () -> Bool
  ) throws(MonteCarloError) -> SimulationFindings {
    var plan = plan(source, settings)
    plan.periodsPerYear = basis.returns.periodsPerYear
    let riskFree = try? PeriodRate(annual: settings.riskFreeRate, periodsPerYear: plan.periodsPerYear)
    plan.riskFreePerStep = riskFree?.perPeriod ?? 0
    return try run(source, plan: plan, step: .period, label: label, isWanted)
  }

  private static func run(
    _ source: some PathSource, plan: MonteCarloPlan, step: SimulationFindings.Step, label: String,
    _ isWanted: @escaping () -> Bool
  ) throws(MonteCarloError) -> SimulationFindings {
    var run = try MonteCarloRun(source, plan: plan)
    return SimulationFindings(result: try run.run { _ in isWanted() }, step: step, method: label, plan: plan)
  }
}

extension Finding {
  /// The value of a simulation, or what it says is wrong.
  static func from(_ body: () throws(MonteCarloError) -> Value) -> Finding {
    do throws(MonteCarloError) { return .found(try body()) } catch { return .absent(reason: error.description) }
  }
}
