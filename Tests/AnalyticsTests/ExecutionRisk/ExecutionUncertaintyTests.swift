import Analytics
import Numerics
import Testing

@Suite struct ExecutionUncertaintyTests {
  /// Draws of a profit that falls by 2 with each unit of latency, by 3 under one of two queue models, and by chance.
  static func outcomes(count: Int, seed: UInt64 = 1, noise: Double = 1) throws -> ExecutionOutcomes {
    let latency = (0..<count).map { 4 * RandomStream(seed: seed, stream: 0).uniform(at: UInt64($0)) }
    let queue = (0..<count).map { RandomStream(seed: seed, stream: 1).integer(at: UInt64($0), below: 2) }
    let idle = (0..<count).map { RandomStream(seed: seed, stream: 3).uniform(at: UInt64($0)) }
    let chance = RandomStream(seed: seed, stream: 2).normals(count: count)
    let profits = (0..<count).map { 6 - 2 * latency[$0] - 3 * Double(queue[$0]) + noise * chance[$0] }
    return try ExecutionOutcomes(
      profits: profits, fills: profits.map { 100 + Int($0) }, deepestDrawdowns: profits.map { min(0, $0 / 100 - 0.1) },
      base: .init(profit: 6, fills: 106, deepestDrawdown: -0.04),
      factors: [
        DrawnFactor("latency", numbers: latency),
        DrawnFactor("queue", choices: queue.map { ["exact", "pessimistic"][$0] }),
        DrawnFactor("unused", numbers: idle), DrawnFactor("fixed", numbers: latency.map { _ in 1 }),
      ])
  }

  @Test func theDistributionIsThatOfTheDraws() throws {
    let outcomes = try Self.outcomes(count: 2_000)
    let found = try ExecutionUncertainty(outcomes)
    // Mean 6 − 4 − 1.5, variance 4·(16/12) + 9/4 + 1.
    let variance = 4.0 * 16 / 12 + 9.0 / 4 + 1
    #expect(abs(found.profit.mean.value - 0.5) < 5 * found.profit.mean.standardError)
    #expect(abs(found.profit.mean.standardError - (variance / 2_000).squareRoot()) < 0.003)
    let sorted = outcomes.profits.sorted()
    #expect(found.profit.lowest == sorted[0] && found.profit.highest == sorted[1_999])
    let median = try #require(found.profit.quantile(0.5))
    #expect(median.value == sorted[999])
    let interval = try #require(median.interval)
    #expect(interval.lower < median.value && median.value < interval.upper)
    #expect(found.profit.baseAdvantage == 6 - median.value)
    // The base case drew the best latency and the kind queue: nearly every draw is below it.
    let below = outcomes.profits.filter { $0 < 6 }.count
    #expect(found.profit.probabilityBelowBase.value == Double(below) / 2_000)
    #expect(found.profit.probabilityBelowBase.value > 0.95)
    let losses = Double(outcomes.profits.filter { $0 < 0 }.count) / 2_000
    #expect(found.probabilityOfLoss.value == losses && found.probabilityOfOtherSign.value == losses)
    #expect(found.probabilityOfLoss.standardError == (losses * (1 - losses) / 2_000).squareRoot())
  }

  @Test func sharesAreThoseOfTheModel() throws {
    let found = try ExecutionUncertainty(Self.outcomes(count: 4_000))
    let variance = 4.0 * 16 / 12 + 9.0 / 4 + 1
    #expect(found.factors.map(\.name) == ["latency", "queue", "unused"], "a factor that never changed is left out")
    // Ten groups see all but a hundredth of a straight line's variance.
    for (factor, share) in zip(found.factors, [4.0 * 16 / 12 * 0.99 / variance, 9.0 / 4 / variance, 0]) {
      #expect(abs(factor.share - share) < 4 * factor.standardError + 0.002, "\(factor.name) \(factor.share)")
      #expect(factor.standardError > 0 && factor.standardError < 0.03)
    }
    #expect(found.factors[0].pValue < 1e-12 && found.factors[1].pValue < 1e-12 && found.factors[2].pValue > 1e-3)
    #expect(try #require(found.factors[0].rankCorrelation) < -0.7)
    #expect(found.factors[1].rankCorrelation == nil)
    #expect(found.factors[1].levels.map(\.choice) == ["exact", "pessimistic"])
    let gap = found.factors[1].levels[0].meanProfit - found.factors[1].levels[1].meanProfit
    #expect(abs(gap - 3) < 0.5)
    #expect(found.factors[0].levels.count == 10 && found.factors[0].levels.map(\.draws).reduce(0, +) == 4_000)
    #expect(abs(found.unexplainedShare - 1 / variance) < 0.05)
  }

  @Test func theJackknifeErrorIsTheSpreadOverRepetitions() throws {
    var shares = RunningMoments()
    var errors = RunningMoments()
    for seed in 0..<60 as Range<UInt64> {
      let queue = try #require(
        ExecutionUncertainty(Self.outcomes(count: 200, seed: seed)).factors.first { $0.name == "queue" })
      shares.add(queue.share)
      errors.add(queue.standardError)
    }
    #expect(abs(errors.mean / shares.standardDeviation - 1) < 0.35, "\(errors.mean) \(shares.standardDeviation)")
  }

  @Test func intervalsCoverAsOftenAsTheySay() throws {
    // The median and the fifth percentile of uniforms are known; a probability that never happened still has an interval.
    var covered = (median: 0, tail: 0, tailKnown: 0)
    for seed in 0..<400 as Range<UInt64> {
      let values = (0..<120).map { RandomStream(seed: seed, stream: 9).uniform(at: UInt64($0)) }
      let found = try OutcomeDistribution(values, base: 0.5, probabilities: [0.5, 0.05, 0.001])
      let median = try #require(found.quantiles[0].interval)
      if median.lower <= 0.5, median.upper >= 0.5 { covered.median += 1 }
      if let tail = found.quantiles[1].interval {
        covered.tailKnown += 1
        if tail.lower <= 0.05, tail.upper >= 0.05 { covered.tail += 1 }
      }
      #expect(found.quantiles[2].standardError == nil && found.quantiles[1].standardError != nil)
      #expect(found.quantiles[2].interval == nil, "120 draws say nothing sure about one in a thousand")
    }
    #expect(covered.median >= 400 * 93 / 100)
    #expect(covered.tailKnown == 400 && covered.tail >= 400 * 93 / 100)
    let never = try ExecutionUncertainty(
      ExecutionOutcomes(
        profits: [1, 2, 3, 4], fills: [1, 1, 1, 1], deepestDrawdowns: [0, 0, 0, 0],
        base: .init(profit: -1, fills: 1, deepestDrawdown: 0)))
    #expect(never.probabilityOfLoss.value == 0 && never.probabilityOfLoss.standardError == nil)
    // Wilson: z²/(n + z²).
    #expect(abs(never.probabilityOfLoss.interval.upper - 3.8414588 / 7.8414588) < 1e-6)
    #expect(never.probabilityOfOtherSign.value == 1)
  }

  @Test func theOrderOfDrawsDoesNotMatter() throws {
    let outcomes = try Self.outcomes(count: 300)
    let reversed = try ExecutionOutcomes(
      profits: outcomes.profits.reversed(), fills: outcomes.fills.reversed(),
      deepestDrawdowns: outcomes.deepestDrawdowns.reversed(), base: outcomes.base)
    let first = try ExecutionUncertainty(outcomes)
    let second = try ExecutionUncertainty(reversed)
    #expect(first.profit == second.profit && first.fills == second.fills)
    #expect(first.probabilityOfLoss == second.probabilityOfLoss)
  }

  @Test func badColumnsAreNamed() {
    let base = ExecutionOutcomes.Outcome(profit: 1, fills: 1, deepestDrawdown: 0)
    #expect(throws: AnalyticsError(series: "fills", reason: .lengthMismatch(found: 1, expected: 2))) {
      try ExecutionOutcomes(profits: [1, 2], fills: [1], deepestDrawdowns: [0, 0], base: base)
    }
    #expect(throws: AnalyticsError(series: "fills of draws", row: 1, reason: .outOfRange("zero or more"))) {
      try ExecutionOutcomes(profits: [1, 2], fills: [1, -1], deepestDrawdowns: [0, 0], base: base)
    }
    #expect(
      throws: AnalyticsError(series: "deepest drawdowns of draws", row: 0, reason: .outOfRange("zero or negative"))
    ) {
      try ExecutionOutcomes(profits: [1, 2], fills: [1, 1], deepestDrawdowns: [0.1, 0], base: base)
    }
    #expect(throws: AnalyticsError(series: "latency", row: 1, reason: .notFinite)) {
      try ExecutionOutcomes(
        profits: [1, 2], fills: [1, 1], deepestDrawdowns: [0, 0], base: base,
        factors: [DrawnFactor("latency", numbers: [1, .nan])])
    }
    #expect(throws: AnalyticsError(series: "profits", reason: .tooShort(found: 1, needed: 2))) {
      try ExecutionOutcomes(profits: [1], fills: [1], deepestDrawdowns: [0], base: base)
    }
  }
}
