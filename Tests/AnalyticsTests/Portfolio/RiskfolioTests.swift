import Foundation
import TestSupport
import Testing

@testable import Analytics

/// The answers of Riskfolio-Lib's own tests (BSD-3): ten assets, the last 200 days, 5 % tails, long only.
///
/// Its weights carry the error of a general conic solver, up to 2e-5 where the optimum is flat, so beside the weights the
/// objective is compared: ours must never be worse. Gini mean difference and the tail Gini measures are left to the
/// objective alone, because its answers for them are of an approximation by p-norms.
@Suite(.enabled(if: RealData.isPresent)) struct RiskfolioTests {
  static let confidence = 0.95
  static let measures: [(name: String, measure: RiskMeasure)] = [
    ("MV", .variance), ("MAD", .meanAbsoluteDeviation), ("MSV", .semivariance),
    ("FLPM", .firstLowerPartialMoment(target: 0)), ("SLPM", .secondLowerPartialMoment(target: 0)),
    ("CVaR", .conditionalValueAtRisk(confidence: confidence)), ("TG", .tailGini(confidence: confidence)),
    ("EVaR", .entropicValueAtRisk(confidence: confidence)), ("WR", .worstRealization), ("RG", .range),
    ("CVRG", .conditionalValueAtRiskRange(confidence: confidence)),
    ("TGRG", .tailGiniRange(confidence: confidence)), ("MDD", .maximumDrawdown), ("ADD", .averageDrawdown),
    ("CDaR", .conditionalDrawdown(confidence: confidence)), ("EDaR", .entropicDrawdown(confidence: confidence)),
    ("UCI", .ulcerIndex), ("GMD", .giniMeanDifference),
  ]
  static let approximate: Set<String> = ["GMD", "TG", "TGRG"]
  /// Slow without optimisation: 19,900 pairs or a dense Hessian over 200 depths.
  static let slow: Set<String> = ["GMD", "EDaR", "TGRG"]

  static func table(_ file: String) throws -> (columns: [String], rows: [[String]]) {
    let text = try String(
      contentsOf: RealData.file("known-answers/riskfolio-tests/\(file)"), encoding: .utf8)
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return (rows[0], Array(rows.dropFirst()))
  }

  static func panel() throws -> ReturnPanel {
    let prices = try table("stock_prices.csv")
    let chosen = prices.columns.indices.filter { $0 > 0 && prices.columns[$0] != "SPY" }
    let all = try ReturnPanel(
      assetNames: chosen.map { prices.columns[$0] },
      priceColumns: chosen.map { column in prices.rows.compactMap { Double($0[column]) } })
    return try all.rows((all.rowCount - 200)..<all.rowCount)
  }

  static func answers(_ file: String, _ name: String) throws -> [Double]? {
    let table = try table(file)
    guard let column = table.columns.firstIndex(of: name) else { return nil }
    return table.rows.compactMap { Double($0[column]) }
  }

  static var covered: [(name: String, measure: RiskMeasure)] {
    let runsLong = ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] == "1"
    return measures.filter { runsLong || !slow.contains($0.name) }
  }

  @Test func minimumRisk() throws {
    let panel = try Self.panel()
    for (name, measure) in Self.covered {
      let expected = try #require(try Self.answers("Classic_MinRisk.csv", name))
      let problem = try PortfolioProblem(panel: panel, measure: measure)
      let found = try problem.minimumRisk()
      let theirs = try problem.risk(of: expected)
      #expect(found.risk <= theirs * (1 + 1e-9), "\(name)")
      if !Self.approximate.contains(name) {
        #expect(agree(found.weights, expected, within: name == "EVaR" || name == "EDaR" ? 3e-5 : 1e-6), "\(name)")
        #expect(found.risk > theirs * (1 - 1e-6), "\(name)")
      }
    }
  }

  @Test func maximumRatio() throws {
    let panel = try Self.panel()
    for (name, measure) in Self.covered {
      let expected = try #require(try Self.answers("Classic_Sharpe.csv", name))
      let problem = try PortfolioProblem(panel: panel, measure: measure)
      func ratio(_ weights: [Double]) throws -> Double {
        let risk = try problem.risk(of: weights)
        let isSquare = measure.isSquared && measure != .ulcerIndex
        return problem.expectedReturn(of: weights) / (isSquare ? risk.squareRoot() : risk)
      }
      let found = try problem.maximumRatio()
      let (ours, theirs) = (try ratio(found.weights), try ratio(expected))
      #expect(ours >= theirs * (1 - 1e-9), "\(name)")
      if !Self.approximate.contains(name) {
        #expect(agree(found.weights, expected, within: 2e-5), "\(name)")
        #expect(ours <= theirs * (1 + 1e-6), "\(name)")
      }
    }
  }

  @Test func riskParity() throws {
    let panel = try Self.panel()
    for (name, measure) in Self.covered {
      guard let expected = try Self.answers("Classic_RP.csv", name), !Self.approximate.contains(name) else { continue }
      let problem = try PortfolioProblem(panel: panel, measure: measure)
      let found = try problem.riskParity()
      #expect(agree(found.weights, expected, within: 1e-5), "\(name)")
      if name == "MV" {
        // Contributions to variance are what parity is about: ours are equal to 1e-9, the published ones to 4e-6.
        let covariance = problem.covariance
        let parts = zip(found.weights, covariance.times(found.weights)).map { $0 * $1 / found.risk }
        #expect(agree(parts, [Double](repeating: 0.1, count: 10), within: 1e-9))
      }
    }
  }
}
