import Analytics

extension ResultSchema {
  static let drawdowns = table(
    "/drawdowns", "the ten deepest falls of the recorded equity, deepest first", condition: "equity was recorded",
    sampling: "intraday: every recorded equity", \.drawdownCurve.value, \.drawdowns)

  static let dailyDrawdowns = table(
    "/drawdowns/daily", "the ten deepest falls of equity at session closes, deepest first",
    condition: "it covers a session", sampling: "daily: the start and every session close", \.dailyDrawdownCurve.value,
    \.dailyDrawdowns)

  private static func table(
    _ path: String, _ meaning: String, condition: String, sampling: String,
    _ curve: @escaping @Sendable (RunAnalysis) -> DrawdownCurve?,
    _ rows: @escaping @Sendable (RunAnalysis) -> [DrawdownEntry]
  ) -> ResultGroup {
    let axes = ["drawdown"]
    return group(
      path, meaning, condition: condition, curve,
      attributes: [
        ResultAttribute("sampling", "which equity the falls are measured on") { _ in .text(sampling) },
        ResultAttribute("maximum", "deepest fall, zero or negative") {
          .real($0.analysis.flatMap(curve)?.maximum ?? .nan)
        },
      ],
      columns: [
        index("drawdown", "number of the row", rows),
        moment("start", axes: axes, "last moment at the high", rows, \.start),
        moment("trough", axes: axes, "lowest moment", rows, \.trough),
        moment("recovery", axes: axes, "first moment back at the high; missing while below", isOptional: true, rows) {
          $0.recovery ?? .min
        },
        column("depth", axes: axes, "zero or negative", unit: "1", rows) { $0.period.depth },
        column(
          "length", axes: axes, "from the high to the recovery, or to the end of the data", unit: "nanoseconds", rows,
          integer: \.length),
      ])
  }

  static let recovery = survival(
    "/drawdowns/survival", of: "the recorded equity", condition: "equity was recorded",
    sampling: "intraday: every recorded equity", \.recovery.value)

  static let dailyRecovery = survival(
    "/drawdowns/daily/survival", of: "equity at session closes", condition: "it covers a session",
    sampling: "daily: the start and every session close", \.dailyRecovery.value)

  private static func survival(
    _ path: String, of equity: String, condition: String, sampling: String,
    _ found: @escaping @Sendable (RunAnalysis) -> RecoverySurvival?
  ) -> ResultGroup {
    let rows: @Sendable (RunAnalysis) -> [RecoverySurvival.Step] = { found($0)?.steps ?? [] }
    let axes = ["row"]
    return group(
      path, "how long falls of \(equity) last (Kaplan-Meier); the one open at the end is censored",
      condition: condition, found,
      attributes: [
        ResultAttribute("sampling", "which equity the falls are measured on") { _ in .text(sampling) }
      ],
      columns: [
        index("row", "number of the row", rows),
        column("length", axes: axes, "of falls that end here", unit: "nanoseconds", rows, integer: \.length),
        column("at_risk", axes: axes, "falls that lasted at least as long", rows, integer: { Int64($0.atRisk) }),
        column(
          "recovered", axes: axes, "falls that recovered after exactly that", rows, integer: { Int64($0.recovered) }),
        column("censored", axes: axes, "falls still open then, at the end of the data", rows) { Double($0.censored) },
        column("survival", axes: axes, "probability of lasting longer", unit: "1", rows, \.survival),
        column("standard_error", axes: axes, "Greenwood's, of the survival", unit: "1", rows, \.standardError),
      ])
  }
}
