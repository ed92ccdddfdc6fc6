import Numerics
import Testing

@testable import Analytics

@Suite struct RankCorrelationTests {
  /// Two columns tied by a copula of correlation 0.8 under fat-tailed marginals, with one row of a wrong price.
  private static func panel(_ copula: CopulaModel.Copula, rows: Int) throws -> ReturnPanel {
    let stream = RandomStream(seed: 41, stream: 0)
    let mixing = RandomStream(seed: 41, stream: 1)
    let normals = stream.normals(count: 2 * rows)
    var columns = [[Double]](repeating: [], count: 2)
    for row in 0..<rows {
      var scores = [normals[2 * row], 0.8 * normals[2 * row] + 0.6 * normals[2 * row + 1]]
      if case .studentT(let nu) = copula {
        let stretch = (nu / mixing.chiSquared(at: UInt64(row), degreesOfFreedom: nu)).squareRoot()
        scores = scores.map { $0 * stretch }
      }
      for (asset, nu) in [3.0, 2.2].enumerated() {
        let probability: Double =
          if case .studentT(let joint) = copula {
            1 - StudentTDistribution(degreesOfFreedom: joint).survival(scores[asset])
          } else {
            SpecialFunctions.normalCDF(scores[asset])
          }
        columns[asset].append(0.01 * StudentTDistribution(degreesOfFreedom: nu).quantile(probability))
      }
    }
    columns[0][7] = 40
    columns[1][7] = -30
    return try ReturnPanel(assetNames: ["a", "b"], columns: columns)
  }

  @Test("Fat tails and an outlier hide the correlation of a copula from returns, not from ranks.")
  func theCopulaComesBack() throws {
    let rows = 1_200
    // Three standard errors of (1 − ρ²)/√n, and more for a t copula and the one wild row.
    for (copula, reach) in [(CopulaModel.Copula.gaussian, 0.035), (.studentT(degreesOfFreedom: 4), 0.06)] {
      let panel = try Self.panel(copula, rows: rows)
      let found = try CopulaModel.correlations(of: panel, copula)
      #expect(abs(found[1] - 0.8) < reach && found[1] == found[2] && found[0] == 1, "\(copula): \(found[1])")
      #expect(try Covariance.sample(panel).correlations[1] < -0.5, "by the returns themselves")
      // Ranks do not see the marginals: any rising function of a column gives the same bits.
      let bent = try ReturnPanel(
        assetNames: ["a", "b"], columns: [panel.column(0).map { $0 * $0 * $0 }, panel.column(1).map { 5 * $0 - 3 }])
      #expect(try CopulaModel.correlations(of: bent, copula) == found)
    }
  }

  @Test(arguments: 0..<20) func kendallAgreesWithCountingPairs(seed: UInt64) throws {
    let stream = RandomStream(seed: seed)
    let rows = 1 + Int(40 * stream.uniform(at: 999))
    let left = (0..<rows).map { Int(7 * stream.uniform(at: UInt64($0))) }
    let right = (0..<rows).map { Int(Double(2 + seed) * stream.uniform(at: UInt64(100 + $0))) }
    var (sum, untiedLeft, untiedRight) = (0, 0, 0)
    for row in left.indices {
      for other in 0..<row {
        let (x, y) = ((left[row] - left[other]).signum(), (right[row] - right[other]).signum())
        sum += x * y
        untiedLeft += x * x
        untiedRight += y * y
      }
    }
    let scale = Double(untiedLeft).squareRoot() * Double(untiedRight).squareRoot()
    #expect(abs(RankCorrelation.tau(left, right) - (scale > 0 ? Double(sum) / scale : 0)) < 1e-15)
  }

  @Test func pairsThatDoNotFitTogetherAreMadePositive() throws {
    let columns: [[Double]] = [
      [4, 3, 5, 2, 0, 1], [0, 1, 4, 2, 5, 3], [1, 5, 4, 3, 2, 0], [2, 4, 0, 5, 1, 3], [2, 3, 1, 4, 0, 5],
      [4, 2, 0, 1, 5, 3],
    ]
    let panel = try ReturnPanel(assetNames: columns.indices.map { "\($0)" }, columns: columns)
    let found = try RankCorrelation.kendall(panel)
    let eigen = try SymmetricEigen(Matrix(rows: 6, columns: 6, values: found))
    #expect(eigen.values[0] > 0 && (0..<6).allSatisfy { found[7 * $0] == 1 } && found.allSatisfy { abs($0) <= 1 })
    _ = try CopulaModel(panel: panel, copula: .studentT(degreesOfFreedom: 5))
    // Two columns of the same ranks are no matter of rounding: the model says so.
    let twins = try ReturnPanel(assetNames: ["a", "b"], columns: [columns[0], columns[0]])
    #expect(throws: AnalyticsError.self) { try CopulaModel(panel: twins, copula: .studentT(degreesOfFreedom: 5)) }
    #expect(throws: AnalyticsError.self) { try CopulaModel(panel: twins, copula: .gaussian) }
  }

  @Test("Sixty past returns give a tail of 95 %, and refuse one of 99 %, which none of them lies in.")
  func shortMarginalsRefuseDeepTails() throws {
    let panel = try ReturnPanel(assetNames: ["a", "b"], columns: [Probe.returns, Probe.returns.reversed()])
    let model = try CopulaModel(panel: panel, copula: .gaussian)
    let tails = try model.tails(weights: [1, 1], scenarios: 100, seed: 1, confidences: [0.95, 0.99])
    #expect(throws: Never.self) { try tails[0].get() }
    let refusal = #expect(throws: AnalyticsError.self) { try tails[1].get() }
    #expect(refusal?.description.contains("100") == true && refusal?.description.contains("60") == true)
    #expect(throws: AnalyticsError.self) {
      try model.tail(weights: [1, 1], scenarios: 100, seed: 1, confidence: 0.99)
    }
  }
}
