import Foundation
import TestSupport
import Testing

@testable import Analytics

@Suite struct HierarchicalTests {
  @Test func syntheticRiskParity() throws {
    // Recomputed with SciPy's condensed single linkage, leaves as merged.
    let found = try HierarchicalPortfolios(panel: syntheticPanel()).riskParity(order: .asMerged)
    #expect(
      agree(
        found.weights, [0.378132462334, 0.285951677883, 0.197404696242, 0.081586259174, 0.056924904367],
        within: 1e-11))
  }

  @Test func treesAreTheOnesOfTheDefinition() throws {
    // Points 0, 1, 3, 7 on a line.
    let points = [0.0, 1, 3, 7]
    let distances = points.flatMap { a in points.map { abs(a - $0) } }
    let single = try HierarchicalClustering(distances: distances, count: 4, linkage: .single)
    #expect(single.merges.map(\.distance) == [1, 2, 4])
    let complete = try HierarchicalClustering(distances: distances, count: 4, linkage: .complete)
    #expect(complete.merges.map(\.distance) == [1, 3, 7])
    let average = try HierarchicalClustering(distances: distances, count: 4, linkage: .average)
    #expect(average.merges.map(\.distance) == [1, 2.5, 17 / 3.0])
    #expect(single.clusters(2) == [[3], [0, 1, 2]])
    #expect(single.leafOrder == [3, 2, 1, 0])
    // Ward's height is √(2 n m/(n + m)) times the distance of centroids.
    let ward = try HierarchicalClustering(distances: distances, count: 4, linkage: .ward)
    #expect(abs(ward.merges[1].distance - (2 * 2.0 / 3).squareRoot() * 2.5) < 1e-12)
  }

  @Test func leafOrderIsTheCheapestTheTreeAllows() throws {
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<20 {
      let count = 7
      var distances = [Double](repeating: 0, count: count * count)
      for row in 0..<count {
        for column in 0..<row {
          let value = Double.random(in: 0.1...1, using: &generator)
          distances[row * count + column] = value
          distances[column * count + row] = value
        }
      }
      let tree = try HierarchicalClustering(distances: distances, count: count, linkage: .average)
      func length(_ order: [Int]) -> Double {
        zip(order, order.dropFirst()).reduce(0) { $0 + distances[$1.0 * count + $1.1] }
      }
      // All 2^(n−1) flips of the tree.
      var best = Double.infinity
      for flips in 0..<(1 << (count - 1)) {
        func order(_ cluster: Int) -> [Int] {
          guard cluster >= count else { return [cluster] }
          let merge = tree.merges[cluster - count]
          let (left, right) = (order(merge.left), order(merge.right))
          return flips >> (cluster - count) & 1 == 0 ? left + right : right + left
        }
        best = min(best, length(order(2 * count - 2)))
      }
      #expect(tree.leafOrder.sorted() == Array(0..<count))
      #expect(abs(length(tree.leafOrder) - best) < 1e-12)
    }
  }

  /// Riskfolio-Lib's hierarchical answers: ten other assets, the last 200 days; risk parity on single linkage, equal risk
  /// contribution on Ward's with the number of clusters by the gap statistic.
  ///
  /// The order of leaves is given as SciPy 1.17 finds it, for its optimal_ordering of this tree is not the shortest: its
  /// neighbours are 4.9154 apart in total, ours 4.8387.
  @Test(.enabled(if: RealData.isPresent)) func riskfolioAnswers() throws {
    let prices = try RiskfolioTests.table("stock_prices_3.csv")
    let chosen = prices.columns.indices.filter { $0 > 0 && prices.columns[$0] != "SPY" }
    let all = try ReturnPanel(
      assetNames: chosen.map { prices.columns[$0] },
      priceColumns: chosen.map { column in prices.rows.compactMap { Double($0[column]) } })
    let panel = try all.rows((all.rowCount - 200)..<all.rowCount)
    var measures = RiskfolioTests.measures.map { ($0.name, $0.measure, $0.measure != .variance) }
    measures.append(("vol", .variance, true))
    for (file, isParity) in [("HC_HRP.csv", true), ("HC_HERC.csv", false)] {
      let table = try RiskfolioTests.table(file)
      for (name, measure, usesRoot) in measures {
        let column = try #require(table.columns.firstIndex(of: name))
        let model = try HierarchicalPortfolios(panel: panel, measure: measure, usesRoot: usesRoot)
        let found =
          isParity
          ? try model.riskParity(order: .given([8, 6, 2, 0, 7, 4, 9, 1, 5, 3])) : try model.equalRiskContribution()
        for row in table.rows {
          let asset = try #require(panel.assetNames.firstIndex(of: row[0]))
          let expected = try #require(Double(row[column]))
          // Its entropic values come from a numerical minimum over t.
          let tolerance = name == "EVaR" || name == "EDaR" ? 1e-5 : 1e-6
          #expect(abs(found.weights[asset] - expected) < tolerance, "\(file) \(name) \(row[0])")
        }
      }
    }
  }

  static let pyPortfolioOpt = RealData.folder?.appendingPathComponent("panels/pypfopt")

  /// PyPortfolioOpt's tests/test_hrp.py on its own prices of twenty shares (MIT; not shipped here, so the test runs where
  /// the folder is). Not all shares exist from the start: like pandas, means, covariances and correlations are of the rows
  /// that a pair has in common.
  @Test(
    "PyPortfolioOpt's hierarchical risk parity (needs panels/pypfopt)",
    .enabled(
      if: pyPortfolioOpt.map { FileManager.default.fileExists(atPath: $0.path) } ?? false,
      "not checked: LOCKSTEP_REAL_DATA has no panels/pypfopt (PyPortfolioOpt's tests/resources)"))
  func pyPortfolioOptAnswers() throws {
    let folder = try #require(Self.pyPortfolioOpt)
    func table(_ file: String) throws -> [[Substring]] {
      try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
    }
    let prices = try table("stock_prices.csv")
    let names = prices[0].dropFirst().map(String.init)
    let returns = names.indices.map { asset -> [Double] in
      var last = Double.nan
      return prices.dropFirst().map { row in
        let price = Double(row[asset + 1]) ?? last
        defer { last = price }
        return price / last - 1
      }
    }
    var covariances = [Double](repeating: 0, count: names.count * names.count)
    var distances = covariances
    for first in names.indices {
      for second in names.indices {
        let pairs = zip(returns[first], returns[second]).filter { !$0.isNaN && !$1.isNaN }
        let n = Double(pairs.count)
        let (x, y) = (pairs.map(\.0), pairs.map(\.1))
        let (meanX, meanY) = (x.mean, y.mean)
        let product = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
        covariances[first * names.count + second] = product / (n - 1)
        let correlation = product / (x.squaredDeviations(from: meanX) * y.squaredDeviations(from: meanY)).squareRoot()
        distances[first * names.count + second] = first == second ? 0 : ((1 - correlation) / 2).squareRoot()
      }
    }
    // The matrix of common rows is not quite symmetric in its last bits.
    for first in names.indices {
      for second in 0..<first {
        covariances[first * names.count + second] = covariances[second * names.count + first]
        distances[first * names.count + second] = distances[second * names.count + first]
      }
    }
    let covariance = try Covariance(assetNames: names, rowMajor: covariances)
    let tree = try HierarchicalClustering(distances: distances, count: names.count, linkage: .single)
    let order = tree.leaves(of: 2 * names.count - 2)
    #expect(order.prefix(5) == [12, 6, 15, 14, 2])
    let latest = (0..<250).map { row in returns.map { $0[$0.count - 250 + row] } }
    let panel = try ReturnPanel(assetNames: names, rowMajor: latest.flatMap { $0 })
    let found = try HierarchicalPortfolios(panel: panel, covariance: covariance).riskParity(order: .given(order))
    for row in try table("weights_hrp.csv").dropFirst() {
      let asset = try #require(names.firstIndex(of: String(row[0])))
      #expect(abs(found.weights[asset] - (Double(row[1]) ?? .nan)) < 1e-12, "\(row[0])")
    }
    let means = returns.map { $0.filter { !$0.isNaN }.mean * 252 }
    let expected = zip(found.weights, means).reduce(0) { $0 + $1.0 * $1.1 }
    let volatility = (covariance.variance(found.weights) * 252).squareRoot()
    #expect(abs(expected - 0.21353402380950973) < 1e-12)
    #expect(abs(volatility - 0.17844159743748936) < 1e-12)
    #expect(abs((expected - 0.02) / volatility - 1.084579081272277) < 1e-11)
  }
}

@Suite struct RebalancingStudyTests {
  @Test func neverTradingIsBuyAndHold() throws {
    let panel = try ReturnPanel(assetNames: ["a", "b"], rowMajor: [0.1, 0, 0.1, 0, 0.1, 0])
    let study = try RebalancingStudy.run(panel, target: [0.5, 0.5], policy: .never, costRate: 0)
    #expect(abs(study.wealth[3] - (0.5 * 1.331 + 0.5)) < 1e-12)
    #expect(study.tradeRows.isEmpty && study.costs == 0 && study.turnover == 1)
  }

  @Test func dailyTradingKeepsTheWeights() throws {
    let panel = try ReturnPanel(assetNames: ["a", "b"], rowMajor: [0.1, 0, 0.1, 0, 0.1, 0])
    let study = try RebalancingStudy.run(panel, target: [0.5, 0.5], policy: .every(rows: 1), costRate: 0)
    #expect(abs(study.wealth[3] - 1.05 * 1.05 * 1.05) < 1e-12)
    #expect(study.tradeRows == [1, 2])
    let costly = try RebalancingStudy.run(panel, target: [0.5, 0.5], policy: .every(rows: 1), costRate: 0.01)
    #expect(costly.wealth[3] < study.wealth[3] - 0.0099)
    #expect(costly.costs > 0.01)
  }

  @Test func bandsTradeOnlyWhenDrifted() throws {
    let panel = try ReturnPanel(assetNames: ["a", "b"], rowMajor: [0.05, 0, 0.05, 0, 0.3, 0, 0, 0, 0, 0])
    let study = try RebalancingStudy.run(panel, target: [0.5, 0.5], policy: .band(0.05), costRate: 0.001)
    #expect(study.tradeRows == [3])
    #expect(study.largestDrift > 0.05)
    #expect(throws: AnalyticsError.self) {
      try RebalancingStudy.run(panel, target: [0.5], policy: .never, costRate: 0)
    }
    #expect(throws: AnalyticsError(series: "wealth", row: 0, reason: .notPositive)) {
      try RebalancingStudy.run(
        ReturnPanel(assetNames: ["a"], rowMajor: [-1]), target: [1], policy: .never, costRate: 0)
    }
  }
}
