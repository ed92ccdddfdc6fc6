import Analytics
import TestSupport
import Testing

/// Equity of the worked example; its values were computed independently with 30 digits.
private let worked: [Double] = [100, 110, 105, 120, 90, 95, 130, 125, 140, 100, 150]

@Test
func workedExampleOfDrawdown() throws {
  let curve = try DrawdownCurve(equity: worked)
  #expect(curve.maximum == -0.2857142857142857)
  #expect(abs(curve.mean - -0.07526942754215481) < 1e-15)
  #expect(abs(curve.ulcerIndex - 0.13179903313285518) < 1e-15)
  #expect(abs(try #require(curve.ulcerIndexSampleDivisor) - 0.13823199213000947) < 1e-15)
  #expect(abs(try curve.conditionalDrawdownAtRisk(level: 0.8) - 0.2624458874458874) < 1e-15)
  #expect(abs(try curve.conditionalDrawdownAtRisk(level: 0.9) - 0.2824675324675325) < 1e-15)
  #expect(abs(try curve.drawdownAtRisk(level: 0.8) - (1 - 95.0 / 120)) < 1e-15)
  let expected: [Double] = [0, 0, -0.045455, 0, -0.25, -0.208333, 0, -0.038462, 0, -0.285714, 0]
  for (depth, value) in zip(curve.depths, expected) { #expect(abs(depth - value) < 1e-6) }
  #expect(curve.fractionUnderWater == 5.0 / 11)
}

@Test
func deepestTableOfTheWorkedExample() throws {
  let table = try DrawdownCurve(equity: worked).deepest(3)
  #expect(table.map(\.startRow) == [8, 3, 1])
  #expect(table.map(\.troughRow) == [9, 4, 2])
  #expect(table.map(\.recoveryRow) == [10, 6, 3])
  #expect(table.map(\.length) == [2, 3, 2])
  #expect(table.map(\.timeToTrough) == [1, 1, 1])
  #expect(table.map(\.timeToRecovery) == [1, 2, 1])
}

@Test
func aLossOnTheFirstDayCountsAndAnOpenDrawdownStaysOpen() throws {
  let curve = try DrawdownCurve(equity: [100, 90, 95], times: [0, 10, 25], sampling: .intraday)
  #expect(abs(curve.maximum + 0.1) < 1e-15)
  let period = try #require(curve.periods.first)
  #expect(period.isOpen && period.length == 25 && period.timeToTrough == 10 && period.timeToRecovery == nil)
  #expect(curve.timeUnderWater == 15.0 / 25)
  #expect(curve.longestLength == 25)
}

@Test
func risingAndSinglePointEquityHaveNoDrawdown() throws {
  for equity in [[1.0], [1, 2, 3], [1, 1, 1]] {
    let curve = try DrawdownCurve(equity: equity)
    #expect(curve.maximum == 0 && curve.periods.isEmpty && curve.meanOfPeriods == nil)
    #expect(try curve.conditionalDrawdownAtRisk(level: 0.95) == 0)
  }
}

@Test
func ruinIsMinusOneHundredPercentFromThereOn() throws {
  #expect(try DrawdownCurve(equity: [100, 0]).maximum == -1)
  let curve = try DrawdownCurve(equity: [100, 90, -50, 200])
  #expect(curve.maximum == -1 && curve.depths.suffix(2) == [-1, -1] && curve.periods.last?.isOpen == true)
}

@Test
func drawdownRefusesBadInput() {
  #expect(throws: AnalyticsError(series: "equity", reason: .empty)) { try DrawdownCurve(equity: []) }
  #expect(throws: AnalyticsError(series: "equity", row: 0, reason: .notPositive)) { try DrawdownCurve(equity: [0, 1]) }
  #expect(throws: AnalyticsError(series: "lane 4", row: 2, reason: .notFinite)) {
    try DrawdownCurve(equity: [1, 1, .infinity], series: "lane 4")
  }
  #expect(throws: AnalyticsError(series: "times of equity", row: 1, reason: .notAscending)) {
    try DrawdownCurve(equity: [1, 1], times: [5, 4])
  }
}

/// Drawdown by definition: compare each point with the highest before it.
private func naiveDepths(_ equity: [Double]) -> [Double] {
  equity.indices.map { row in equity[row] / equity[...row].max()! - 1 }
}

@Test(arguments: 0..<50)
func drawdownAgreesWithItsDefinition(seed: UInt64) throws {
  var generator = SeededGenerator(seed: seed)
  var equity = [100.0]
  for _ in 0..<Int.random(in: 0..<200, using: &generator) {
    // Coarse steps, so that equal highs occur.
    equity.append(max(1, equity.last! + Double(Int.random(in: -5...5, using: &generator))))
  }
  let curve = try DrawdownCurve(equity: equity)
  #expect(curve.depths == naiveDepths(equity))
  let periods = curve.periods
  #expect(periods.map(\.depth).min() ?? 0 == curve.maximum)
  #expect(periods.dropLast().allSatisfy { !$0.isOpen })
  for period in periods {
    #expect(curve.depths[period.startRow] == 0)
    #expect(curve.depths[(period.startRow + 1)...period.endRow].min() == period.depth)
    let inside = (period.startRow + 1)..<(period.recoveryRow ?? period.endRow + 1)
    #expect(inside.allSatisfy { curve.depths[$0] < 0 })
  }
  #expect(
    periods.reduce(0) { $0 + ($1.recoveryRow ?? $1.endRow + 1) - $1.startRow - 1 }
      == curve.depths.count { $0 < 0 })
  // Every worst share at once: the conditional value is never milder than its threshold, and falls with the share.
  var previous = 0.0
  for level in stride(from: 0.05, to: 1, by: 0.05) {
    let conditional = try curve.conditionalDrawdownAtRisk(level: level)
    #expect(conditional >= (try curve.drawdownAtRisk(level: level)) - 1e-12)
    #expect(conditional >= previous - 1e-12)
    previous = conditional
  }
}

@Test
func survivalOfRecoveriesWithACensoredOne() throws {
  // Lengths 1, 2, 2+, 3, 5+ (+ = still open). By hand: S(1) = 4/5, S(2) = 4/5 × 3/4, S(3) = 3/5 × 1/2.
  let survival = try RecoverySurvival(lengths: [3, 1, 2, 2, 5], recovered: [true, true, true, false, false])
  #expect(survival.steps.map(\.length) == [1, 2, 3, 5])
  #expect(survival.steps.map(\.atRisk) == [5, 4, 2, 1])
  #expect(zip(survival.steps.map(\.survival), [0.8, 0.6, 0.3, 0.3]).allSatisfy { abs($0 - $1) < 1e-15 })
  #expect(survival.median == 3)
  #expect(survival.length(recoveredShare: 0.9) == nil)
  #expect(survival.survival(after: 0) == 1 && abs(survival.survival(after: 2) - 0.6) < 1e-15)
  // Greenwood at 2: 0.6 × sqrt(1/(5×4) + 1/(4×3)).
  #expect(abs(survival.steps[1].standardError - 0.6 * (1.0 / 20 + 1.0 / 12).squareRoot()) < 1e-15)
  // 1×1 + 0.8×1 + 0.6×1 + 0.3×2
  #expect(abs(survival.restrictedMean - 3.0) < 1e-15)
  #expect(survival.censoredCount == 2)
}

@Test
func anOpenDrawdownIsCensoredAndNoDrawdownGivesNoSteps() throws {
  let open = try RecoverySurvival(DrawdownCurve(equity: [100, 90, 100, 80, 85]))
  #expect(open.count == 2 && open.censoredCount == 1 && open.median == 2)
  #expect(try RecoverySurvival(DrawdownCurve(equity: [1, 2])).steps.isEmpty)
}
