import Numerics
import TestSupport
import Testing

@testable import Analytics

private func noise(variants: Int, periods: Int, seed: UInt64) -> [[Double]] {
  (0..<variants).map { RandomStream(seed: seed, stream: UInt64($0)).normals(count: periods).map { $0 * 0.01 } }
}

/// The definition: choose blocks by bit mask, concatenate rows, rank.
private func naiveLogits(_ series: [[Double]], blocks: Int) -> [Double] {
  let length = series[0].count / blocks
  let dropped = series[0].count - length * blocks
  func sharpe(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    return variance > 1e-25 ? mean / variance.squareRoot() : 0
  }
  var logits: [Double] = []
  for mask in 0..<(1 << blocks) where mask.nonzeroBitCount == blocks / 2 {
    func rows(_ wanted: Bool, _ values: [Double]) -> [Double] {
      (0..<blocks).filter { (mask >> $0 & 1 == 1) == wanted }
        .flatMap { values[(dropped + $0 * length)..<(dropped + ($0 + 1) * length)] }
    }
    let inside = series.map { sharpe(rows(true, $0)) }
    let outside = series.map { sharpe(rows(false, $0)) }
    let best = inside.firstIndex(of: inside.max()!)!
    let below = outside.count { $0 < outside[best] }
    let equal = outside.count { $0 == outside[best] }
    let relative = (Double(below) + Double(equal + 1) / 2) / Double(series.count + 1)
    logits.append(Elementary.log(relative / (1 - relative)))
  }
  return logits.sorted()
}

@Test(arguments: [(2, 4), (5, 6), (9, 8)] as [(Int, Int)])
func overfittingAgreesWithItsDefinition(variants: Int, blocks: Int) throws {
  let series = noise(variants: variants, periods: blocks * 7 + 3, seed: UInt64(blocks))
  let result = try BacktestOverfitting(VariantReturns(series), blocks: blocks)
  let expected = naiveLogits(series, blocks: blocks)
  #expect(result.droppedRows == 3 && result.splits.count == expected.count)
  #expect(zip(result.splits.map(\.logit).sorted(), expected).allSatisfy { abs($0 - $1) < 1e-12 })
  #expect(near(result.probability, Double(expected.count { $0 <= 0 }) / Double(expected.count)))
}

@Test
func sixteenBlocksGiveEverySplit() throws {
  let result = try BacktestOverfitting(VariantReturns(noise(variants: 4, periods: 160, seed: 3)), blocks: 16)
  #expect(result.splits.count == 12_870)
  #expect((0...1).contains(result.probability) && (0...1).contains(result.probabilityOfLoss))
}

@Test
func skillIsNotOverfittingAndNoiseIs() throws {
  var series = noise(variants: 20, periods: 400, seed: 5)
  let unskilled = try BacktestOverfitting(VariantReturns(series), blocks: 8)
  #expect(unskilled.probability > 0.2)
  // Performance in and out of sample share one total, so without skill they move against each other.
  #expect(try #require(unskilled.degradationSlope) < 0)
  series[7] = series[7].map { $0 + 0.02 }
  let skilled = try BacktestOverfitting(VariantReturns(series), blocks: 8)
  #expect(skilled.probability == 0 && skilled.probabilityOfLoss == 0)
  #expect(skilled.splits.allSatisfy { $0.best == 7 })
}

/// Reference case of the R package pbo: one hundred independent normal series of one thousand rows, eight blocks.
@Test
func pureNoiseIsNearOneHalf() throws {
  let result = try BacktestOverfitting(VariantReturns(noise(variants: 100, periods: 1000, seed: 11)), blocks: 8)
  #expect(result.splits.count == 70)
  #expect(result.probability > 0.25 && result.probability <= 1)
}

/// The other reference cases of the R package pbo (tests.R) and its README: one hundred series of one thousand rows, eight
/// blocks. Where all are centred, a lucky half is the counterpart of an unlucky one; where the last has an annual Sharpe
/// ratio of one, two or (beyond the package) three, the choice is ever less luck. Student's t in 1,600 rows is the low case.
@Test
func referenceCasesAreOrderedByTheirSkill() throws {
  func standardised(_ values: [Double], sharpe: Double) -> [Double] {
    let (mean, deviation) = (values.mean, values.standardDeviation())
    return values.map { (($0 - mean) / deviation + sharpe / 252.0.squareRoot()) / 252.0.squareRoot() }
  }
  let noise = noise(variants: 101, periods: 1000, seed: 12)
  func probability(_ series: [[Double]]) throws -> Double {
    try BacktestOverfitting(VariantReturns(series), blocks: 8).probability
  }
  let full = try probability(noise.prefix(100).map { standardised($0, sharpe: 0) })
  let others = Array(noise.prefix(99))
  let high = try probability(others + [standardised(noise[100], sharpe: 1)])
  let medium = try probability(others + [standardised(noise[100], sharpe: 2)])
  let low = try probability(others + [standardised(noise[100], sharpe: 3)])
  #expect(full > 0.9, "\(full)")
  #expect(high < full && medium <= high && low < high, "\(full) \(high) \(medium) \(low)")
  #expect(low < 0.1, "\(low)")
  // Heavy tails do not look like overfitting when one variant is better than the rest.
  let stream = RandomStream(seed: 13)
  let heavy = (0..<100).map { variant in
    (0..<1600).map { row in
      0.01 * stream.studentT(at: UInt64(variant * 1600 + row), degreesOfFreedom: 5) + (variant == 99 ? 0.003 : 0)
    }
  }
  #expect(try probability(heavy) < 0.05)
}

@Test
func identicalVariantsTieAtTheMedian() throws {
  let one = noise(variants: 1, periods: 64, seed: 1)[0]
  let result = try BacktestOverfitting(VariantReturns([one, one, one]), blocks: 4)
  #expect(result.splits.allSatisfy { $0.logit == 0 && $0.best == 0 })
  #expect(result.probability == 1)
}

@Test
func overfittingRefusesWhatItCannotSplit() throws {
  let series = noise(variants: 2, periods: 40, seed: 1)
  for blocks in [0, 1, 3, 18] {
    #expect(throws: AnalyticsError.self) { try BacktestOverfitting(VariantReturns(series), blocks: blocks) }
  }
  #expect(throws: AnalyticsError.self) { try BacktestOverfitting(VariantReturns([series[0]]), blocks: 4) }
  #expect(throws: AnalyticsError.self) { try BacktestOverfitting(VariantReturns(series.map { Array($0[..<20]) })) }
  #expect(throws: AnalyticsError(series: "variant 1", row: 2, reason: .notFinite)) {
    try VariantReturns([[0, 0, 0], [0, 0, .nan]])
  }
  #expect(throws: AnalyticsError(series: "b", reason: .lengthMismatch(found: 1, expected: 2))) {
    try VariantReturns([[0, 0], [0]], names: ["a", "b"])
  }
  // Constant parts have no Sharpe ratio and count as zero.
  let flat = try BacktestOverfitting(VariantReturns([series[0], Array(repeating: 0.1, count: 40)]), blocks: 4)
  #expect(flat.splits.allSatisfy { $0.logit.isFinite })
}

@Test
func effectiveTrialsOfKnownCorrelations() throws {
  let base = noise(variants: 6, periods: 5000, seed: 21)
  let independent = try VariantReturns(base)
  let copies = try VariantReturns(Array(repeating: base[0], count: 6))
  for method in EffectiveTrials.allCases {
    #expect(near(try method.count(independent), 6, 0.6), "\(method)")
    #expect(near(try method.count(copies), 1, 1e-6), "\(method)")
  }
  // Three pairs of twins are three trials for the eigenvalues.
  let twins = try VariantReturns([base[0], base[0], base[1], base[1], base[2], base[2]])
  #expect(near(try EffectiveTrials.participationRatio.count(twins), 3, 0.05))
  #expect(try EffectiveTrials.participationRatio.count(VariantReturns([[1, 1], [2, 2]])) == 1)
  // More variants than periods take the other product; the value is the same sum of squared correlations.
  let wide = try VariantReturns(noise(variants: 40, periods: 10, seed: 9))
  let value = try EffectiveTrials.participationRatio.count(wide)
  var squares = 0.0
  for left in wide.series {
    for right in wide.series {
      let correlation = try pearsonCorrelation(left, right, series: "pair")
      squares += correlation * correlation
    }
  }
  #expect(near(value, 1600 / squares, 1e-9))
}
