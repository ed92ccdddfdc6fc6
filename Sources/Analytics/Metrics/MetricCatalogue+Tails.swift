extension MetricCatalogue {
  /// Daily value at risk and expected shortfall, by method and level; losses are positive.
  static let tails: [MetricDefinition] =
    tail(
      "", "historical",
      valueAtRisk: "-inf{x : F(x) >= 1 - c}, F the empirical distribution of r",
      shortfall: "-mean of the worst (1 - c) n returns, the last one counted by its fraction"
    ) { returns, confidence throws(AnalyticsError) in
      try HistoricalTail.estimate(returns, confidence: confidence)
    }
    + tail(
      "_normal", "normal", valueAtRisk: "sd(r) z(c) - mean(r), divisor n - 1",
      shortfall: "sd(r) phi(z(c)) / (1 - c) - mean(r), divisor n - 1"
    ) { returns, confidence throws(AnalyticsError) in
      try ParametricTail.normal(returns, confidence: confidence)
    }
    + tail(
      "_cornish_fisher", "Cornish-Fisher",
      valueAtRisk: "-mean(r) - sd(r) (z + (z^2-1) S/6 + (z^3-3z) K/24 - (2z^3-5z) S^2/36), z = z(1 - c), divisor n; "
        + "only where the expansion is monotone",
      shortfall: "mean of the expansion over the tail, exact; only where the expansion is monotone"
    ) { returns, confidence throws(AnalyticsError) in
      try ParametricTail.cornishFisher(returns, confidence: confidence)
    }
    + tail(
      "_filtered", "filtered historical",
      valueAtRisk: "historical figure of r / s_t, times s_(n+1); s^2 exponentially weighted",
      shortfall: "historical figure of r / s_t, times s_(n+1); s^2 exponentially weighted",
      parameters: [MetricParameter("decay", filterDecay)]
    ) { returns, confidence throws(AnalyticsError) in
      try FilteredHistoricalTail.exponentiallyWeighted(returns, decay: filterDecay, confidence: confidence)
    }

  /// RiskMetrics' daily decay.
  private static let filterDecay = 0.94

  private static func tail(
    _ suffix: String, _ method: String, valueAtRisk: String, shortfall: String, parameters: [MetricParameter] = [],
    _ estimate: @escaping @Sendable ([Double], Double) throws(AnalyticsError) -> TailRisk
  ) -> [MetricDefinition] {
    var definitions: [MetricDefinition] = []
    for (label, confidence) in [("95", 0.95), ("97_5", 0.975), ("99", 0.99)] {
      let percent = label.replacing("_", with: ".")
      let all = [MetricParameter("c (confidence)", confidence)] + parameters
      @Sendable func risk(_ context: MetricContext) throws(AnalyticsError) -> TailRisk {
        // With less than one observation in the tail, an empirical figure is the worst day under another name.
        let needed = Int((1 / tailProbability(confidence)).rounded())
        guard context.returns.count >= needed else {
          throw AnalyticsError(
            series: context.returns.name, reason: .tooShort(found: context.returns.count, needed: needed))
        }
        try context.returns.requireNoRuin()
        return try estimate(context.returns.values, confidence)
      }
      definitions.append(
        MetricDefinition(
          "var\(suffix)_\(label)", "Value at risk \(percent) %, \(method)", .tails, .fraction, .lowerIsBetter,
          formula: valueAtRisk, parameters: { _ in all }
        ) { context throws(AnalyticsError) in MetricEstimate(try risk(context).valueAtRisk) })
      definitions.append(
        MetricDefinition(
          "es\(suffix)_\(label)", "Expected shortfall \(percent) %, \(method)", .tails, .fraction, .lowerIsBetter,
          formula: shortfall, parameters: { _ in all }
        ) { context throws(AnalyticsError) in MetricEstimate(try risk(context).expectedShortfall) })
    }
    return definitions
  }
}
