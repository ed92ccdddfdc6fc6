import Analytics

extension RunAnalysis {
  /// How the shown lane's outcome depends on what nobody knows about execution, from the run's own draws.
  static func executionUncertainty(of run: RunResult) -> Finding<ExecutionUncertainty> {
    guard let draws = run.executionDraws else {
      return .absent(reason: "the scenario drew no latency, queue or fill assumptions")
    }
    guard run.lanes.indices.contains(run.shownLane) else { return .absent(reason: "the run has no lanes") }
    let shown = run.lanes[run.shownLane]
    return .from { () throws(AnalyticsError) in
      try ExecutionUncertainty(
        ExecutionOutcomes(
          profits: draws.profits, fills: draws.fills, deepestDrawdowns: draws.deepestDrawdowns,
          base: .init(profit: shown.profit, fills: shown.fills, deepestDrawdown: shown.deepestDrawdown),
          factors: [
            DrawnFactor("latency factor", numbers: draws.settings.map(\.latencyFactor)),
            DrawnFactor("fee change", numbers: draws.settings.map { Double($0.feeChange) }),
            DrawnFactor("queue model", choices: draws.settings.map(\.queueModel)),
            DrawnFactor("chance of fills", numbers: draws.settings.map(\.fillProbability)),
          ]))
    }
  }
}
