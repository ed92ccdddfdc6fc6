/// The span an observation's label looks at: from the decision to the moment its outcome is known.
public struct LabelSpan: Sendable, Hashable {
  public let start: Int64
  public let end: Int64

  public init(start: Int64, end: Int64) {
    self.start = start
    self.end = end
  }
}

/// Rows to train on and rows to test on, both ascending.
public struct DataSplit: Sendable, Hashable {
  public let train: [Int]
  public let test: [Int]
}

/// Cross-validation that does not leak: train rows whose label overlaps a test row's are purged, and rows that start
/// within the embargo after a test span are left out too (López de Prado 2018, chapters 7 and 12).
public struct PurgedCrossValidation: Sendable, Hashable {
  public let spans: [LabelSpan]
  /// In the unit of the spans.
  public let embargo: Int64

  /// Spans in order of their start.
  public init(spans: [LabelSpan], embargo: Int64 = 0) throws(AnalyticsError) {
    guard !spans.isEmpty else { throw AnalyticsError(series: "label spans", reason: .empty) }
    guard embargo >= 0 else { throw AnalyticsError(series: "embargo", reason: .outOfRange("zero or more")) }
    for row in spans.indices {
      if spans[row].end < spans[row].start {
        throw AnalyticsError(series: "label spans", row: row, reason: .outOfRange("spans that end after they start"))
      }
      if row > 0, spans[row].start < spans[row - 1].start {
        throw AnalyticsError(series: "label spans", row: row, reason: .notAscending)
      }
    }
    self.spans = spans
    self.embargo = embargo
  }

  /// Rows whose labels look at nothing but themselves.
  public init(rows: Int, embargo: Int64 = 0) throws(AnalyticsError) {
    try self.init(spans: (0..<max(0, rows)).map { LabelSpan(start: Int64($0), end: Int64($0)) }, embargo: embargo)
  }

  /// Contiguous groups as equal as possible, the longer ones first.
  public func groups(_ count: Int) throws(AnalyticsError) -> [Range<Int>] {
    guard (2...spans.count).contains(count) else {
      throw AnalyticsError(series: "folds", reason: .outOfRange("2 to the number of rows, \(spans.count)"))
    }
    let (size, longer) = spans.count.quotientAndRemainder(dividingBy: count)
    var first = 0
    return (0..<count).map { group in
      let last = first + size + (group < longer ? 1 : 0)
      defer { first = last }
      return first..<last
    }
  }

  /// One split for each fold.
  public func folds(_ count: Int) throws(AnalyticsError) -> [DataSplit] {
    try groups(count).map { split(test: [$0]) }
  }

  /// The split that tests on the given ascending groups of rows.
  func split(test groups: [Range<Int>]) -> DataSplit {
    // Neighbouring groups are one test span; apart, each purges on its own.
    var runs: [Range<Int>] = []
    for group in groups {
      if let last = runs.last, last.upperBound == group.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<group.upperBound
      } else {
        runs.append(group)
      }
    }
    let windows = runs.map { run in
      let latest = spans[run].lazy.map(\.end).max() ?? spans[run.lowerBound].start
      let (end, overflows) = latest.addingReportingOverflow(embargo)
      return (start: spans[run.lowerBound].start, labelEnd: latest, embargoEnd: overflows ? .max : end)
    }
    let train = spans.indices.filter { row in
      !runs.contains { $0.contains(row) }
        && windows.allSatisfy { window in
          // Free when the label is over before the test begins, or starts after the embargo that follows it.
          spans[row].end < window.start
            || (spans[row].start > window.labelEnd && spans[row].start > window.embargoEnd)
        }
    }
    return DataSplit(train: train, test: runs.flatMap { Array($0) })
  }
}

/// Combinatorial purged cross-validation: every choice of test groups, recombined into whole backtest paths.
public struct CombinatorialSplits: Sendable, Hashable {
  public let groups: [Range<Int>]
  /// The groups each split tests on, in lexicographic order.
  public let testGroups: [[Int]]
  public let splits: [DataSplit]
  /// For each path and group, the split that predicts it: φ = k/N × C(N, k) paths that each cover all rows once.
  public let paths: [[Int]]

  /// `tested` of `groups` groups are tested in each split; at most 100,000 splits.
  public init(_ validation: PurgedCrossValidation, groups count: Int, tested: Int) throws(AnalyticsError) {
    let groups = try validation.groups(count)
    guard (1..<count).contains(tested) else {
      throw AnalyticsError(series: "tested groups", reason: .outOfRange("1 to \(count - 1)"))
    }
    var combinations = 1.0
    for step in 0..<tested { combinations = combinations * Double(count - step) / Double(step + 1) }
    guard combinations <= 100_000.5 else {
      throw AnalyticsError(series: "groups and tested groups", reason: .outOfRange("at most 100,000 splits"))
    }
    var choices: [[Int]] = []
    var choice = Array(0..<tested)
    while true {
      choices.append(choice)
      guard let position = choice.indices.last(where: { choice[$0] < count - tested + $0 }) else { break }
      choice[position] += 1
      for next in choice.indices where next > position { choice[next] = choice[next - 1] + 1 }
    }
    // The j-th split that tests a group predicts it in path j.
    var predictors = [[Int]](repeating: [], count: count)
    for (split, choice) in choices.enumerated() { for group in choice { predictors[group].append(split) } }
    self.groups = groups
    testGroups = choices
    splits = choices.map { choice in validation.split(test: choice.map { groups[$0] }) }
    paths = predictors[0].indices.map { path in predictors.map { $0[path] } }
  }
}

/// Walk-forward splits: train on the past, test on what follows, move on.
public struct WalkForward: Sendable, Hashable {
  public let splits: [DataSplit]

  /// `gap` rows between train and test are left out (labels that reach into the test); `isAnchored` keeps the first
  /// train row for all splits, otherwise the window moves. A last test shorter than `test` is kept.
  public init(
    rows: Int, train: Int, test: Int, gap: Int = 0, isAnchored: Bool = false
  ) throws(AnalyticsError) {
    guard train >= 1, test >= 1, gap >= 0 else {
      throw AnalyticsError(
        series: "walk-forward lengths", reason: .outOfRange("train and test 1 or more, gap 0 or more"))
    }
    let needed = train.addingReportingOverflow(gap)
    guard train < rows, gap < rows - train else {
      throw AnalyticsError(
        series: "rows",
        reason: .tooShort(
          found: rows, needed: needed.overflow ? .max : max(needed.partialValue, needed.partialValue &+ 1)))
    }
    splits = stride(from: train + gap, to: rows, by: test).map { first in
      let trainEnd = first - gap
      return DataSplit(
        train: Array((isAnchored ? 0 : trainEnd - train)..<trainEnd), test: Array(first..<min(rows, first + test)))
    }
  }
}
