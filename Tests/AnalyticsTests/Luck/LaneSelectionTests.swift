import Numerics
import Testing

@testable import Analytics

@Suite struct LaneSelectionTests {
  private static func noise(_ count: Int, periods: Int, seed: UInt64) -> [[Double]] {
    (0..<count).map { RandomStream(seed: seed, stream: UInt64($0)).normals(count: periods) }
  }

  private static func sharpe(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    return variance > 0 ? mean / variance.squareRoot() : 0
  }

  @Test("Every choice and every path is the one that plain loops make.")
  func selectionAgreesWithItsDefinition() throws {
    let series = Self.noise(4, periods: 103, seed: 5)
    let found = try LaneSelection(VariantReturns(series))
    #expect(found.chosen.count == 45 && found.pathSharpes.count == 9 && found.embargo == 2)
    // Ten groups, the first three of eleven rows.
    let starts = (0...10).map { 10 * $0 + min($0, 3) }
    var expected = [[Double]](repeating: [], count: 9)
    var seen = [Int](repeating: 0, count: 10)
    var pieces: [[Int: [Double]]] = (0..<9).map { _ in [:] }
    var split = 0
    for first in 0..<10 {
      for second in (first + 1)..<10 {
        let tested = [first, second]
        let rows = (0..<103).filter { row in
          tested.allSatisfy { group in
            let isEmbargoed = tested.contains(group + 1) ? false : row < starts[group + 1] + 2
            return row < starts[group] || (row >= starts[group + 1] && !isEmbargoed)
              || (tested.contains(group + 1) && row >= starts[group + 1])
          }
        }
        let ratios = series.map { values in Self.sharpe(rows.map { values[$0] }) }
        let best = ratios.indices.reduce(0) { ratios[$1] > ratios[$0] ? $1 : $0 }
        #expect(found.chosen[split] == best, "\(split)")
        for group in tested {
          pieces[seen[group]][group] = Array(series[best][starts[group]..<starts[group + 1]])
          seen[group] += 1
        }
        split += 1
      }
    }
    for path in 0..<9 { expected[path] = (0..<10).flatMap { pieces[path][$0] ?? [] } }
    for (path, values) in expected.enumerated() {
      #expect(values.count == 103 && abs(found.pathSharpes[path] - Self.sharpe(values)) < 1e-12)
    }
    // The walk: 51 rows, two left out, then windows of ten.
    var walked: [Double] = []
    for (place, step) in found.steps.enumerated() {
      let start = 53 + 10 * place
      let ratios = series.map { Self.sharpe(Array($0[0..<start - 2])) }
      #expect(step.test == start..<min(103, start + 10) && ratios[step.variant] == ratios.max())
      #expect(abs(step.inSampleSharpe - ratios[step.variant]) < 1e-12)
      walked += series[step.variant][step.test]
    }
    #expect(walked.count == 50 && abs(found.walkForwardSharpe - Self.sharpe(walked)) < 1e-12)
  }

  @Test func skillSurvivesTheChoiceAndLuckDoesNot() throws {
    var series = Self.noise(20, periods: 400, seed: 9)
    let lucky = try LaneSelection(VariantReturns(series))
    let whole = series.map { Self.sharpe($0) }.max() ?? 0
    let mean = lucky.pathSharpes.reduce(0, +) / Double(lucky.pathSharpes.count)
    #expect(mean < whole - 0.05, "the best looked better than picking it was")
    series[7] = series[7].map { $0 + 0.5 }
    let skilled = try LaneSelection(VariantReturns(series))
    #expect(skilled.chosen.allSatisfy { $0 == 7 } && skilled.steps.allSatisfy { $0.variant == 7 })
    #expect(skilled.pathSharpes.allSatisfy { abs($0 - Self.sharpe(series[7])) < 1e-12 })
  }

  @Test func whatCannotBeSplitIsRefused() throws {
    #expect(throws: AnalyticsError.self) { try LaneSelection(VariantReturns(Self.noise(1, periods: 100, seed: 1))) }
    #expect(throws: AnalyticsError.self) { try LaneSelection(VariantReturns(Self.noise(3, periods: 39, seed: 1))) }
    #expect(throws: AnalyticsError.self) {
      try LaneSelection(VariantReturns(Self.noise(3, periods: 100, seed: 1)), groups: 2)
    }
    // Nothing moves: no ratio, and no choice but the first.
    let still = try LaneSelection(
      VariantReturns([[Double](repeating: 0, count: 60), [Double](repeating: 0, count: 60)]))
    #expect(still.pathSharpes.allSatisfy { $0 == 0 } && still.walkForwardSharpe == 0 && still.steps[0].variant == 0)
  }
}
