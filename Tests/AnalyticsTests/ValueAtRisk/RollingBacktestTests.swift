import Foundation
import Numerics
import Testing

@testable import Analytics

@Suite struct RollingBacktestTests {
  @Test func coverageOnSimulatedReturns() throws {
    // GARCH with Student-t errors: a method that follows volatility has the right coverage and no clusters.
    let truth = GARCH(omega: 0.02, alpha: 0.09, beta: 0.89, degreesOfFreedom: 6)
    let returns = GARCHFitTests.simulated(truth, count: 1250, seed: 17)
    let results = try RollingBacktest.compare(
      returns, window: 250,
      methods: [.historical, .filteredHistorical(decay: 0.94), .normal, .exponentiallyWeightedNormal(decay: 0.94)],
      confidence: 0.95)
    let filtered = results[1]
    #expect(filtered.rows.count == 1000)
    #expect(abs(Double(filtered.violations.violations) - 50) < 20)
    let joint = try #require(filtered.coverage.first { $0.name == "conditional coverage" })
    #expect(joint.pValue > 0.01)
    #expect(results.allSatisfy { $0.forecasts.allSatisfy { $0.expectedShortfall >= $0.valueAtRisk } })
    // By hand: hit (r + v)/(0.05 e) + v/e + log e − 1 for forecasts v and e of the two figures; following volatility scores less.
    let scores = zip(filtered.rows, filtered.forecasts).map { row, risk in
      let (v, e) = (risk.valueAtRisk, risk.expectedShortfall)
      let beyond = returns[row] <= -v ? (-v - returns[row]) / (0.05 * e) : 0
      return beyond + v / e + log(e) - 1
    }
    #expect(near(filtered.jointScore, scores.reduce(0, +) / 1000, 1e-12))
    #expect(try #require(filtered.jointScore) < #require(results[0].jointScore))
  }

  @Test func theTrueModelHasExactCoverage() throws {
    let truth = GARCH(omega: 0.02, alpha: 0.09, beta: 0.89, degreesOfFreedom: 6)
    let returns = GARCHFitTests.simulated(truth, count: 6000, seed: 23)
    let filtered = try truth.filter(returns, initialVariance: truth.longRunVariance)
    let unit = try ParametricTail.studentT(
      degreesOfFreedom: 6, scale: (4.0 / 6).squareRoot(), confidence: 0.99)
    let forecasts = filtered.variances.map { unit.valueAtRisk * $0.squareRoot() }
    let sequence = try ViolationSequence(returns: returns, valueAtRisk: forecasts, confidence: 0.99)
    #expect(try sequence.conditionalCoverage().pValue > 0.01)
    let shortfall = try ShortfallTests.unconditional(
      returns: returns, valueAtRisk: forecasts,
      expectedShortfall: filtered.variances.map { unit.expectedShortfall * $0.squareRoot() }, confidence: 0.99)
    #expect(abs(shortfall) < 0.4)
  }

  @Test func refusedDaysAreReportedNotCounted() throws {
    // The first windows are constant, which have no volatility to weigh.
    var returns = GARCHFitTests.simulated(GARCH(omega: 0.5, alpha: 0.05, beta: 0.4), count: 300, seed: 2)
    for row in 0..<150 { returns[row] = 0 }
    let result = try RollingBacktest.run(
      returns, window: 100, method: .exponentiallyWeightedNormal(decay: 0.94), confidence: 0.95)
    #expect(result.refusals.count == 51)
    #expect(result.rows.count + result.refusals.count == 200)
    #expect(result.violations.count == result.rows.count)
  }

  @Test("Windows outside the Cornish-Fisher domain are forecast by history, counted and part of every test.")
  func cornishFisherFallsBackToHistory() throws {
    var returns = GARCHFitTests.simulated(GARCH(omega: 0.5, alpha: 0.05, beta: 0.4), count: 300, seed: 2)
    returns[150] = -40
    let result = try RollingBacktest.run(returns, window: 100, method: .cornishFisher, confidence: 0.95)
    let history = try RollingBacktest.run(returns, window: 100, method: .historical, confidence: 0.95)
    #expect(result.refusals.isEmpty && result.rows == Array(100..<300) && history.fallbacks == 0)
    #expect((100..<200).contains(result.fallbacks))
    for (row, (own, other)) in zip(result.rows, zip(result.forecasts, history.forecasts)) {
      let window = Array(returns[row - 100..<row])
      if let exact = try? ParametricTail.cornishFisher(window, confidence: 0.95) {
        #expect(own == exact)
      } else {
        #expect(own == other)
      }
    }
    #expect(result.rankedShortfall == nil, "history has no distribution beyond its own rows")
  }

  @Test("A right model's shortfall is excused, one of half the volatility is not, by every statistic.")
  func shortfallStatisticsHaveTheirProbability() throws {
    let returns = RandomStream(seed: 3).normals(count: 500)
    let right = try RollingBacktest.run(returns, window: 250, method: .normal, confidence: 0.95)
    let wild = returns.enumerated().map { $0 < 250 ? $1 : 2 * $1 }
    let wrong = try RollingBacktest.run(wild, window: 250, method: .normal, confidence: 0.95)
    for (result, isRight) in [(right, true), (wrong, false)] {
      let one = try #require(result.conditionalPValues)
      let two = try #require(result.unconditionalPValues)
      let three = try #require(result.rankedPValue)
      for value in [one.normal, two.normal, three] { #expect(isRight ? value > 0.02 : value < 0.02, "\(value)") }
      #expect(one.fatTailed >= one.normal && two.fatTailed >= two.normal - 0.05)
    }
    #expect(try #require(wrong.rankedShortfall) < -0.3 && abs(try #require(right.rankedShortfall)) < 0.3)
  }

  @Test func everyMethodRuns() throws {
    let returns = GARCHFitTests.simulated(GARCH(omega: 0.05, alpha: 0.1, beta: 0.85), count: 320, seed: 12)
    let methods: [TailMethod] = [
      .ageWeighted(decay: 0.98), .studentT, .filteredGARCH(errors: .normal, asymmetric: false),
      .peaksOverThreshold(tailShare: 0.1),
    ]
    for method in methods {
      let result = try RollingBacktest.run(
        returns, window: 300, method: method, confidence: 0.99, refitInterval: 10)
      #expect(result.rows.count == 20, "\(method.name)")
    }
    let model = GARCH(omega: 0.05, alpha: 0.1, beta: 0.85)
    let day = try FilteredHistoricalTail.garchPaths(
      returns, model: model, horizon: 1, paths: 4000, seed: 1, confidence: 0.95)
    let direct = try FilteredHistoricalTail.garch(returns, model: model, confidence: 0.95)
    #expect(abs(day.valueAtRisk / direct.valueAtRisk - 1) < 0.08)
    let week = try FilteredHistoricalTail.garchPaths(
      returns, model: model, horizon: 5, paths: 2000, seed: 1, confidence: 0.95)
    #expect(week.valueAtRisk > 1.5 * day.valueAtRisk && week.valueAtRisk < 4 * day.valueAtRisk)
  }
}
