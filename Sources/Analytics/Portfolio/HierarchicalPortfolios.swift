/// Portfolios that divide risk down a tree of similar assets and need no inverse of a covariance.
public struct HierarchicalPortfolios: Sendable {
  public let panel: ReturnPanel
  public let covariance: Covariance
  public let measure: RiskMeasure
  /// Whether squared measures enter by their square root; López de Prado's own uses the variance as it is.
  public let usesRoot: Bool
  private let distances: [Double]

  public init(
    panel: ReturnPanel, measure: RiskMeasure = .variance, usesRoot: Bool = false, covariance: Covariance? = nil
  ) throws(AnalyticsError) {
    self.panel = panel
    self.measure = measure
    self.usesRoot = usesRoot
    let matrix: Covariance
    if let covariance { matrix = covariance } else { matrix = try Covariance.sample(panel) }
    guard matrix.assetCount == panel.assetCount else {
      throw AnalyticsError(
        series: "covariance", reason: .lengthMismatch(found: matrix.assetCount, expected: panel.assetCount))
    }
    if let asset = (0..<panel.assetCount).first(where: { matrix[$0, $0] <= 0 }) {
      throw AnalyticsError(series: panel.assetNames[asset], reason: .constant)
    }
    self.covariance = matrix
    distances = HierarchicalClustering.correlationDistances(matrix)
  }

  /// The order of the leaves that hierarchical risk parity halves.
  public enum LeafOrder: Hashable, Sendable {
    /// The order of least distance between neighbours that the tree allows.
    case closestNeighbours
    /// The order of merging, the cluster formed first on the left.
    case asMerged
    /// An order of the caller's, a permutation of the assets.
    case given([Int])
  }

  /// Hierarchical risk parity (López de Prado 2016): the leaves in tree order are halved again and again, and each half
  /// gets the other half's share of the risk.
  public func riskParity(
    linkage: HierarchicalClustering.Linkage = .single, order: LeafOrder = .closestNeighbours
  ) throws(AnalyticsError) -> Portfolio {
    let tree = try HierarchicalClustering(distances: distances, count: panel.assetCount, linkage: linkage)
    let leaves: [Int]
    switch order {
    case .closestNeighbours: leaves = tree.leafOrder
    case .asMerged: leaves = tree.leaves(of: 2 * panel.assetCount - 2)
    case .given(let given):
      guard given.sorted() == Array(0..<panel.assetCount) else {
        throw AnalyticsError(series: "leaf order", reason: .outOfRange("a permutation of the assets"))
      }
      leaves = given
    }
    var weights = [Double](repeating: 1, count: panel.assetCount)
    var groups = [leaves]
    while let group = groups.popLast() {
      guard group.count > 1 else { continue }
      let left = Array(group[..<(group.count / 2)])
      let right = Array(group[(group.count / 2)...])
      let (leftRisk, rightRisk) = (try clusterRisk(left), try clusterRisk(right))
      let share = try share(leftRisk, rightRisk)
      for asset in left { weights[asset] *= share }
      for asset in right { weights[asset] *= 1 - share }
      groups += [left, right]
    }
    return try portfolio(weights, method: "hierarchical risk parity")
  }

  /// Hierarchical equal risk contribution (Raffinot 2018): the tree is cut into clusters, risk is divided down the cut
  /// branches, and within a cluster by inverse risk. Without a number the gap statistic chooses it.
  public func equalRiskContribution(
    linkage: HierarchicalClustering.Linkage = .ward, clusterCount: Int? = nil
  ) throws(AnalyticsError) -> Portfolio {
    let count = panel.assetCount
    let tree = try HierarchicalClustering(distances: distances, count: count, linkage: linkage)
    let number = min(max(clusterCount ?? tree.gapClusterCount(distances: distances), 1), count)
    let clusters = tree.clusters(number)
    var weights = [Double](repeating: 1, count: count)
    for index in (0..<tree.merges.count).reversed().prefix(number - 1) {
      let merge = tree.merges[index]
      let sides = [merge.left, merge.right].map { side in
        let leaves = Set(tree.leaves(of: side))
        return clusters.filter { leaves.isSuperset(of: $0) }
      }
      var risks = [0.0, 0.0]
      for side in 0..<2 {
        for cluster in sides[side] { risks[side] += try clusterRisk(cluster) }
      }
      let share = try share(risks[0], risks[1])
      for asset in sides[0].joined() { weights[asset] *= share }
      for asset in sides[1].joined() { weights[asset] *= 1 - share }
    }
    for cluster in clusters {
      for (asset, weight) in zip(cluster, try inverseRiskWeights(cluster)) { weights[asset] *= weight }
    }
    return try portfolio(weights, method: "hierarchical equal risk contribution")
  }

  // MARK: Risk of groups

  private func share(_ left: Double, _ right: Double) throws(AnalyticsError) -> Double {
    guard left >= 0, right >= 0, left + right > 0 else {
      throw AnalyticsError(series: "risk measure", reason: .outOfRange("positive for every group of assets"))
    }
    return 1 - left / (left + right)
  }

  private func inverseRiskWeights(_ assets: [Int]) throws(AnalyticsError) -> [Double] {
    var inverse: [Double] = []
    for asset in assets {
      let value = try risk([asset], weights: [1])
      guard value > 0 else { throw AnalyticsError(series: panel.assetNames[asset], reason: .notPositive) }
      inverse.append(1 / value)
    }
    let total = inverse.reduce(0, +)
    return inverse.map { $0 / total }
  }

  private func clusterRisk(_ assets: [Int]) throws(AnalyticsError) -> Double {
    try risk(assets, weights: inverseRiskWeights(assets))
  }

  private func risk(_ assets: [Int], weights: [Double]) throws(AnalyticsError) -> Double {
    var value = 0.0
    if measure == .variance {
      for (first, a) in zip(assets, weights) {
        for (second, b) in zip(assets, weights) { value += a * b * covariance[first, second] }
      }
    } else {
      let returns = (0..<panel.rowCount).map { row in
        zip(assets, weights).reduce(0) { $0 + panel[row, $1.0] * $1.1 }
      }
      value = try measure.value(of: returns)
    }
    return usesRoot && measure.isSquared && measure != .ulcerIndex ? max(value, 0).squareRoot() : value
  }

  private func portfolio(_ weights: [Double], method: String) throws(AnalyticsError) -> Portfolio {
    let means = panel.means
    return Portfolio(
      assetNames: panel.assetNames, weights: weights,
      expectedReturn: zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 },
      risk: try risk(Array(0..<panel.assetCount), weights: weights), method: method)
  }
}
