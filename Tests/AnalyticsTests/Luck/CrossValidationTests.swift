import Analytics
import TestSupport
import Testing

/// skfolio's test of its CombinatorialPurgedCV: 12 rows, three groups, two tested.
@Test
func combinatorialSplitsOfTheReference() throws {
  let splits = try CombinatorialSplits(PurgedCrossValidation(rows: 12), groups: 3, tested: 2)
  #expect(splits.testGroups == [[0, 1], [0, 2], [1, 2]])
  #expect(splits.splits.count == 3 && splits.paths.count == 2)
  #expect(splits.splits[1].test == [0, 1, 2, 3, 8, 9, 10, 11] && splits.splits[1].train == [4, 5, 6, 7])
}

@Test(arguments: [(6, 2, 15, 5), (10, 8, 45, 36), (5, 1, 5, 1)] as [(Int, Int, Int, Int)])
func pathsCoverEveryGroupOnce(groups: Int, tested: Int, splits: Int, paths: Int) throws {
  let result = try CombinatorialSplits(PurgedCrossValidation(rows: 61), groups: groups, tested: tested)
  #expect(result.splits.count == splits && result.paths.count == paths)
  // φ = k/N × C(N, k), and no split predicts a group it trains on.
  var used: Set<[Int]> = []
  for path in result.paths {
    for (group, split) in path.enumerated() {
      #expect(result.testGroups[split].contains(group))
      #expect(used.insert([group, split]).inserted)
    }
  }
  #expect(used.count == splits * tested)
}

@Test
func purgeAndEmbargoByHand() throws {
  // Ten rows a unit apart; each label looks two units ahead.
  let spans = (0..<10).map { LabelSpan(start: Int64($0), end: Int64($0) + 2) }
  let folds = try PurgedCrossValidation(spans: spans, embargo: 1).folds(5)
  #expect(folds.map(\.test) == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]])
  // Test rows 4 and 5 span 4...7: rows 2 and 3 look into it, 6 and 7 start inside, 8 falls to the embargo.
  #expect(folds[2].train == [0, 1, 9])
  #expect(folds[0].train == [5, 6, 7, 8, 9])
}

@Test(arguments: 0..<30)
func noTrainLabelTouchesATestSpan(seed: UInt64) throws {
  var generator = SeededGenerator(seed: seed)
  var start: Int64 = 0
  let spans = (0..<Int.random(in: 20...80, using: &generator)).map { _ in
    start += Int64.random(in: 0...3, using: &generator)
    return LabelSpan(start: start, end: start + Int64.random(in: 0...10, using: &generator))
  }
  let embargo = Int64.random(in: 0...5, using: &generator)
  let validation = try PurgedCrossValidation(spans: spans, embargo: embargo)
  let splits = try validation.folds(5) + CombinatorialSplits(validation, groups: 5, tested: 2).splits
  for split in splits {
    #expect(Set(split.train).isDisjoint(with: split.test))
    for train in split.train {
      for test in split.test {
        #expect(spans[train].end < spans[test].start || spans[train].start > spans[test].end)
      }
    }
  }
  #expect(try validation.folds(5).flatMap(\.test) == Array(spans.indices))
}

@Test
func walkForwardMovesAndAnchors() throws {
  let moving = try WalkForward(rows: 10, train: 4, test: 2, gap: 1).splits
  #expect(moving.map(\.train) == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]])
  #expect(moving.map(\.test) == [[5, 6], [7, 8], [9]])
  let anchored = try WalkForward(rows: 10, train: 4, test: 3, isAnchored: true).splits
  #expect(anchored.map(\.train.count) == [4, 7] && anchored[1].train.first == 0)
  #expect(throws: AnalyticsError.self) { try WalkForward(rows: 5, train: 4, test: 1, gap: 1) }
  #expect(throws: AnalyticsError.self) { try WalkForward(rows: 5, train: .max, test: 1, gap: .max) }
}

@Test
func impossibleSplitsAreRefused() throws {
  #expect(throws: AnalyticsError.self) { try PurgedCrossValidation(rows: 0) }
  #expect(throws: AnalyticsError.self) { try PurgedCrossValidation(rows: 3).folds(4) }
  #expect(throws: AnalyticsError.self) { try PurgedCrossValidation(spans: [LabelSpan(start: 1, end: 0)]) }
  #expect(throws: AnalyticsError.self) {
    try CombinatorialSplits(PurgedCrossValidation(rows: 60), groups: 40, tested: 20)
  }
  #expect(throws: AnalyticsError.self) {
    try CombinatorialSplits(PurgedCrossValidation(rows: 60), groups: 4, tested: 4)
  }
}

@Test
func lookAheadShowsAtItsFirstDecision() throws {
  let prices = [5, 7, 6, 9, 8, 4, 3, 6, 7, 2]
  func honest(_ through: Int64) -> [TimedDecision<Bool>] {
    (1...Int(through)).map { TimedDecision(time: Int64($0), content: prices[$0] > prices[$0 - 1]) }
  }
  func peeking(_ through: Int64) -> [TimedDecision<Bool>] {
    (1...Int(through)).map { row -> TimedDecision<Bool> in
      let knowsNext = row < Int(through)
      let rises = knowsNext && prices[row + 1] > prices[row]
      return TimedDecision(time: Int64(row), content: rises)
    }
  }
  let cutoffs = LookAheadCheck.sampledCutoffs(of: honest(9), count: 5, seed: 2)
  #expect(cutoffs.count == 5 && cutoffs == cutoffs.sorted() && Set(cutoffs).count == 5)
  #expect(LookAheadCheck(whole: honest(9), cutoffs: cutoffs, run: honest).passes)
  let check = LookAheadCheck(whole: peeking(9), cutoffs: [2, 4, 6], run: peeking)
  // At 2 and 6 the next price is higher, which only the whole run knows; at 4 both say no.
  #expect(check.differences.map(\.cutoff) == [2, 6] && check.differences.map(\.index) == [1, 5])
  #expect(check.comparedDecisions == 6)
  let missing = LookAheadCheck(whole: honest(9), cutoffs: [4]) { _ in [] }
  #expect(missing.differences.first?.truncated == nil && missing.differences.first?.index == 0)
}

@Test("Truncated runs as plain data are compared as closures are, and lanes of one replay one by one.")
func lookAheadOfLanesIsPlainData() throws {
  func run(_ through: Int64, peeks: Bool) -> [TimedDecision<Int>] {
    // A decision each moment; the peeking one uses the last value it can see, one moment ahead.
    (0...min(through, 9)).map { time in TimedDecision(time: time, content: Int(peeks ? min(time + 1, through) : time)) }
  }
  let whole = [run(9, peeks: false), run(9, peeks: true), []]
  let cutoffs = LaneLookAheadCheck.sampledCutoffs(of: whole, count: 4, seed: 3)
  #expect(cutoffs.count == 4 && cutoffs == cutoffs.sorted() && Set(cutoffs).count == 4)
  let truncated = cutoffs.map { cutoff in
    LaneLookAheadCheck.TruncatedReplay(
      cutoff: cutoff, decisions: [run(cutoff, peeks: false), run(cutoff, peeks: true), []])
  }
  let check = try LaneLookAheadCheck(whole: whole, truncated: truncated)
  #expect(!check.passes && check.failing == (cutoffs == [9] ? [] : [1]))
  #expect(check.lanes[0].passes && !check.lanes[0].isVacuous && check.lanes[2].passes && check.lanes[2].isVacuous)
  let first = try #require(check.lanes[1].differences.first)
  #expect(first.index == Int(cutoffs[0]) && first.whole?.content == Int(cutoffs[0]) + 1)
  // Rule of three: twenty clean cutoffs leave at most 14 % of decisions that could peek, with 95 % confidence.
  let clean = try LookAheadCheck(
    whole: whole[0], truncated: (0..<20).map { .init(cutoff: $0 % 10, decisions: run($0 % 10, peeks: false)) })
  #expect(abs(try clean.undetectedShare() - 0.13911) < 1e-5)
  #expect(try check.lanes[1].undetectedShare() == 1)
  #expect(throws: AnalyticsError(series: "decisions of the run cut at 5", row: 1, reason: .notAscending)) {
    try LookAheadCheck(
      whole: whole[0],
      truncated: [.init(cutoff: 5, decisions: [.init(time: 3, content: 1), .init(time: 2, content: 1)])])
  }
  #expect(
    throws: AnalyticsError(series: "lanes of the replay cut at 5", reason: .lengthMismatch(found: 1, expected: 3))
  ) {
    try LaneLookAheadCheck(whole: whole, truncated: [.init(cutoff: 5, decisions: [[]])])
  }
}
