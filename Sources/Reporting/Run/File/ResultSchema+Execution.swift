import Analytics

extension ResultSchema {
  /// The Monte Carlo over execution.
  static let executionGroups: [ResultGroup] = [executionUncertainty, executionQuantiles, executionFactors]

  private static let condition = "execution was drawn at least twice"

  private struct FigureRow: Sendable {
    let figure: String
    let distribution: OutcomeDistribution
  }

  private static let figures: @Sendable (RunAnalysis) -> [FigureRow] = { analysis in
    guard let found = analysis.execution.value else { return [] }
    return [
      FigureRow(figure: "profit", distribution: found.profit), FigureRow(figure: "fills", distribution: found.fills),
      FigureRow(figure: "deepest_drawdown", distribution: found.deepestDrawdown),
    ]
  }

  private static let executionUncertainty: ResultGroup = {
    let axes = ["figure"]
    return group(
      "/execution_uncertainty", "how the outcome depends on what was drawn about execution", condition: condition,
      \.execution.value,
      attributes: [
        ResultAttribute("draws", "runs with drawn assumptions") {
          .integer(Int64($0.analysis?.execution.value?.draws ?? 0))
        },
        ResultAttribute("probability_of_loss", "share of draws that lose money") {
          .real($0.analysis?.execution.value?.probabilityOfLoss.value ?? .nan)
        },
        ResultAttribute("probability_of_other_sign", "share of draws whose profit has another sign than the base case")
        {
          .real($0.analysis?.execution.value?.probabilityOfOtherSign.value ?? .nan)
        },
        ResultAttribute("unexplained_share", "of the spread of profits that no single factor explains") {
          .real($0.analysis?.execution.value?.unexplainedShare ?? .nan)
        },
      ],
      columns: [
        ResultColumn("figure", .text, axes: axes, "what was measured of each draw") {
          .text(($0.analysis.map(figures) ?? []).map(\.figure))
        },
        column("base", axes: axes, "of the run itself", figures, \.distribution.base),
        column("mean", axes: axes, "over the draws", figures, \.distribution.mean.value),
        column("standard_error", axes: axes, "of the mean", figures, \.distribution.mean.standardError),
        column("standard_deviation", axes: axes, "of the draws", figures, \.distribution.standardDeviation),
        column("lowest", axes: axes, "of the draws", figures, \.distribution.lowest),
        column("highest", axes: axes, "of the draws", figures, \.distribution.highest),
        column(
          "probability_below_base", axes: axes, "share of draws below the run itself, ties by half", unit: "1", figures,
          \.distribution.probabilityBelowBase.value),
      ])
  }()

  private struct QuantileRow: Sendable {
    let figure: String
    let quantile: OutcomeQuantile
  }

  private static let executionQuantiles: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [QuantileRow] = { analysis in
      figures(analysis).flatMap { row in
        row.distribution.quantiles.map { QuantileRow(figure: row.figure, quantile: $0) }
      }
    }
    let axes = ["row"]
    return group(
      "/execution_uncertainty/quantiles", "quantiles of each figure", condition: condition, \.execution.value,
      columns: [index("row", "number of the row", rows)]
        + words("figure", axes: axes, "what was measured", rows, \.figure) + [
          column("probability", axes: axes, "share of draws at or below", unit: "1", rows, \.quantile.probability),
          column("value", axes: axes, "quantile", rows, \.quantile.value),
          column(
            "standard_error", axes: axes, "from the number of draws; missing where these are too few for an interval",
            rows, \.quantile.standardError),
          column(
            "lower", axes: axes, "of the 95 % interval between order statistics; missing where the draws are too few",
            rows
          ) { $0.quantile.interval?.lower },
          column(
            "upper", axes: axes, "of the 95 % interval between order statistics; missing where the draws are too few",
            rows
          ) { $0.quantile.interval?.upper },
        ])
  }()

  private static let executionFactors: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [FactorShare] = { $0.execution.value?.factors ?? [] }
    let axes = ["row"]
    return group(
      "/execution_uncertainty/factors", "what explains the spread of profits, the largest share first",
      condition: condition, \.execution.value,
      columns: [index("row", "number of the row", rows)]
        + words("factor", axes: axes, "what was drawn", rows, \.name) + [
          column("share", axes: axes, "of the variance that it explains by itself", unit: "1", rows, \.share),
          column("standard_error", axes: axes, "of the share", unit: "1", rows, \.standardError),
          column("p_value", axes: axes, "of such a share when it does not matter", unit: "1", rows, \.pValue),
          column(
            "rank_correlation", axes: axes, "with profit; missing for choices", unit: "1", rows, \.rankCorrelation),
        ])
  }()
}
