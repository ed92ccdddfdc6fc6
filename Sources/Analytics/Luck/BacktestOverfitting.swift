import Numerics

/// Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and
/// Zhu 2017): how often the variant that is best on half of the data is in the worse half on the rest.
public struct BacktestOverfitting: Sendable, Hashable {
  /// How variants are ranked.
  public enum Statistic: String, Sendable, Hashable, CaseIterable {
    /// Mean over standard deviation (divisor n − 1); zero for a constant part.
    case sharpe = "Sharpe ratio"
    case mean = "mean return"
  }

  /// One split of the blocks.
  public struct Split: Sendable, Hashable {
    /// The variant that was best in sample; of equals the first.
    public let best: Int
    public let inSample: Double
    public let outOfSample: Double
    /// ln(ω/(1 − ω)) of its relative rank ω out of sample; variants that tie share their mean rank.
    public let logit: Double
  }

  public let blocks: Int
  public let statistic: Statistic
  /// Rows at the start that do not fill a block and are left out.
  public let droppedRows: Int
  /// Every choice of half of the blocks, in lexicographic order.
  public let splits: [Split]

  /// Share of splits whose logit is zero or below.
  public let probability: Double
  /// Share of splits in which the chosen variant lost money out of sample.
  public let probabilityOfLoss: Double
  /// Straight line of out-of-sample over in-sample performance of the chosen variant; a negative slope means that
  /// better fits do worse. Nil when in-sample performance does not vary.
  public let degradationSlope: Double?
  public let degradationIntercept: Double?

  /// At least two variants and four rows in each block; `blocks` even, 2 to 16 (12,870 splits).
  public init(
    _ variants: VariantReturns, blocks: Int = 16, statistic: Statistic = .sharpe
  ) throws(AnalyticsError) {
    guard (2...16).contains(blocks), blocks.isMultiple(of: 2) else {
      throw AnalyticsError(series: "blocks", reason: .outOfRange("an even number from 2 to 16"))
    }
    guard variants.count >= 2 else {
      throw AnalyticsError(series: "variants", reason: .tooShort(found: variants.count, needed: 2))
    }
    let length = variants.periods / blocks
    guard length >= 2 else {
      throw AnalyticsError(
        series: variants.names[0], reason: .tooShort(found: variants.periods, needed: 2 * blocks))
    }
    let dropped = variants.periods - length * blocks
    var search = SplitSearch(variants, blocks: blocks, length: length, dropped: dropped, statistic: statistic)
    search.visit(block: 0, chosen: 0)
    self.blocks = blocks
    self.statistic = statistic
    droppedRows = dropped
    splits = search.splits
    let count = Double(splits.count)
    probability = Double(splits.lazy.filter { $0.logit <= 0 }.count) / count
    probabilityOfLoss = Double(splits.lazy.filter { $0.outOfSample < 0 }.count) / count
    let inSample = splits.map(\.inSample)
    let outOfSample = splits.map(\.outOfSample)
    let spread = inSample.squaredDeviations(from: inSample.mean)
    if inSample.standardDeviation() > 0, spread > 0 {
      let product = zip(inSample, outOfSample).lazy.map { [x = inSample.mean, y = outOfSample.mean] in
        ($0 - x) * ($1 - y)
      }.compensatedSum
      degradationSlope = product / spread
      degradationIntercept = outOfSample.mean - product / spread * inSample.mean
    } else {
      degradationSlope = nil
      degradationIntercept = nil
    }
  }
}

/// Walks the choices of half of the blocks depth first. Sums of shared prefixes are added once, always in order of the
/// blocks, so that no rounding depends on the path; memory is two sums for each block and variant.
private struct SplitSearch {
  let count: Int
  let blocks: Int
  let length: Int
  let statistic: BacktestOverfitting.Statistic
  /// Sums and sums of squares of each block, variant by variant, around the variant's own mean.
  let blockSums: [Double]
  let blockSquares: [Double]
  let means: [Double]
  /// Prefix sums in and out of sample at each depth: sum, then squares.
  var inside: [Double]
  var outside: [Double]
  var performance: [Double]
  var splits: [BacktestOverfitting.Split] = []

  init(
    _ variants: VariantReturns, blocks: Int, length: Int, dropped: Int, statistic: BacktestOverfitting.Statistic
  ) {
    count = variants.count
    self.blocks = blocks
    self.length = length
    self.statistic = statistic
    var sums = [Double](repeating: 0, count: blocks * count)
    var squares = sums
    var means = [Double](repeating: 0, count: count)
    for (variant, values) in variants.series.enumerated() {
      let mean = values.mean
      means[variant] = mean
      for block in 0..<blocks {
        let first = dropped + block * length
        let distances = values[first..<first + length].map { $0 - mean }
        sums[block * count + variant] = distances.compensatedSum
        squares[block * count + variant] = distances.squaredDeviations(from: 0)
      }
    }
    blockSums = sums
    blockSquares = squares
    self.means = means
    inside = [Double](repeating: 0, count: (blocks + 1) * 2 * count)
    outside = inside
    performance = [Double](repeating: 0, count: 2 * count)
  }

  mutating func visit(block: Int, chosen: Int) {
    let half = blocks / 2
    if block == blocks { return record() }
    if chosen < half {
      extend(block, isInside: true)
      visit(block: block + 1, chosen: chosen + 1)
    }
    if block - chosen < half {
      extend(block, isInside: false)
      visit(block: block + 1, chosen: chosen)
    }
  }

  private mutating func extend(_ block: Int, isInside: Bool) {
    let from = block * 2 * count
    let to = (block + 1) * 2 * count
    for variant in 0..<count {
      let sum = blockSums[block * count + variant]
      let square = blockSquares[block * count + variant]
      inside[to + variant] = inside[from + variant] + (isInside ? sum : 0)
      inside[to + count + variant] = inside[from + count + variant] + (isInside ? square : 0)
      outside[to + variant] = outside[from + variant] + (isInside ? 0 : sum)
      outside[to + count + variant] = outside[from + count + variant] + (isInside ? 0 : square)
    }
  }

  private func value(_ sum: Double, _ square: Double, _ variant: Int) -> Double {
    let rows = Double(length * blocks / 2)
    let centred = sum / rows
    let mean = means[variant] + centred
    guard statistic == .sharpe else { return mean }
    let variance = (square - sum * centred) / (rows - 1)
    // Cancellation leaves about 1e-16 of the squares; below that the part is constant.
    guard variance > 1e-14 * (square / rows), variance > 0 else { return 0 }
    return mean / variance.squareRoot()
  }

  private mutating func record() {
    let last = blocks * 2 * count
    var best = 0
    for variant in 0..<count {
      performance[variant] = value(inside[last + variant], inside[last + count + variant], variant)
      performance[count + variant] = value(outside[last + variant], outside[last + count + variant], variant)
      if performance[variant] > performance[best] { best = variant }
    }
    let own = performance[count + best]
    var below = 0
    var equal = 0
    for variant in 0..<count {
      if performance[count + variant] < own { below += 1 }
      if performance[count + variant] == own { equal += 1 }
    }
    let rank = Double(below) + Double(equal + 1) / 2
    let relative = rank / Double(count + 1)
    splits.append(
      BacktestOverfitting.Split(
        best: best, inSample: performance[best], outOfSample: own,
        logit: Elementary.log(relative / (1 - relative))))
  }
}
