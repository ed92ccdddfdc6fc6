import Numerics
import Testing

@testable import Analytics

private func noise(_ count: Int, seed: UInt64, shift: Double = 0.0005) throws -> ReturnSeries {
  try ReturnSeries(values: RandomStream(seed: seed).normals(count: count).map { $0 * 0.01 + shift })
}

@Test
func figuresOfAResampleAreThoseOfItsRows() throws {
  let returns = try noise(60, seed: 5)
  let riskFree = try PeriodRate(annual: 0.03, periodsPerYear: 252)
  let settings = ResamplingSettings(resamples: 100, meanBlockLength: 4, seed: 9)
  let figures = try ResampledFigures(returns, riskFree: riskFree, minimumAcceptable: riskFree, settings: settings)
  let rows = try StationaryRows(count: 60, meanBlockLength: 4, seed: 9)
  for resample in 0..<100 {
    var values: [Double] = []
    rows.visitRuns(resample) { values += returns.values[$0] }
    let drawn = try ReturnSeries(values: values)
    #expect(values.count == 60)
    #expect(near(try drawn.sharpeRatio(riskFree: riskFree), figures.sharpe[resample], 1e-9))
    #expect(near(try drawn.sortinoRatio(minimumAcceptable: riskFree), figures.sortino[resample], 1e-9))
    #expect(near(try drawn.annualGrowth(), figures.growth[resample], 1e-9))
    #expect(near(try drawn.volatility(), figures.volatility[resample], 1e-9))
    #expect(near(drawn.maximumDrawdown(), figures.maximumDrawdown[resample], 1e-12))
  }
}

@Test
func blocksHaveTheirMeanLengthAndEveryRowIsAsLikely() throws {
  let rows = try StationaryRows(count: 50, meanBlockLength: 8, seed: 3)
  var total = [Double](repeating: 0, count: 50)
  var frequencies = total
  var jumps = 0
  for resample in 0..<1000 {
    rows.frequencies(resample: resample, into: &frequencies)
    #expect(frequencies.reduce(0, +) == 50)
    for row in 0..<50 { total[row] += frequencies[row] }
    var previous: Int?
    rows.visitRuns(resample) { run in
      if let previous, (previous + 1) % 50 != run.lowerBound { jumps += 1 }
      previous = run.upperBound - 1
    }
  }
  // 49 steps of 1,000 resamples jump with probability 1/8, one of fifty of them to the next row by chance.
  let expected = 1000 * 49.0 / 8 * 49 / 50
  #expect(abs(Double(jumps) - expected) < 5 * expected.squareRoot())
  // Each row is drawn 1,000 times on average; blocks make its variance about 15 times that of single draws.
  #expect(total.allSatisfy { abs($0 - 1000) < 5 * (15 * 1000.0).squareRoot() })
}

@Test
func theSpreadOfIndependentReturnsAgreesWithTheFormula() throws {
  let returns = try noise(300, seed: 2)
  let figures = try ResampledFigures(
    returns, settings: ResamplingSettings(resamples: 500, meanBlockLength: 1, seed: 4))
  let mean = figures.sharpe.reduce(0, +) / 500
  let deviation = (figures.sharpe.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 499).squareRoot()
  let formula = try SharpeInference(returns).standardError * 252.0.squareRoot()
  #expect(near(deviation / formula, 1, 0.12))
  let interval = try #require(figures.intervals["sharpe"])
  #expect(near((interval.upper - interval.lower) / (2 * 1.96 * formula), 1, 0.2))
  #expect(figures.intervals.keys.sorted() == ["cagr", "max_drawdown", "sharpe", "sortino", "volatility"])
}

@Test
func resamplingIsReproducibleAndRefusesBadSettings() throws {
  let returns = try noise(100, seed: 1)
  let settings = ResamplingSettings(resamples: 200, seed: 6)
  #expect(try ResampledFigures(returns, settings: settings) == ResampledFigures(returns, settings: settings))
  for bad in [
    ResamplingSettings(resamples: 1), ResamplingSettings(meanBlockLength: 0.5),
    ResamplingSettings(meanBlockLength: .nan),
    ResamplingSettings(level: 1),
  ] {
    #expect(throws: AnalyticsError.self) { try ResampledFigures(returns, settings: bad) }
  }
  #expect(throws: AnalyticsError.self) { try ResampledFigures(try noise(9, seed: 1), settings: settings) }
  // A series that never moves has no Sharpe or Sortino ratio to put an interval around, but a growth.
  let flat = try ResampledFigures(ReturnSeries(values: Array(repeating: 0.001, count: 50)), settings: settings)
  #expect(flat.intervals["sharpe"] == nil && flat.intervals["sortino"] == nil)
  #expect(near(flat.intervals["cagr"]?.lower, 0.28643404437614, 1e-9))
}

@Test
func aRuinedAccountResamplesToRuin() throws {
  var values = try noise(40, seed: 8).values
  values[20] = -1
  let figures = try ResampledFigures(ReturnSeries(values: values), settings: ResamplingSettings(resamples: 300))
  #expect(figures.growth.allSatisfy { $0.isFinite } && figures.maximumDrawdown.allSatisfy { $0.isFinite })
  #expect(figures.growth.contains(-1) && figures.maximumDrawdown.contains(-1))
}

@Test
func pairedDifferencesAreSureWhereSeparateIntervalsAreNot() throws {
  let base = try noise(200, seed: 12)
  let better = try ReturnSeries(values: base.values.map { $0 + 0.0005 })
  let differences = try PairedDifference.compare(better, with: base, settings: ResamplingSettings(resamples: 300))
  let growth = try #require(differences["cagr"])
  #expect(growth.interval.lower > 0 && growth.pValue < 0.01)
  let same = try #require(
    try PairedDifference.compare(base, with: base, settings: ResamplingSettings(resamples: 200))["sharpe"])
  #expect(same.observed == 0 && same.pValue == 1 && same.interval.lower == 0 && same.interval.upper == 0)
  #expect(throws: AnalyticsError.self) { try PairedDifference.compare(base, with: try noise(199, seed: 1)) }
}
