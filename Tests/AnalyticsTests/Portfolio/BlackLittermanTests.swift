import Testing

@testable import Analytics

@Suite struct BlackLittermanTests {
  /// He and Litterman (1999): seven countries, δ = 2.5, τ = .05.
  static func world() throws -> (covariance: Covariance, weights: [Double]) {
    let upper: [[Double]] = [
      [0.488, 0.478, 0.515, 0.439, 0.512, 0.491], [0.664, 0.655, 0.310, 0.608, 0.779], [0.861, 0.355, 0.783, 0.668],
      [0.354, 0.777, 0.653], [0.405, 0.306], [0.652],
    ]
    var correlations = [Double](repeating: 1, count: 49)
    for (row, values) in upper.enumerated() {
      for (offset, value) in values.enumerated() {
        correlations[row * 7 + row + 1 + offset] = value
        correlations[(row + 1 + offset) * 7 + row] = value
      }
    }
    return (
      try Covariance(
        assetNames: ["AUL", "CAN", "FRA", "GER", "JPN", "UK", "USA"],
        volatilities: [0.16, 0.203, 0.248, 0.271, 0.21, 0.2, 0.187], correlations: correlations),
      [0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615]
    )
  }

  static func germanView(_ confidence: Double? = nil) -> BlackLitterman.View {
    // Germany will beat France and the UK, by market weight, by 5 %.
    BlackLitterman.View(
      weights: [0, 0, -0.052 / 0.176, 1, 0, -0.124 / 0.176, 0], value: 0.05, confidence: confidence)
  }

  @Test func heAndLittermanTables() throws {
    let (covariance, weights) = try Self.world()
    let model = try BlackLitterman(equilibriumWeights: weights, aversion: 2.5, covariance: covariance)
    #expect(
      agree(model.prior.map { $0 * 100 }, [3.94, 6.92, 8.36, 9.03, 4.30, 6.77, 7.56], within: 0.006))
    let posterior = try model.posterior(views: [Self.germanView()])
    #expect(
      agree(
        posterior.expectedReturns.map { $0 * 100 }, [4.33, 7.58, 9.29, 11.04, 4.51, 6.95, 8.07], within: 0.006))
    let optimal = try posterior.optimalWeights(aversion: 2.5)
    #expect(agree(optimal.map { $0 * 100 }, [1.5, 2.1, -4.0, 35.4, 11.0, -9.5, 58.6], within: 0.06))
    // Table 4: the view moves only the assets it names.
    let change = zip(optimal, weights).map { ($0 - $1 / 1.05) * 100 }
    #expect(agree(change, [0, 0, -8.9, 30.2, 0, -21.3, 0], within: 0.06))
  }

  @Test func posteriorMeanDoesNotDependOnTau() throws {
    let (covariance, weights) = try Self.world()
    let means = try [0.01, 0.05, 0.5].map { tau in
      try BlackLitterman(equilibriumWeights: weights, aversion: 2.5, covariance: covariance, tau: tau)
        .posterior(views: [Self.germanView()]).expectedReturns
    }
    #expect(agree(means[0], means[1], within: 1e-12) && agree(means[1], means[2], within: 1e-12))
  }

  @Test func idzorekConfidenceMovesProportionally() throws {
    // PyPortfolioOpt tests/test_black_litterman.py: identity covariance, prior .1, view .3.
    let covariance = try Covariance(assetNames: ["a", "b"], rowMajor: [1, 0, 0, 1])
    let model = try BlackLitterman(prior: [0.1, 0.1], covariance: covariance)
    for confidence in [0, 0.2, 0.4, 0.6, 0.8, 1] {
      let posterior = try model.posterior(
        views: [.init(weights: [1, 0], value: 0.3, confidence: confidence)])
      #expect(agree(posterior.expectedReturns, [0.1 + 0.2 * confidence, 0.1], within: 1e-12))
    }
  }

  @Test func contradictoryCertaintiesAreRefused() throws {
    let covariance = try Covariance(assetNames: ["a", "b"], rowMajor: [1, 0, 0, 1])
    let model = try BlackLitterman(prior: [0.1, 0.1], covariance: covariance)
    #expect(throws: AnalyticsError.self) {
      try model.posterior(views: [
        .init(weights: [1, 0], value: 0.3, confidence: 1), .init(weights: [1, 0], value: 0.1, confidence: 1),
      ])
    }
    #expect(throws: AnalyticsError.self) { try model.posterior(views: [.init(weights: [1], value: 0.3)]) }
  }
}
