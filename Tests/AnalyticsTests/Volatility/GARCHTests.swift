import Analytics
import Testing

/// r(t) = ((7919 t) mod 101)/101 − .5, t = 1…200.
func modularReturns() -> [Double] { (1...200).map { Double(7919 * $0 % 101) / 101 - 0.5 } }

@Suite struct GARCHFilterTests {
  @Test func recursionMatchesTheReference() throws {
    // Recomputed in floating point by NumPy from the recursion's definition.
    let returns = modularReturns()
    let mean = returns.reduce(0, +) / 200
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200
    #expect(abs(variance - 0.08288010979315753) < 1e-15)
    let filtered = try GARCH(omega: 0.01, alpha: 0.1, beta: 0.8).filter(returns, initialVariance: variance)
    #expect(abs(filtered.variances[199] - 0.09093945497260637) < 1e-14)
    #expect(abs(filtered.logLikelihood - -38.82468541801235) < 1e-10)
  }

  @Test func constantSeriesGivesTheQuantLibSequence() throws {
    // QuantLib test-suite/garch.cpp: alpha .2, beta .3, long-run variance .4, ten values of .1.
    let model = GARCH(omega: 0.4 * 0.5, alpha: 0.2, beta: 0.3)
    var variance = 0.01
    let expected = [
      0.452769, 0.513323, 0.530141, 0.5350841, 0.536558, 0.536999, 0.537132, 0.537171, 0.537183, 0.537187,
    ]
    for value in expected {
      variance = model.nextVariance(after: variance, error: 0.1)
      #expect(abs(variance.squareRoot() - value) < 1e-6)
    }
  }

  @Test func forecastsTendToTheLongRunVariance() throws {
    let model = GARCH(omega: 0.02, alpha: 0.05, gamma: 0.1, beta: 0.8)
    let path = try model.forecast(from: 1, horizon: 400)
    #expect(path[0] == 1)
    #expect(abs(path[399] - model.longRunVariance!) < 1e-9)
    #expect(GARCH(omega: 1, alpha: 0.5, beta: 0.5).longRunVariance == nil)
  }

  @Test func exponentialWeightsAreAGARCHWithoutConstant() throws {
    let returns = modularReturns()
    let (variances, forecast) = try EWMAVolatility.filter(returns, decay: 0.94, initialVariance: 0.1)
    var variance = 0.1
    for (row, value) in returns.enumerated() {
      #expect(variances[row] == variance)
      variance = 0.94 * variance + (1 - 0.94) * value * value
    }
    #expect(forecast == variance)
  }

  @Test func badInputIsRefused() {
    #expect(throws: AnalyticsError.self) { try GARCH(omega: 0, alpha: 0.1, beta: 0.8).filter([1, 2, 3]) }
    #expect(throws: AnalyticsError(series: "returns", row: 2, reason: .notFinite)) {
      try GARCH(omega: 1, alpha: 0.1, beta: 0.8).filter([1, 2, .infinity])
    }
    #expect(throws: AnalyticsError(series: "returns", reason: .constant)) {
      try EWMAVolatility.filter([0, 0, 0])
    }
  }
}
