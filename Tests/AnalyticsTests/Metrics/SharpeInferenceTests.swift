import Analytics
import Testing

/// The worked example of Bailey and López de Prado, "The Sharpe ratio efficient frontier" (2012).
@Test
func probabilisticSharpeRatioOfThePaper() throws {
  let skewed = try SharpeInference(sharpe: 0.458, count: 24, skewness: -2.448, kurtosis: 10.164)
  #expect(abs(try skewed.probabilistic() - 0.91336108) < 1e-7)
  #expect(abs(try skewed.probabilistic(benchmark: 0.1) - 0.85643124) < 1e-7)
  #expect(abs(try SharpeInference(sharpe: 0.458, count: 24).probabilistic() - 0.98167492) < 1e-7)
}

/// The worked example of Bailey and López de Prado, "The deflated Sharpe ratio" (2014).
@Test
func deflatedSharpeRatioOfThePaper() throws {
  let observed = 2.5 / 250.0.squareRoot()
  let variance = 0.5 / 250
  let skewed = try SharpeInference(sharpe: observed, count: 1250, skewness: -3, kurtosis: 10)
  #expect(abs(try SharpeInference.expectedMaximum(trials: 100, trialVariance: variance) - 0.113172) < 1e-6)
  #expect(abs(try SharpeInference.expectedMaximum(trials: 46, trialVariance: variance) - 0.10036237) < 1e-8)
  #expect(abs(try skewed.deflated(trials: 100, trialVariance: variance) - 0.90039683) < 1e-7)
  #expect(abs(try skewed.deflated(trials: 46, trialVariance: variance) - 0.95050171) < 1e-7)
  let normal = try SharpeInference(sharpe: observed, count: 1250)
  #expect(abs(try normal.deflated(trials: 88, trialVariance: variance) - 0.95049082) < 1e-7)
  for (trials, expected) in [(10.0, 1.5745983), (100, 2.5306029), (1000, 3.2551215)] {
    #expect(abs(try SharpeInference.expectedMaximumOfNormals(trials) - expected) < 1e-6)
  }
  #expect(try SharpeInference.expectedMaximumOfNormals(1) == 0)
}

@Test("Deflating for more trials never raises the probability, and nothing jumps between one trial and three.")
func fewTrialsDeflateToo() throws {
  let inference = try SharpeInference(sharpe: 0.12, count: 400, skewness: -0.4, kurtosis: 5)
  let single = try inference.probabilistic()
  var last = (maximum: 0.0, deflated: single)
  for step in 0...2_000 {
    let trials = 1 + Double(step) / 1_000
    let maximum = try SharpeInference.expectedMaximumOfNormals(trials)
    let deflated = try inference.deflated(trials: trials, trialVariance: 0.002)
    #expect(maximum >= last.maximum && maximum - last.maximum < 0.001, "\(trials)")
    #expect(deflated <= last.deflated && deflated <= single, "\(trials)")
    last = (maximum, deflated)
  }
  // The expected maximum of two normal draws is 1/sqrt(pi).
  #expect(abs(try SharpeInference.expectedMaximumOfNormals(2) - 0.5641895835477563) < 1e-15)
  #expect(abs(try SharpeInference.expectedMaximumOfNormals(1.25) - 0.25 * 0.5641895835477563) < 1e-15)
  #expect(try SharpeInference.expectedMaximumOfNormals(.greatestFiniteMagnitude) > 30)
}

@Test
func minimumTrackRecordInvertsTheProbability() throws {
  let inference = try SharpeInference(sharpe: 0.1, count: 500, skewness: -0.5, kurtosis: 5)
  let needed = try inference.minimumTrackRecord(benchmark: 0.02, confidence: 0.95)
  let scaled = 1 + 0.5 * 0.1 + (5.0 - 1) / 4 * 0.01
  #expect(abs(needed - (1 + scaled * (1.6448536269514722 / 0.08) * (1.6448536269514722 / 0.08))) < 1e-6)
  let long = try SharpeInference(sharpe: 0.1, count: Int(needed.rounded(.up)), skewness: -0.5, kurtosis: 5)
  let short = try SharpeInference(sharpe: 0.1, count: Int(needed.rounded(.down)), skewness: -0.5, kurtosis: 5)
  #expect(try long.probabilistic(benchmark: 0.02) >= 0.95)
  #expect(try short.probabilistic(benchmark: 0.02) < 0.95)
  #expect(throws: AnalyticsError.self) { try inference.minimumTrackRecord(benchmark: 0.1) }
}

@Test
func standardErrorsAgreeForNormalReturnsAndKnowTheirFormulas() throws {
  let normal = try SharpeInference(sharpe: 0.2, count: 10_001)
  #expect(abs(normal.standardError * 100 - (1 + 0.02).squareRoot()) < 1e-12)
  #expect(abs(normal.normalStandardError / normal.standardError - 1) < 1e-4)
  // Without autocorrelation Lo's factor is the square root rule; positive autocorrelation makes it smaller.
  #expect(abs(try SharpeInference.annualisation(periods: 12, autocorrelations: []) - 12.0.squareRoot()) < 1e-12)
  // Lo (2002): twelve months with first-order autocorrelation 0.2 and none beyond.
  #expect(
    abs(try SharpeInference.annualisation(periods: 12, autocorrelations: [0.2]) - 12 / (12 + 2 * 11 * 0.2).squareRoot())
      < 1e-12)
}

@Test
func inferenceRefusesImpossibleMoments() {
  #expect(throws: AnalyticsError.self) { try SharpeInference(sharpe: 0.1, count: 1) }
  #expect(throws: AnalyticsError.self) { try SharpeInference(sharpe: .nan, count: 10) }
  #expect(throws: AnalyticsError.self) { try SharpeInference(sharpe: 1, count: 10).probabilistic(benchmark: .nan) }
  #expect(throws: AnalyticsError.self) { try SharpeInference(sharpe: 0.1, count: 10, skewness: 3, kurtosis: 5) }
  #expect(throws: AnalyticsError.self) { try SharpeInference.expectedMaximum(trials: 0, trialVariance: 1) }
  #expect(throws: AnalyticsError.self) { try SharpeInference.expectedMaximum(trials: 2, trialVariance: -1) }
}
