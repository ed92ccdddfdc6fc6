import Analytics
import Testing

/// Computed independently; 4.48998886412873 is also what NautilusTrader's own unit test asserts.
@Test
func theSameFiveReturnsHaveFourSharpeRatios() throws {
  let returns = try ReturnSeries(values: [0.01, -0.02, 0.015, -0.005, 0.025])
  let expected: [(MetricConvention, Double)] = [
    (.default, 4.48998886412873), (.empyrical, 4.48998886412873), (.lean, 8.959917615072792),
    (.backtestingPy, 2.4805664314744136),
  ]
  for (convention, value) in expected {
    #expect(abs(try returns.sharpeRatio(convention: convention) - value) < 1e-12, "\(convention)")
  }
  // Two more of the same table: divisor n, and compound growth over volatility.
  #expect(abs(try returns.sharpeRatio() * (5.0 / 4).squareRoot() - 5.019960159204453) < 1e-12)
  #expect(abs(try returns.annualGrowth() / (try returns.volatility()) - 8.573780454221769) < 1e-11)
  #expect(abs(try returns.sortinoRatio() - 8.60916064775327) < 1e-12)
}

// The vectors of empyrical's own tests (quantopian/empyrical 40f61b4f229d, tests/test_stats.py, Apache-2.0), 8 decimals.
private let mixedRows = [Double.nan, 0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1]
private let negativeRows = [0.0, -0.06, -0.07, -0.01, -0.09, -0.02, -0.06, -0.08, -0.05]
private let positiveRows = [0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
private let benchmarkRows = [0, 0.01, 0, 0.01, 0, 0.01, 0, 0.01, 0]
private let plainRows = [0.0, 0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1]
private let oneRows = [
  -0.00171614, 0.01322056, 0.03063862, -0.01422057, -0.00489779, 0.01268925, -0.03357711, 0.01797036,
]
private let twoRows = [0.01846232, 0.00793951, -0.01448395, 0.00422537, -0.00339611, 0.03756813, 0.0151531, 0.03549769]

private func series(_ values: [Double], _ periods: Double = 252) throws -> ReturnSeries {
  try ReturnSeries(values: values, periodsPerYear: periods, missing: .drop)
}

private func agrees(_ value: Double, _ expected: Double, decimals: Double = 1e-8) -> Bool {
  abs(value - expected) < decimals
}

@Test
func empyricalGrowthAndDrawdown() throws {
  let (mixed, negative) = (try series(mixedRows), try series(negativeRows))
  let cumulated = [0.01, 0.111, 0.066559, 0.08789, 0.12052, 0.14293, 0.15436, 0.03893]
  for (value, expected) in zip(mixed.compounded().dropFirst(), cumulated) {
    #expect(agrees(value - 1, expected, decimals: 5e-5))
  }
  #expect(agrees(mixed.maximumDrawdown(.empyrical), -0.1))
  #expect(agrees(negative.maximumDrawdown(.empyrical), -0.365907303498736))
  #expect(try series(positiveRows).maximumDrawdown(.empyrical) == 0)
  #expect(agrees(try series([0.1, -0.1, 0.1]).maximumDrawdown(.empyrical), -0.1))
  // empyrical forgets a loss on the first day; the default does not.
  #expect(try series([-0.1, 0.1]).maximumDrawdown(.empyrical) == 0)
  #expect(agrees(try series([-0.1, 0.1]).maximumDrawdown(), -0.1))
  #expect(agrees(try mixed.annualGrowth(.empyrical), 1.9135925373194231))
  #expect(agrees(try series(plainRows, 52).annualGrowth(.empyrical), 0.24690830513998208))
  #expect(agrees(try series(plainRows, 12).annualGrowth(.empyrical), 0.052242061386048144))
  #expect(agrees(try series([0.03, 0.03, 0.03], 1).annualGrowth(.empyrical), 0.03))
  #expect(agrees(try mixed.calmarRatio(.empyrical), 19.135925373194233))
  #expect(agrees(try series(plainRows, 52).calmarRatio(.empyrical), 2.4690830513998208))
  #expect(agrees(try series(plainRows, 12).calmarRatio(.empyrical), 0.52242061386048144))
}

@Test
func empyricalRiskAndRatios() throws {
  let mixed = try series(mixedRows)
  #expect(agrees(try mixed.volatility(.empyrical), 0.9136465399704637))
  #expect(agrees(try series(plainRows, 52).volatility(), 0.38851569394870583))
  #expect(agrees(try series(plainRows, 12).volatility(), 0.18663690238892558))
  #expect(agrees(try mixed.sharpeRatio(convention: .empyrical), 1.7238613961706866))
  #expect(agrees(try series(positiveRows).sharpeRatio(), 52.915026221291804))
  #expect(agrees(try series(negativeRows).sharpeRatio(), -24.406808633910085))
  #expect(agrees(mixed.downsideDeviation(), 0.6044832503882965))
  let tenPercent = try PeriodRate(perPeriod: 0.1, periodsPerYear: 252)
  #expect(agrees(mixed.downsideDeviation(minimumAcceptable: tenPercent), 1.7161730681956295))
  #expect(agrees(try series(oneRows).downsideDeviation(), 0.20671788246185202))
  #expect(agrees(try series(twoRows).downsideDeviation(), 0.083495680595704475))
  #expect(agrees(try series(plainRows, 52).downsideDeviation(), 0.25888650451930134))
  #expect(agrees(try series(plainRows, 12).downsideDeviation(), 0.1243650540411842))
  #expect(agrees(try mixed.sortinoRatio(), 2.605531251673693))
  #expect(agrees(try series(negativeRows).sortinoRatio(), -13.532743075043401))
  #expect(agrees(try series(plainRows, 52).sortinoRatio(), 1.1158901056866439))
  #expect(agrees(try series(plainRows, 12).sortinoRatio(), 0.53605626741889756))
  #expect(agrees(try series(oneRows).sortinoRatio(), 3.0639640966566306))
  #expect(agrees(try series(twoRows).sortinoRatio(), 38.090963117002495))
  let onePercent = 0.01
  #expect(agrees(try mixed.omegaRatio(threshold: onePercent), 0.8125))
  let annualThreshold = try PeriodRate(annual: 10, periodsPerYear: 252).perPeriod
  #expect(agrees(try mixed.omegaRatio(threshold: annualThreshold), 0.8335426349755793))
  #expect(agrees(try series(positiveRows).omegaRatio(threshold: 0.011), 1.125))
  #expect(try series(positiveRows).omegaRatio(threshold: 0.02) == 0)
  #expect(agrees(try mixed.stability(), 0.1529973665111273))
  // Their test asks for one decimal; the digits are numpy's.
  #expect(agrees(try mixed.tailRatio(), 0.9473684210526313, decimals: 0.05))
  #expect(agrees(try mixed.tailRatio(), 0.9556962025316452))
  for (values, cutoff, expected) in [
    ([1.0, 2], 0.3, 1.3), ([1, 81, 82, 83, 84, 85], 0.1, 41), ([1, 81, 82, 83, 84, 85], 0.2, 81),
    ([1, 81, 82, 83, 84, 85], 0.3, 81.5),
  ] {
    #expect(agrees(try series(values).quantile(cutoff), expected))
  }
  // Infinite in empyrical; a documented absence here.
  #expect(throws: AnalyticsError.self) { try series(benchmarkRows).sortinoRatio() }
}

@Test
func empyricalAgainstABenchmark() throws {
  let mixed = try series(mixedRows)
  let excess = try ReturnSeries(values: zip(mixedRows, benchmarkRows).map { $0 - $1 }, missing: .drop)
  #expect(agrees(try excess.sharpeRatio(), 0.34111411441060574))
  let relative = try RelativeStatistics(
    mixed, against: try series(Array(negativeRows.dropFirst())), convention: .empyrical)
  #expect(agrees(try relative.alpha(), -8.306666666666668))
  #expect(agrees(try relative.beta(), -0.71296296296296313))
  // Their test compares with a flat line.
  let flatLine = try series(Array(repeating: 0, count: 8))
  #expect(
    agrees(
      try RelativeStatistics(mixed, against: flatLine, convention: .empyrical).informationRatio(), 0.10859306069076737)
  )
}
