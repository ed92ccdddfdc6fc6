import Analytics

extension ResultSchema {
  /// Tails, their backtests, the simulation and luck.
  static let riskGroups: [ResultGroup] = [
    tails, thresholds, meanExcess, portfolioRisk, riskContributions, stress, stressPositions, stressWindows, backtests,
    backtestTests, backtestForecasts, monteCarlo, monteCarloQuantiles, monteCarloFan, monteCarloRuin, luck, luckPaths,
    luckWalk, luckNotes,
  ]

  private static let tails: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [TailEntry] = \.tails
    let axes = ["row"]
    return ResultGroup(
      "/tails", "value at risk and expected shortfall of one period of the basis (see /analysis); losses are positive",
      condition: "the run was analysed",
      columns: [index("row", "number of the row", rows)]
        + words("method", axes: axes, "how it is estimated", rows, \.method.name) + [
          column("confidence", axes: axes, "level", unit: "1", rows, \.confidence),
          column("value_at_risk", axes: axes, "missing when it does not exist", unit: "1", rows) {
            $0.risk.value?.valueAtRisk
          },
          column("expected_shortfall", axes: axes, "missing when it does not exist", unit: "1", rows) {
            $0.risk.value?.expectedShortfall
          },
          column("reason", axes: axes, "why it does not exist; empty when it does", rows) { row -> String in
            row.risk.reason ?? ""
          },
        ]
    ) { $0.analysis != nil }
  }()

  private static let stress: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [StressFindings.Entry] = { $0.stress.value?.entries ?? [] }
    let axes = ["stress"]
    return group(
      "/stress", "losses of the largest positions under shocks, and the worst spans that happened; losses are positive",
      condition: "a position was held or it has returns enough", \.stress.value,
      columns: [
        index("stress", "number of the row", rows),
        column("name", axes: axes, "what happens", rows, text: \.name),
        column("formula", axes: axes, "how the loss is computed from /stress/positions", rows, text: \.formula),
        moment("time", axes: axes, "of the largest positions, or the end of the span that happened", rows, \.time),
        column("price_loss", axes: axes, "of the move of prices; missing for what happened", unit: "money", rows) {
          $0.parts?.priceLoss
        },
        column(
          "volatility_loss", axes: axes, "of positions with optionality; zero for linear ones", unit: "money", rows
        ) {
          $0.parts?.volatilityLoss
        },
        column("spread_cost", axes: axes, "half the shocked spread on what is sold", unit: "money", rows) {
          $0.parts?.spreadCost
        },
        column("impact_cost", axes: axes, "square-root impact of leaving within a day", unit: "money", rows) {
          $0.parts?.impactCost
        },
        column("loss", axes: axes, "in all", unit: "money", rows) { $0.loss },
        moment(
          "window_start", axes: axes, "start of the span that happened; missing for shocks", isOptional: true, rows
        ) { $0.window?.start ?? .min },
        column("first_day", axes: axes, "of the span that happened; empty for shocks", rows) { row -> String in
          row.window?.firstDay.description ?? ""
        },
        column("last_day", axes: axes, "of the span that happened; empty for shocks", rows) { row -> String in
          row.window?.lastDay.description ?? ""
        },
        column("share", axes: axes, "of the equity then; missing without any", unit: "1", rows, \.share),
      ])
  }()

  private static let stressPositions: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [StressFindings.Position] = { $0.stress.value?.positions ?? [] }
    let axes = ["row"]
    return group(
      "/stress/positions", "what the shocks act on: positions when gross exposure was highest",
      condition: "a position was held or it has returns enough", \.stress.value,
      columns: [
        index("row", "number of the row", rows),
        column("instrument", axes: axes, "symbol", rows, text: \.position.asset),
        column("value", axes: axes, "v: market value, negative when short", unit: "money", rows, \.position.value),
        column(
          "relative_spread", axes: axes, "s: quoted spread over the price", unit: "1", rows, \.position.relativeSpread),
        column("spread_source", axes: axes, "what the spread is taken from", rows, text: \.spreadSource),
        column("daily_volatility", axes: axes, "σ: realised over the run", unit: "1", rows, \.position.dailyVolatility),
        column(
          "daily_turnover", axes: axes, "V: value the market traded a day; missing when nobody counted", unit: "money",
          rows
        ) { $0.position.dailyTurnover.isFinite ? $0.position.dailyTurnover : nil },
      ])
  }()

  private static let stressWindows: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [StressFindings.StressedTail] = { $0.stress.value?.stressedTails ?? [] }
    let axes = ["row"]
    return group(
      "/stress/windows",
      "value at risk of one period of the basis from the window of returns whose expected shortfall was worst",
      condition: "a position was held or it has returns enough", \.stress.value,
      attributes: [
        ResultAttribute("reason", "why there are no windows; empty when there are") {
          .text($0.analysis?.stress.value?.stressedTailAbsence ?? "")
        }
      ],
      columns: [
        index("row", "number of the row", rows),
        column("confidence", axes: axes, "level", unit: "1", rows, \.risk.confidence),
        column("periods", axes: axes, "of the window", rows, integer: { Int64($0.periods) }),
        moment("start", axes: axes, "of the window", rows, \.window.start),
        moment("end", axes: axes, "of the window", rows, \.window.end),
        column("first_day", axes: axes, "of the window", rows, text: \.window.firstDay.description),
        column("last_day", axes: axes, "of the window", rows, text: \.window.lastDay.description),
        column("value_at_risk", axes: axes, "historical, of the window", unit: "1", rows, \.risk.valueAtRisk),
        column(
          "expected_shortfall", axes: axes, "historical, of the window", unit: "1", rows, \.risk.expectedShortfall),
      ])
  }()

  private static let hasBacktests: @Sendable (RunAnalysis) -> Bool? = { $0.tailBacktests.isEmpty ? nil : true }

  private static let pMeaning = "share of 2,000 simulated records of as many forecasts with one as low, under "

  private static let backtests: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [TailBacktestEntry] = \.tailBacktests
    let axes = ["backtest"]
    return group(
      "/var_backtest", "forecasts of value at risk against what happened", condition: "is long enough", hasBacktests,
      columns: [index("backtest", "number of the row", rows)]
        + words("method", axes: axes, "how it forecasts", rows, \.method.name) + [
          column("confidence", axes: axes, "level", unit: "1", rows, \.confidence),
          column("window", axes: axes, "periods that a forecast is made from", rows, integer: { Int64($0.window) }),
          column(
            "forecast_count", axes: axes, "periods forecast", rows,
            integer: { Int64($0.backtest.value?.rows.count ?? 0) }),
          column("violations", axes: axes, "losses beyond the forecast", rows) {
            ($0.backtest.value?.violations.violations).map(Double.init)
          },
          column("expected_violations", axes: axes, "periods × (1 − confidence)", rows) {
            $0.backtest.value?.violations.expectedViolations
          },
        ]
        + words("zone", axes: axes, "the Basel committee's traffic light; empty where forecasts were refused", rows) {
          $0.zone?.rawValue ?? ""
        } + [
          column("refused", axes: axes, "periods that the method refused to forecast, part of no test", rows) {
            ($0.backtest.value?.refusals.count).map(Double.init)
          },
          column(
            "fallbacks", axes: axes,
            "forecasts made by historical simulation, because the moments lie outside the Cornish-Fisher domain", rows
          ) {
            ($0.backtest.value?.fallbacks).map(Double.init)
          },
          column("shortfall_z1", axes: axes, "Acerbi and Székely's Z1; missing without exceptions", rows) {
            $0.backtest.value?.conditionalShortfall
          },
          column(
            "shortfall_z2", axes: axes,
            "Acerbi and Székely's Z2; zero for a right model, negative for losses beyond it", rows
          ) {
            $0.backtest.value?.unconditionalShortfall
          },
          column(
            "shortfall_z3", axes: axes,
            "Acerbi and Székely's Z3; missing where the method forecasts no whole distribution", rows
          ) {
            $0.backtest.value?.rankedShortfall
          },
          column(
            "joint_score", axes: axes,
            "Fissler and Ziegel's score of value at risk and expected shortfall together, mean over the forecasts: smaller is "
              + "better among methods that forecast the same periods", rows
          ) {
            $0.backtest.value?.jointScore
          },
          column("shortfall_z1_p_normal", axes: axes, pMeaning + "normal tails", rows) {
            $0.backtest.value?.conditionalPValues?.normal
          },
          column("shortfall_z1_p_t3", axes: axes, pMeaning + "tails of Student's t with 3 degrees", rows) {
            $0.backtest.value?.conditionalPValues?.fatTailed
          },
          column("shortfall_z2_p_normal", axes: axes, pMeaning + "normal tails", rows) {
            $0.backtest.value?.unconditionalPValues?.normal
          },
          column("shortfall_z2_p_t3", axes: axes, pMeaning + "tails of Student's t with 3 degrees", rows) {
            $0.backtest.value?.unconditionalPValues?.fatTailed
          },
          column("shortfall_z3_p", axes: axes, pMeaning + "the shape of the forecasts", rows) {
            $0.backtest.value?.rankedPValue
          },
          column("reason", axes: axes, "why there is none; empty when there is", rows) { row -> String in
            row.backtest.reason ?? ""
          },
        ])
  }()

  private struct TestRow: Sendable {
    let backtest: Int
    let outcome: BacktestOutcome
  }

  private static let backtestTests: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [TestRow] = { analysis in
      analysis.tailBacktests.enumerated().flatMap { place, entry in
        (entry.backtest.value?.coverage ?? []).map { TestRow(backtest: place, outcome: $0) }
      }
    }
    let axes = ["row"]
    return group(
      "/var_backtest/tests", "tests of each backtest", condition: "is long enough", hasBacktests,
      columns: [
        index("row", "number of the row", rows),
        column("backtest", axes: axes, "row of /var_backtest", rows, integer: { Int64($0.backtest) }),
      ] + words("test", axes: axes, "name of the test", rows, \.outcome.name) + [
        column("statistic", axes: axes, "its statistic", rows, \.outcome.statistic),
        column("p_value", axes: axes, "probability of one at least this extreme when the model is right", rows) {
          $0.outcome.pValue
        },
      ])
  }()

  private struct ForecastRow: Sendable {
    let backtest: Int
    let time: Int64
    let risk: TailRisk
    let outcome: Double
  }

  private static let backtestForecasts: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [ForecastRow] = { analysis in
      guard let basis = analysis.basis.value else { return [] }
      return analysis.tailBacktests.enumerated().flatMap { place, entry -> [ForecastRow] in
        guard let backtest = entry.backtest.value else { return [] }
        // Rows count from the first of the latest returns that the backtest saw.
        let first = max(0, basis.returns.count - entry.window - analysis.settings.backtestLimit)
        return zip(backtest.rows, backtest.forecasts).map { row, risk in
          ForecastRow(
            backtest: place, time: basis.ends[first + row], risk: risk, outcome: basis.returns.values[first + row])
        }
      }
    }
    let axes = ["row"]
    return group(
      "/var_backtest/forecasts", "every forecast with its outcome", condition: "is long enough", hasBacktests,
      columns: [
        index("row", "number of the row", rows),
        column("backtest", axes: axes, "row of /var_backtest", rows, integer: { Int64($0.backtest) }),
        moment("time", axes: axes, "end of the period forecast", rows, \.time),
        column("value_at_risk", axes: axes, "forecast before the period", unit: "1", rows, \.risk.valueAtRisk),
        column(
          "expected_shortfall", axes: axes, "forecast before the period", unit: "1", rows, \.risk.expectedShortfall),
        column("outcome", axes: axes, "return of the period", unit: "1", rows, \.outcome),
      ])
  }()

  private static let figures: @Sendable (RunAnalysis) -> [(PathFigure, FigureSummary)] = { analysis in
    guard let result = analysis.simulation.value?.result else { return [] }
    return PathFigure.allCases.compactMap { figure in result.figures[figure].map { (figure, $0) } }
  }

  private static let monteCarlo: ResultGroup = {
    let axes = ["figure"]
    return group(
      "/monte_carlo", "outcomes of paths resampled from the run's own returns; wealth starts at 1",
      condition: "has returns enough", \.simulation.value,
      attributes: [
        ResultAttribute("method", "what made the paths, with the block length") {
          .text($0.analysis?.simulation.value?.method ?? "")
        },
        ResultAttribute("paths", "number of paths") {
          .integer(Int64($0.analysis?.simulation.value?.result.paths ?? 0))
        },
        ResultAttribute("steps", "steps of a path") {
          .integer(Int64($0.analysis?.simulation.value?.result.steps ?? 0))
        },
        ResultAttribute("step", "what a step is: period (of the basis) or trade") {
          .text($0.analysis?.simulation.value?.step.rawValue ?? "")
        },
        ResultAttribute("stopped_early", "1 when the target error ended it before the last path") {
          .integer($0.analysis?.simulation.value?.result.stoppedEarly == true ? 1 : 0)
        },
        ResultAttribute("seed", "of the paths") { .unsigned($0.analysis?.simulation.value?.result.seed ?? 0) },
        ResultAttribute("probability_of_loss", "that wealth ends below 1") {
          .real($0.analysis?.simulation.value?.result.probabilityOfLoss.value ?? .nan)
        },
        ResultAttribute(
          "probability_of_loss_standard_error", "from the number of paths; missing where all paths end alike"
        ) {
          .real($0.analysis?.simulation.value?.result.probabilityOfLoss.standardError ?? .nan)
        },
        ResultAttribute("probability_of_loss_lower", "Wilson's 95 % interval from the number of paths") {
          .real($0.analysis?.simulation.value?.result.probabilityOfLoss.interval.lower ?? .nan)
        },
        ResultAttribute("probability_of_loss_upper", "Wilson's 95 % interval from the number of paths") {
          .real($0.analysis?.simulation.value?.result.probabilityOfLoss.interval.upper ?? .nan)
        },
      ],
      columns: [
        ResultColumn("figure", .text, axes: axes, "what was measured on each path") {
          .text(($0.analysis.map(figures) ?? []).map(\.0.rawValue))
        },
        column("mean", axes: axes, "over the paths", figures) { $0.1.mean.value },
        column("standard_error", axes: axes, "of the mean", figures) { $0.1.mean.standardError },
      ])
  }()

  private struct QuantileRow: Sendable {
    let figure: String
    let quantile: QuantileEstimate
  }

  private static let monteCarloQuantiles: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [QuantileRow] = { analysis in
      figures(analysis).flatMap { figure, summary in
        summary.quantiles.map { QuantileRow(figure: figure.rawValue, quantile: $0) }
      }
    }
    let axes = ["row"]
    return group(
      "/monte_carlo/quantiles", "quantiles of each figure", condition: "has returns enough", \.simulation.value,
      columns: [index("row", "number of the row", rows)]
        + words("figure", axes: axes, "what was measured", rows, \.figure) + [
          column("probability", axes: axes, "share of paths at or below", unit: "1", rows, \.quantile.probability),
          column("value", axes: axes, "quantile", rows, \.quantile.value),
          column(
            "standard_error", axes: axes, "from the number of paths; missing where these are too few for an interval",
            rows, \.quantile.standardError),
          column("lower", axes: axes, lowerMeaning, rows) { $0.quantile.interval?.lower },
          column("upper", axes: axes, upperMeaning, rows) { $0.quantile.interval?.upper },
        ])
  }()

  private static let monteCarloFan: ResultGroup = {
    let steps: @Sendable (RunAnalysis) -> [MonteCarloResult.FanStep] = { $0.simulation.value?.result.fan ?? [] }
    return group(
      "/monte_carlo/fan", "how wealth spreads along the paths", condition: "has returns enough", \.simulation.value,
      columns: [
        ResultColumn("step", .int64, axes: ["step"], "steps since the start") {
          .int64(($0.analysis.map(steps) ?? []).map { Int64($0.step) + 1 })
        },
        ResultColumn("probability", .double, axes: ["probability"], "share of paths at or below", unit: "1") {
          .double($0.analysis.map(steps)?.first?.wealth.quantiles.map(\.probability) ?? [])
        },
        ResultColumn("wealth", .double, axes: ["step", "probability"], "quantile of wealth", unit: "1") {
          .double(($0.analysis.map(steps) ?? []).flatMap { $0.wealth.quantiles.map(\.value) })
        },
        fanColumn("standard_error", "of the quantile; missing where the paths are too few for an interval") {
          $0.standardError
        },
        fanColumn("lower", lowerMeaning) { $0.interval?.lower },
        fanColumn("upper", upperMeaning) { $0.interval?.upper },
      ])
  }()

  private static let lowerMeaning =
    "lower end of the 95 % interval between order statistics; missing where the paths are too few"
  private static let upperMeaning =
    "upper end of the 95 % interval between order statistics; missing where the paths are too few"

  private static func fanColumn(
    _ name: String, _ meaning: String, _ value: @escaping @Sendable (QuantileEstimate) -> Double?
  ) -> ResultColumn {
    ResultColumn(name, .double, axes: ["step", "probability"], meaning, unit: "1") {
      .double(
        ($0.analysis?.simulation.value?.result.fan ?? []).flatMap { $0.wealth.quantiles.map { value($0) ?? .nan } })
    }
  }

  private static let monteCarloRuin: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [MonteCarloResult.Ruin] = { $0.simulation.value?.result.ruin ?? [] }
    let axes = ["row"]
    return group(
      "/monte_carlo/ruin", "how often wealth falls to a level on the way", condition: "has returns enough",
      \.simulation.value,
      columns: [
        index("row", "number of the row", rows),
        column("level", axes: axes, "share of the starting wealth", unit: "1", rows, \.level),
        column("probability", axes: axes, "of reaching it", unit: "1", rows, \.probability.value),
        column(
          "standard_error", axes: axes, "from the number of paths; missing where it never or always happened",
          unit: "1",
          rows, \.probability.standardError),
        column(
          "lower", axes: axes, "Wilson's 95 % interval from the number of paths", unit: "1", rows,
          \.probability.interval.lower),
        column(
          "upper", axes: axes, "Wilson's 95 % interval from the number of paths", unit: "1", rows,
          \.probability.interval.upper),
      ])
  }()

  private static let luck = group(
    "/luck", "how much of the result luck may explain, by returns above /analysis' risk_free_rate",
    condition: "has returns enough", \.luck.value,
    attributes: [
      ResultAttribute("trials", "variants tried: lanes of this run and what the ledger counts before it") {
        .integer(Int64($0.analysis?.luck.value?.search.trials ?? 0))
      },
      ResultAttribute("effective_trials", "independent variants that these amount to") {
        .real($0.analysis?.luck.value?.search.effectiveTrials ?? .nan)
      },
      ResultAttribute("sharpe_variance", "of the trials' Sharpe ratios per period, above the risk-free rate") {
        .real($0.analysis?.luck.value?.search.sharpeVariance ?? .nan)
      },
      overfitting("pbo", "probability of backtest overfitting", \.probability),
      overfitting("pbo_probability_of_loss", "that the best variant in sample loses out of it", \.probabilityOfLoss),
      overfitting("degradation_slope", "of its performance out of sample over that in sample", \.degradationSlope),
      overfitting("degradation_intercept", "of the same line", \.degradationIntercept),
      ResultAttribute("pbo_reason", "why there are no such figures; empty when there are") {
        .text($0.analysis?.luck.value?.overfitting.reason ?? "")
      },
      ability("reality_check", "White's p-value, (1 + exceeding)/(1 + resamples)", \.realityCheck),
      ability("spa_lower", "Hansen's p-value that recentres bad variants fully", \.lower),
      ability("spa_consistent", "Hansen's p-value by his rule", \.consistent),
      ability("spa_upper", "Hansen's p-value that recentres no variant", \.upper),
      ability("reality_check_standard_error", "Monte Carlo, from the resamples", \.realityCheckEstimate.standardError),
      ability("spa_consistent_standard_error", "Monte Carlo, from the resamples", \.consistentEstimate.standardError),
      ability("ability_resamples", "behind these p-values") { Double($0.resamples) },
      ability("ability_block_length", "mean periods of their blocks", \.meanBlockLength),
      ResultAttribute("ability_reason", "why there are no such p-values; empty when there are") {
        .text($0.analysis?.luck.value?.superiorAbility.reason ?? "")
      },
    ],
    columns: [
      index("lane", "number of the lane") { $0.luck.value?.laneSharpeRatios ?? [] },
      column(
        "sharpe_ratio", axes: ["lane"],
        "per period of the basis, until a lane that a risk control stopped held nothing any more",
        { $0.luck.value?.laneSharpeRatios ?? [] }
      ) {
        $0
      },
    ])

  private static func overfitting(
    _ name: String, _ meaning: String, _ value: @escaping @Sendable (BacktestOverfitting) -> Double?
  ) -> ResultAttribute {
    ResultAttribute(name, meaning + "; missing with one variant") {
      .real($0.analysis?.luck.value?.overfitting.value.flatMap(value) ?? .nan)
    }
  }

  private static func ability(
    _ name: String, _ meaning: String, _ value: @escaping @Sendable (SuperiorAbility) -> Double?
  ) -> ResultAttribute {
    ResultAttribute(name, meaning + "; missing with one variant") {
      .real($0.analysis?.luck.value?.superiorAbility.value.flatMap(value) ?? .nan)
    }
  }

  private static let luckNotes = group(
    "/luck/notes", "what was assumed", condition: "has returns enough", \.luck.value,
    columns: [
      index("note", "number of the note") { $0.luck.value?.notes ?? [] },
      column("text", axes: ["note"], "in words", { $0.luck.value?.notes ?? [] }, text: { $0 }),
    ])
}
