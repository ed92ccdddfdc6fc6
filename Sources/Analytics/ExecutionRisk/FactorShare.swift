import Numerics

/// How much of the spread of profits one drawn assumption explains by itself.
///
/// Draws are put into groups by the factor, and the variance between group means is compared with the whole: the
/// first-order sensitivity index of Sobol (1993), estimated without bias as Kelley's ε² (1935). Because factors are drawn
/// independently, shares add up to at most one but for their errors; what is missing is interaction and chance.
public struct FactorShare: Hashable, Sendable {
  /// One group of draws.
  public struct Level: Hashable, Sendable {
    /// The choice, or nil for a range of numbers.
    public let choice: String?
    /// From the smallest to the largest number in the group, or nil for a choice.
    public let range: ClosedRange<Double>?
    public let draws: Int
    public let meanProfit: Double
    /// Of the mean; nil for a group of one draw.
    public let standardError: Double?
  }

  public let name: String
  /// Between 0 and 1.
  public let share: Double
  /// By the jackknife over draws.
  public let standardError: Double
  /// Probability of a share at least as large when the factor does not matter (the F test of equal means).
  public let pValue: Double
  /// Spearman's rank correlation with profit; nil for choices and for numbers or profits that never change.
  public let rankCorrelation: Double?
  public let levels: [Level]

  /// Nil when the factor or the profit never changes, or no group repeats: then nothing can be told apart.
  init?(_ factor: DrawnFactor, profits: [Double]) {
    let groups = Self.groups(factor)
    let count = profits.count
    let used = Set(groups).count
    guard used >= 2, count > used + 1 else { return nil }
    // Profits are centred, so that squares of a large common level do not cancel.
    let sorted = profits.sorted()
    let centre = sorted.reduce(0) { $0 + $1 / Double(count) }
    let centred = profits.map { $0 - centre }
    var table = GroupTable(groups: groups, values: centred)
    let whole = table.share
    guard whole.isFinite, table.total > 0 else { return nil }
    var moments = RunningMoments()
    for row in centred.indices {
      table.remove(centred[row], from: groups[row])
      moments.add(table.share)
      table.restore(centred[row], to: groups[row])
    }
    name = factor.name
    share = min(max(whole, 0), 1)
    standardError = (moments.squares * Double(count - 1) / Double(count)).squareRoot()
    pValue = table.pValue
    if case .numbers(let numbers) = factor.values {
      rankCorrelation = try? pearsonCorrelation(Self.ranks(numbers), Self.ranks(profits), series: factor.name)
    } else {
      rankCorrelation = nil
    }
    levels = Self.levels(factor, groups: groups, profits: profits)
  }

  /// The group of each draw, from 0: choices in alphabetical order, numbers in ranges of about equal size.
  static func groups(_ factor: DrawnFactor) -> [Int] {
    switch factor.values {
    case .choices(let choices):
      let order = Dictionary(uniqueKeysWithValues: Set(choices).sorted().enumerated().map { ($1, $0) })
      return choices.map { order[$0] ?? 0 }
    case .numbers(let numbers):
      let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
      let wanted = max(2, min(10, Int(Double(numbers.count).squareRoot() / 2)))
      var groups = [Int](repeating: 0, count: numbers.count)
      var group = 0
      var previous = 0
      for (place, row) in order.enumerated() {
        let next = place * wanted / numbers.count
        // Equal numbers stay together, so a border moves up past them.
        if place > 0, next > previous, numbers[row] > numbers[order[place - 1]] {
          group += 1
          previous = next
        }
        groups[row] = group
      }
      return groups
    }
  }

  private static func levels(_ factor: DrawnFactor, groups: [Int], profits: [Double]) -> [Level] {
    var members = [[Int]](repeating: [], count: (groups.max() ?? -1) + 1)
    for (row, group) in groups.enumerated() { members[group].append(row) }
    return members.compactMap { rows -> Level? in
      guard let first = rows.first else { return nil }
      var moments = RunningMoments()
      for profit in rows.map({ profits[$0] }).sorted() { moments.add(profit) }
      let error = rows.count > 1 ? moments.standardErrorOfMean : nil
      switch factor.values {
      case .choices(let choices):
        return Level(
          choice: choices[first], range: nil, draws: rows.count, meanProfit: moments.mean, standardError: error)
      case .numbers(let numbers):
        let own = rows.map { numbers[$0] }
        return Level(
          choice: nil, range: (own.min() ?? 0)...(own.max() ?? 0), draws: rows.count, meanProfit: moments.mean,
          standardError: error)
      }
    }
  }

  /// Ranks from 1, ties sharing their mean rank.
  static func ranks(_ values: [Double]) -> [Double] {
    RankCorrelation.twiceRanks(values).map { Double($0) / 2 }
  }
}

/// Counts and sums by group, from which the share of variance follows, and which lose and regain single values.
private struct GroupTable {
  private var counts: [Double]
  private var sums: [Double]
  private var squares = 0.0

  init(groups: [Int], values: [Double]) {
    let size = (groups.max() ?? -1) + 1
    counts = [Double](repeating: 0, count: size)
    sums = counts
    for (group, value) in zip(groups, values) { restore(value, to: group) }
  }

  mutating func remove(_ value: Double, from group: Int) {
    counts[group] -= 1
    sums[group] -= value
    squares -= value * value
  }

  mutating func restore(_ value: Double, to group: Int) {
    counts[group] += 1
    sums[group] += value
    squares += value * value
  }

  private var parts: (between: Double, within: Double, total: Double, count: Double, groups: Double) {
    var count = 0.0
    var sum = 0.0
    var grouped = 0.0
    var groups = 0.0
    for group in counts.indices where counts[group] > 0 {
      count += counts[group]
      sum += sums[group]
      grouped += sums[group] * sums[group] / counts[group]
      groups += 1
    }
    let total = max(0, squares - sum * sum / count)
    let between = max(0, min(total, grouped - sum * sum / count))
    return (between, total - between, total, count, groups)
  }

  var total: Double { parts.total }

  /// ε² = 1 − (within/(n − k)) / (total/(n − 1)); not clipped, so that its jackknife is fair.
  var share: Double {
    let parts = parts
    guard parts.total > 0, parts.count > parts.groups else { return 0 }
    return 1 - (parts.within / (parts.count - parts.groups)) / (parts.total / (parts.count - 1))
  }

  /// Of the F statistic: I_{w/t}((n − k)/2, (k − 1)/2), where w/t is the share within groups.
  var pValue: Double {
    let parts = parts
    guard parts.total > 0, parts.groups > 1, parts.count > parts.groups else { return 1 }
    return SpecialFunctions.regularizedBeta(
      parts.within / parts.total, (parts.count - parts.groups) / 2, (parts.groups - 1) / 2)
  }
}
