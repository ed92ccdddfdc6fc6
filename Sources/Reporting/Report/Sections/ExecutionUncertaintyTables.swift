import Analytics

/// Figures of the Monte Carlo over execution: the outcome's quantiles, and what explains its spread.
enum ExecutionUncertaintyTables {
  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    guard let found = RunAnalysis.executionUncertainty(of: context.result).value else { return }
    let rows: [(String, OutcomeDistribution, NumberStyle)] = [
      ("Profit", found.profit, context.money), ("Fills", found.fills, .number(0)),
      ("Deepest drawdown by samples of equity", found.deepestDrawdown, .percent(2)),
    ]
    let probabilities = [0.05, 0.5, 0.95]
    content.add(
      DataTable(
        columns: ["Figure", "Base case", "Mean", "5%", "Median", "95%", "Draws below base"],
        rows: rows.map { name, distribution, style in
          [
            .init(name), .init(distribution.base, style),
            .init(distribution.mean.value, style, error: distribution.mean.standardError),
          ]
            + probabilities.map { probability in
              distribution.quantile(probability).map { .init($0.value, style, error: $0.standardError) } ?? .init("–")
            } + [share(distribution.probabilityBelowBase)]
        },
        note: "A loss has probability \(words(found.probabilityOfLoss)); the sign of the base case changes in "
          + "\(words(found.probabilityOfOtherSign)) of draws. In brackets are Wilson's 95% intervals, ± is a standard error; "
          + "both come from the \(Format.counted(context.result.executionDraws?.profits.count ?? 0, "draw"))."),
      title: "Outcome under drawn execution", isWide: true,
      introduction: "Where many draws lie below the base case, it was lucky in its assumptions.")
    func words(_ probability: EstimatedProbability) -> String {
      Format.percent(probability.value, 1) + " ("
        + CountedShare.text(probability.interval.lower, probability.interval.upper) + ")"
    }
    func share(_ probability: EstimatedProbability) -> DataTable.Cell {
      var cell = DataTable.Cell(probability.value, .percent(0))
      cell.small = CountedShare.text(probability.interval.lower, probability.interval.upper)
      return cell
    }
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
