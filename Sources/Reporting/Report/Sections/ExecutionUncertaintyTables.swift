import Analytics

/// Figures of the Monte Carlo over execution: the outcome's quantiles, and what explains its spread.
enum ExecutionUncertaintyTables {
  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    guard let found = RunAnalysis.executionUncertainty(of: context.result).value else { return }
    let rows: [(String, OutcomeDistribution, NumberStyle)] = [
      ("Profit", found.profit, context.money), ("Fills", found.fills, .number(0)),
      ("Deepest drawdown", found.deepestDrawdown, .percent(2)),
    ]
    let probabilities = [0.05, 0.5, 0.95]
    content.add(
      DataTable(
        columns: ["Figure", "Base case", "Mean", "Standard error", "5 %", "Median", "95 %", "Draws below base"],
        rows: rows.map { name, distribution, style in
          [
            .init(name), .init(distribution.base, style), .init(distribution.mean.value, style),
            .init(distribution.mean.standardError, style),
          ]
            + probabilities.map { probability in
              distribution.quantile(probability).map { .init($0.value, style) } ?? .init("–")
            } + [.init(distribution.probabilityBelowBase.value, .percent(0))]
        },
        note: "A loss has probability \(Format.percent(found.probabilityOfLoss.value, 1)) ± "
          + "\(Format.percent(found.probabilityOfLoss.standardError, 1)); the sign of the base case changes in "
          + "\(Format.percent(found.probabilityOfOtherSign.value, 1)) of draws."),
      title: "Outcome under drawn execution", isWide: true,
      introduction: "Where many draws lie below the base case, it was lucky in its assumptions.")
    guard !found.factors.isEmpty else { return }
    content.add(
      DataTable(
        columns: ["What was drawn", "Share of the spread", "Standard error", "p-value", "Rank correlation"],
        rows: found.factors.map {
          [
            .init($0.name), .init($0.share, .percent(0)), .init($0.standardError, .percent(0)),
            .init($0.pValue, .number(3)),
            $0.rankCorrelation.map { .init($0, .number(2)) } ?? .init("–"),
          ]
        },
        note: "\(Format.percent(found.unexplainedShare, 0)) is explained by no single one: interactions and chance."),
      title: "What the profit hangs on")
  }
}
