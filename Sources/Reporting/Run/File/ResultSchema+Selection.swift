import Analytics

extension ResultSchema {
  private static let condition = "has lanes to pick from and periods enough"

  /// Picking the best lane by combinatorial purged cross-validation.
  static let luckPaths: ResultGroup = {
    let paths: @Sendable (RunAnalysis) -> [Double] = { $0.luck.value?.selection.value?.pathSharpes ?? [] }
    return group(
      "/luck/paths",
      "what picking the lane with the best Sharpe ratio earned where it had not been looked at: paths of combinatorial purged "
        + "cross-validation, each of which covers all periods once",
      condition: condition, \.luck.value?.selection.value,
      attributes: [
        count("groups", "of successive periods", \.groups), count("tested", "groups left out of each choice", \.tested),
        count("splits", "choices made", \.chosen.count),
        count("embargo", "periods after a tested group that no choice looks at", \.embargo),
        count("lanes_chosen", "different lanes that were ever picked") { Set($0.chosen).count },
      ],
      columns: [
        index("path", "number of the path", paths),
        column("sharpe_ratio", axes: ["path"], "per period of the basis, above the risk-free rate", paths) { $0 },
      ])
  }()

  private struct WalkRow: Sendable {
    let step: LaneSelection.Step
    let start: Int64
    let end: Int64
  }

  /// Picking the best lane so far, again and again.
  static let luckWalk: ResultGroup = {
    let rows: @Sendable (RunAnalysis) -> [WalkRow] = { analysis in
      guard let luck = analysis.luck.value, let selection = luck.selection.value else { return [] }
      let ends = luck.periodEnds
      return selection.steps.map {
        WalkRow(step: $0, start: ends[max(0, $0.test.lowerBound - 1)], end: ends[$0.test.upperBound - 1])
      }
    }
    let axes = ["window"]
    return group(
      "/luck/walk_forward",
      "the lane with the best Sharpe ratio from the first period on, followed through the next window, from half of the "
        + "periods on",
      condition: condition, \.luck.value?.selection.value,
      attributes: [
        ResultAttribute("sharpe_ratio", "of all windows together, per period, above the risk-free rate") {
          .real($0.analysis?.luck.value?.selection.value?.walkForwardSharpe ?? .nan)
        }
      ],
      columns: [
        index("window", "number of the window", rows),
        moment("start", axes: axes, "end of the period before it", rows, \.start),
        moment("end", axes: axes, "of the window", rows, \.end),
        column("lane", axes: axes, "that was picked", rows, integer: { Int64($0.step.variant) }),
        column(
          "in_sample_sharpe", axes: axes, "what it was picked by, per period", rows, \.step.inSampleSharpe),
        column(
          "out_of_sample_return", axes: axes, "sum of its returns in the window, above the risk-free rate", unit: "1",
          rows,
          \.step.outOfSampleReturn),
      ])
  }()

  private static func count(
    _ name: String, _ meaning: String, _ value: @escaping @Sendable (LaneSelection) -> Int
  ) -> ResultAttribute {
    ResultAttribute(name, meaning) {
      .integer(Int64($0.analysis?.luck.value?.selection.value.map(value) ?? 0))
    }
  }
}
