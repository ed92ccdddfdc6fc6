import Analytics

extension ResultSchema {
  /// The diagnostics of thresholds, and the risk of what was held together.
  static let thresholds: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [ThresholdFindings.Fit] = { $0.thresholds.value?.fits ?? [] }
    let axes = ["row"]
    return ResultGroup(
      "/tails/thresholds", "peaks-over-threshold fits to the losses of the basis by the share of them in the tail",
      condition: "the run was analysed",
      attributes: [
        ResultAttribute("confidence", "level of the value at risk") {
          .real($0.analysis?.thresholds.value?.confidence ?? .nan)
        },
        ResultAttribute("chosen_share", "what the method of /tails uses") { _ in .real(ThresholdFindings.chosenShare) },
        ResultAttribute("reason", "why there are no fits; empty when there are") {
          .text($0.analysis?.thresholds.reason ?? "")
        },
      ],
      columns: [
        index("row", "number of the row", rows),
        column("share", axes: axes, "of the losses that lie in the tail", unit: "1", rows, \.share),
        column("threshold", axes: axes, "loss from which on they do", unit: "1", rows, \.fit.threshold),
        column("exceedances", axes: axes, "losses above it", rows, integer: { Int64($0.fit.exceedances) }),
        column("shape", axes: axes, "of the generalized Pareto distribution, maximum likelihood", rows, \.fit.shape),
        column("shape_standard_error", axes: axes, "asymptotic; missing for shapes of -0.5 and below", rows) {
          $0.fit.standardErrors?.shape
        },
        column("scale", axes: axes, "of the generalized Pareto distribution", unit: "1", rows, \.fit.scale),
        column("scale_standard_error", axes: axes, "asymptotic; missing for shapes of -0.5 and below", rows) {
          $0.fit.standardErrors?.scale
        },
        column(
          "hill", axes: axes, "Hill's estimate of the shape; missing where the threshold is no loss", rows, \.hill),
        column("value_at_risk", axes: axes, "by the fit", unit: "1", rows, \.risk.valueAtRisk),
        column("expected_shortfall", axes: axes, "by the fit", unit: "1", rows, \.risk.expectedShortfall),
      ]
    ) { $0.analysis != nil }
  }()

  static let meanExcess: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [ThresholdFindings.MeanExcess] = { $0.thresholds.value?.meanExcess ?? [] }
    let axes = ["row"]
    return group(
      "/tails/mean_excess",
      "mean of the losses above a threshold less the threshold; a line rising from some threshold on "
        + "is the sign of a Pareto tail",
      condition: "a threshold could be fitted", \.thresholds.value,
      columns: [
        index("row", "number of the row", rows),
        column("threshold", axes: axes, "a loss", unit: "1", rows, \.threshold),
        column("mean_excess", axes: axes, "of the losses above it", unit: "1", rows, \.meanExcess),
        column("exceedances", axes: axes, "losses above it", rows, integer: { Int64($0.exceedances) }),
      ])
  }()

  static let portfolioRisk: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [PortfolioRiskFindings.Entry] = { $0.portfolioRisk.value?.entries ?? [] }
    let axes = ["row"]
    return ResultGroup(
      "/portfolio_risk",
      "value at risk and expected shortfall, in the account's currency, of the positions held together when gross exposure "
        + "in two instruments or more was highest; losses are positive; copulas are fitted by ranks, to past returns as "
        + "marginals: normal scores for the Gaussian one, Kendall's tau for the t copula",
      condition: "the run was analysed",
      attributes: [
        ResultAttribute("reason", "why there are no figures; empty when there are") {
          .text($0.analysis?.portfolioRisk.reason ?? "")
        },
        ResultAttribute("time", "of the positions, nanoseconds since 1970") {
          .integer($0.analysis?.portfolioRisk.value?.time ?? .min)
        },
        ResultAttribute("equity", "at that time") { .real($0.analysis?.portfolioRisk.value?.equity ?? .nan) },
        ResultAttribute("basis", "whose returns the figures rest on") {
          .text($0.analysis?.portfolioRisk.value?.label ?? "")
        },
        ResultAttribute("periods", "with marks of every position") {
          .integer(Int64($0.analysis?.portfolioRisk.value?.rowCount ?? 0))
        },
        ResultAttribute("scenarios", "of each copula") {
          .integer(Int64($0.analysis?.portfolioRisk.value?.scenarios ?? 0))
        },
        ResultAttribute("seed", "of the scenarios") { .unsigned($0.analysis?.portfolioRisk.value?.seed ?? 0) },
        ResultAttribute(
          "degrees_of_freedom", "of the t copula, by maximum likelihood of the ranks; 100 for a Gaussian one"
        ) {
          .real($0.analysis?.portfolioRisk.value?.degreesOfFreedom.value ?? .nan)
        },
      ],
      columns: [index("row", "number of the row", rows)]
        + words("method", axes: axes, "how it is estimated", rows, \.method.rawValue) + [
          column("confidence", axes: axes, "level", unit: "1", rows, \.confidence),
          column("value_at_risk", axes: axes, "of one period of the basis", unit: "money", rows) {
            $0.risk.value?.valueAtRisk
          },
          column("value_at_risk_standard_error", axes: axes, "from the number of scenarios", unit: "money", rows) {
            $0.valueAtRiskError
          },
          column("expected_shortfall", axes: axes, "of one period of the basis", unit: "money", rows) {
            $0.risk.value?.expectedShortfall
          },
          column("expected_shortfall_standard_error", axes: axes, "from the number of scenarios", unit: "money", rows) {
            $0.expectedShortfallError
          },
          column("reason", axes: axes, "why it does not exist; empty when it does", rows) { row -> String in
            row.risk.reason ?? ""
          },
        ]
    ) { $0.analysis != nil }
  }()

  private struct ContributionRow: Sendable {
    let method: String
    let confidence: Double
    let position: PortfolioRiskFindings.Position
    let contributions: RiskContributions
    let place: Int
  }

  static let riskContributions: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [ContributionRow] = { analysis in
      guard let found = analysis.portfolioRisk.value else { return [] }
      return found.divisions.flatMap { division -> [ContributionRow] in
        guard let contributions = division.contributions.value else { return [] }
        return found.positions.enumerated().map { place, position in
          ContributionRow(
            method: division.method.rawValue, confidence: division.confidence, position: position,
            contributions: contributions, place: place)
        }
      }
    }
    let axes = ["row"]
    return group(
      "/portfolio_risk/positions", "what each position adds: components sum to the total of their method",
      condition: "two instruments were held together", \.portfolioRisk.value,
      attributes: [
        ResultAttribute("historical_caveat", "what the parts by history rest on") { _ in
          .text(
            "marginal and component value at risk of the method historical are the losses of the one past period whose "
              + "portfolio loss is the quantile, as noisy as a single observation; those of expected shortfall take the mean of all "
              + "periods beyond")
        }
      ],
      columns: [index("row", "number of the row", rows)]
        + words("method", axes: axes, "how it is estimated", rows, \.method) + [
          column("confidence", axes: axes, "level", unit: "1", rows, \.confidence),
          column("instrument", axes: axes, "row of /instruments", rows, integer: { Int64($0.position.instrument) }),
          column("value", axes: axes, "of the position, negative when short", unit: "money", rows, \.position.value),
          column("marginal_value_at_risk", axes: axes, "per unit of value added", unit: "1", rows) {
            $0.contributions.marginalValueAtRisk[$0.place]
          },
          column("component_value_at_risk", axes: axes, "value × marginal", unit: "money", rows) {
            $0.contributions.componentValueAtRisk[$0.place]
          },
          column("component_expected_shortfall", axes: axes, "part of the expected shortfall", unit: "money", rows) {
            $0.contributions.componentExpectedShortfall[$0.place]
          },
          column("incremental_value_at_risk", axes: axes, "less without the position", unit: "money", rows) {
            $0.contributions.incrementalValueAtRisk[$0.place]
          },
        ])
  }()
}
