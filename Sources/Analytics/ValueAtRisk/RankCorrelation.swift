import Glibc
import Numerics

/// Correlations of ranks: what a copula is fitted by, since they do not depend on the marginals. A correlation of the
/// returns themselves falls short of the copula's own under fat tails, and one wild row may set it.
enum RankCorrelation {
  /// Twice the rank of every value, counted from one; ties share their mean rank, so that twice of it is a whole number.
  static func twiceRanks(_ values: [Double]) -> [Int] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for place in first...last { ranks[order[place]] = first + last + 2 }
      first = last + 1
    }
    return ranks
  }

  /// Row-major correlations of normal scores Φ⁻¹(rank/(n + 1)): for a Gaussian copula the efficient estimate (Klaassen and
  /// Wellner 1997). A column without variance correlates with nothing but itself.
  static func normalScores(_ panel: ReturnPanel) throws(AnalyticsError) -> [Double] {
    let rows = panel.rowCount
    let columns = (0..<panel.assetCount).map { asset in
      twiceRanks(panel.column(asset)).map { rank -> Double in
        // The smaller tail keeps its digits, and both sides the same ones.
        let share = Double(min(rank, 2 * (rows + 1) - rank)) / Double(2 * (rows + 1))
        let score = SpecialFunctions.normalQuantile(share)
        return rank > rows + 1 ? -score : score
      }
    }
    return try Covariance.sample(ReturnPanel(assetNames: panel.assetNames, columns: columns)).correlations
  }

  /// Row-major sin(π τ/2) of Kendall's τ: for any elliptical copula, t copulas among them, its correlation (Lindskog,
  /// McNeil and Schmock 2003). Pairs that no joint distribution has together are made one: negative eigenvalues are
  /// raised and the diagonal is made one again (Rousseeuw and Molenberghs 1993).
  static func kendall(_ panel: ReturnPanel) throws(AnalyticsError) -> [Double] {
    let count = panel.assetCount
    let ranks = (0..<count).map { twiceRanks(panel.column($0)) }
    var values = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      values[row * count + row] = 1
      for column in 0..<row {
        let correlation = sin(.pi / 2 * tau(ranks[row], ranks[column]))
        values[row * count + column] = correlation
        values[column * count + row] = correlation
      }
    }
    return try positive(values, count: count)
  }

  /// Kendall's τ-b: concordant less discordant pairs over the root of the pairs not tied in the one and in the other;
  /// zero where either never moves. By counting the exchanges of a merge sort (Knight 1966), in n log n steps.
  static func tau(_ left: [Int], _ right: [Int]) -> Double {
    let rows = left.count
    let order = left.indices.sorted { (left[$0], right[$0]) < (left[$1], right[$1]) }
    func tied(_ isSame: (Int, Int) -> Bool) -> Int {
      var (pairs, length) = (0, 1)
      for place in order.indices.dropFirst() {
        length = isSame(order[place - 1], order[place]) ? length + 1 : 1
        pairs += length - 1
      }
      return pairs
    }
    let all = rows * (rows - 1) / 2
    let tiedLeft = tied { left[$0] == left[$1] }
    let tiedBoth = tied { left[$0] == left[$1] && right[$0] == right[$1] }
    var values = order.map { right[$0] }
    let exchanges = sortCountingExchanges(&values)
    var tiedRight = 0
    var length = 1
    for place in values.indices.dropFirst() {
      length = values[place - 1] == values[place] ? length + 1 : 1
      tiedRight += length - 1
    }
    guard all > tiedLeft, all > tiedRight else { return 0 }
    let difference = all - tiedLeft - tiedRight + tiedBoth - 2 * exchanges
    return Double(difference) / (Double(all - tiedLeft).squareRoot() * Double(all - tiedRight).squareRoot())
  }

  /// Sorts by merging; gives how many pairs stood the wrong way round.
  private static func sortCountingExchanges(_ values: inout [Int]) -> Int {
    var other = values
    var (exchanges, width) = (0, 1)
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let (middle, end) = (min(start + width, values.count), min(start + 2 * width, values.count))
        var (low, high) = (start, middle)
        for place in start..<end {
          if high >= end || (low < middle && values[low] <= values[high]) {
            other[place] = values[low]
            low += 1
          } else {
            other[place] = values[high]
            exchanges += middle - low
            high += 1
          }
        }
      }
      swap(&values, &other)
      width *= 2
    }
    return exchanges
  }

  /// Leaves a matrix without negative eigenvalues alone: a singular one is for its user to refuse.
  private static func positive(_ values: [Double], count: Int) throws(AnalyticsError) -> [Double] {
    let eigen: SymmetricEigen
    do {
      eigen = try SymmetricEigen(Matrix(rows: count, columns: count, values: values))
    } catch {
      throw AnalyticsError(series: "correlations", reason: .singular(error.description))
    }
    guard let lowest = eigen.values.first, lowest < -1e-10 else { return values }
    let raised = eigen.values.map { max($0, 1e-6) }
    var result = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0..<count {
        var sum = 0.0
        for place in 0..<count { sum += eigen.vectors[row, place] * raised[place] * eigen.vectors[column, place] }
        result[row * count + column] = sum
      }
    }
    let scales = (0..<count).map { result[$0 * count + $0].squareRoot() }
    for row in 0..<count {
      for column in 0..<count {
        result[row * count + column] = row == column ? 1 : result[row * count + column] / (scales[row] * scales[column])
      }
    }
    return result
  }
}
