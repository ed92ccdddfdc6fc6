/// A binary tree of merged clusters, built from pairwise distances.
public struct HierarchicalClustering: Hashable, Sendable {
  /// How the distance to a merged cluster follows from those to its parts (Lance and Williams 1967).
  public enum Linkage: String, Hashable, Sendable { case single, complete, average, ward }

  /// One merge; clusters 0..<n are leaves, cluster n + i is the result of merge i, and `left` < `right`.
  public struct Merge: Hashable, Sendable {
    public var left: Int
    public var right: Int
    public var distance: Double
    public var size: Int
  }

  public let leafCount: Int
  public let merges: [Merge]
  /// Leaves in the order of the tree that puts close leaves next to each other.
  public let leafOrder: [Int]

  /// Clusters by a row-major matrix of distances.
  ///
  /// Distances are used as they are, condensed; López de Prado's own listing clusters the rows of the distance matrix
  /// instead, which is another tree in general. Leaves are put in the order of least total distance between neighbours
  /// that the tree allows (Bar-Joseph, Gifford and Jaakkola 2001).
  public init(distances: [Double], count: Int, linkage: Linkage = .single) throws(AnalyticsError) {
    guard count >= 1 else { throw AnalyticsError(series: "distances", reason: .empty) }
    try requireWeights(distances, count: count * count, series: "distances")
    leafCount = count
    merges = Self.merge(distances, count: count, linkage: linkage)
    leafOrder = Self.optimalOrder(merges, distances: distances, count: count)
  }

  /// The distance √((1 − ρ)/2) of assets by correlation.
  public static func correlationDistances(_ covariance: Covariance) -> [Double] {
    covariance.correlations.map { max((1 - $0) / 2, 0).squareRoot() }
  }

  /// The leaves below a cluster, in tree order.
  public func leaves(of cluster: Int) -> [Int] { Self.leaves(of: cluster, merges: merges, count: leafCount) }

  /// The leaves of each of `number` clusters, after undoing the last merges.
  public func clusters(_ number: Int) -> [[Int]] {
    let number = min(max(number, 1), leafCount)
    let kept = leafCount - number
    var isTop = [Bool](repeating: false, count: leafCount + kept)
    for cluster in isTop.indices { isTop[cluster] = true }
    for merge in merges.prefix(kept) {
      isTop[merge.left] = false
      isTop[merge.right] = false
    }
    return isTop.indices.filter { isTop[$0] }.map { leaves(of: $0).sorted() }
  }

  /// The number of clusters where the dispersion within clusters bends most: the largest second difference (Yue, Wang and
  /// Wei 2008).
  public func gapClusterCount(distances: [Double], maximum: Int = 10) -> Int {
    let limit = min(maximum, leafCount)
    guard limit >= 3 else { return min(leafCount, 2) }
    let dispersions = (1...limit).map { number in
      clusters(number).reduce(0.0) { sum, cluster in
        var values: [Double] = []
        for (position, first) in cluster.enumerated() {
          for second in cluster[(position + 1)...] { values.append(distances[first * leafCount + second]) }
        }
        return values.isEmpty ? sum : sum + meanAndDeviation(values, degreesOfFreedomLost: 0).deviation
      }
    }
    var best = (number: 2, gap: -Double.infinity)
    for number in 0..<(limit - 2) {
      let gap = dispersions[number + 2] + dispersions[number] - 2 * dispersions[number + 1]
      if gap > best.gap { best = (number + 2, gap) }
    }
    return best.number
  }

  // MARK: Building

  private static func leaves(of cluster: Int, merges: [Merge], count: Int) -> [Int] {
    var result: [Int] = []
    var stack = [cluster]
    while let top = stack.popLast() {
      if top < count {
        result.append(top)
      } else {
        stack.append(merges[top - count].right)
        stack.append(merges[top - count].left)
      }
    }
    return result
  }

  private static func merge(_ distances: [Double], count: Int, linkage: Linkage) -> [Merge] {
    var distance = distances
    // Slot → cluster number and size; a merged cluster takes over the slot of one of its parts.
    var cluster = Array(0..<count)
    var size = [Int](repeating: 1, count: count)
    var alive = Array(0..<count)
    var merges: [Merge] = []
    while alive.count > 1 {
      var best = (first: alive[0], second: alive[1], distance: Double.infinity)
      for (position, first) in alive.enumerated() {
        for second in alive[(position + 1)...] where distance[first * count + second] < best.distance {
          best = (first, second, distance[first * count + second])
        }
      }
      let (first, second) = (best.first, best.second)
      let total = size[first] + size[second]
      merges.append(
        Merge(
          left: min(cluster[first], cluster[second]), right: max(cluster[first], cluster[second]),
          distance: distance[first * count + second], size: total))
      let between = distance[first * count + second]
      for other in alive where other != first && other != second {
        let (a, b) = (distance[other * count + first], distance[other * count + second])
        let (m, n, k) = (Double(size[first]), Double(size[second]), Double(size[other]))
        let updated =
          switch linkage {
          case .single: min(a, b)
          case .complete: max(a, b)
          case .average: (m * a + n * b) / (m + n)
          case .ward:
            max(((m + k) * a * a + (n + k) * b * b - k * between * between) / (m + n + k), 0).squareRoot()
          }
        distance[other * count + first] = updated
        distance[first * count + other] = updated
      }
      cluster[first] = count + merges.count - 1
      size[first] = total
      alive.removeAll { $0 == second }
    }
    return merges
  }

  /// For each pair of leaves, the least cost of an order of the smallest subtree holding both that starts and ends with
  /// them; every pair has exactly one such subtree, so one matrix holds all the tables.
  private static func optimalOrder(_ merges: [Merge], distances: [Double], count: Int) -> [Int] {
    guard count > 2 else { return Array(0..<count) }
    var cost = [Double](repeating: 0, count: count * count)
    var members = (0..<count).map { [$0] }
    /// The leaves an order of `cluster` that starts with `end` can finish with.
    func finishes(_ cluster: Int, from end: Int) -> [Int] {
      guard cluster >= count else { return [end] }
      let merge = merges[cluster - count]
      return members[merge.left].contains(end) ? members[merge.right] : members[merge.left]
    }
    for merge in merges {
      let right = members[merge.right]
      for u in members[merge.left] {
        let ends = finishes(merge.left, from: u)
        // Least cost of an order of the left part from u, and the step to each leaf of the right part.
        var reach = [Double](repeating: .infinity, count: right.count)
        for end in ends {
          for (position, k) in right.enumerated() {
            reach[position] = min(reach[position], cost[u * count + end] + distances[end * count + k])
          }
        }
        let position = Dictionary(uniqueKeysWithValues: right.enumerated().map { ($1, $0) })
        for w in right {
          var best = Double.infinity
          for k in finishes(merge.right, from: w) {
            best = min(best, reach[position[k] ?? 0] + cost[w * count + k])
          }
          cost[u * count + w] = best
          cost[w * count + u] = best
        }
      }
      members.append(members[merge.left] + right)
    }
    func order(_ cluster: Int, from u: Int, to w: Int) -> [Int] {
      guard cluster >= count else { return [u] }
      let merge = merges[cluster - count]
      let isForward = members[merge.left].contains(u)
      let (first, second) = isForward ? (merge.left, merge.right) : (merge.right, merge.left)
      var best = (cost: Double.infinity, end: u, start: w)
      for end in finishes(first, from: u) {
        for start in finishes(second, from: w) {
          let total = cost[u * count + end] + distances[end * count + start] + cost[start * count + w]
          if total < best.cost { best = (total, end, start) }
        }
      }
      return order(first, from: u, to: best.end) + order(second, from: best.start, to: w)
    }
    let root = merges[merges.count - 1]
    var best = (cost: Double.infinity, u: 0, w: 0)
    for u in members[root.left] {
      for w in members[root.right] where cost[u * count + w] < best.cost { best = (cost[u * count + w], u, w) }
    }
    return order(count + merges.count - 1, from: best.u, to: best.w)
  }
}
