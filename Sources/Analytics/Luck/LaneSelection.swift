/// What picking the best variant would have earned where nobody had looked: it is chosen by its Sharpe ratio on some rows
/// and followed on others, by combinatorial purged cross-validation (López de Prado 2018, chapter 12) and by walking forward.
public struct LaneSelection: Sendable, Hashable {
  /// One window of the walk: chosen on the rows before it, followed on its own.
  public struct Step: Sendable, Hashable {
    public let variant: Int
    /// Of the variant on the rows that it was chosen by, per period.
    public let inSampleSharpe: Double
    /// Rows that it was followed on, and what it earned there: the sum of its returns.
    public let test: Range<Int>
    public let outOfSampleReturn: Double
  }

  /// Groups of rows, how many are tested at a time, and the rows left out of the choice after each.
  public let groups: Int
  public let tested: Int
  public let embargo: Int
  /// The variant chosen in each split, in lexicographic order of the tested groups.
  public let chosen: [Int]
  /// Sharpe ratio per period of each path: all rows once, each predicted by a split that had not seen it.
  public let pathSharpes: [Double]
  /// The walk, anchored at the first row and from half of them on, and the Sharpe ratio per period of all of it.
  public let steps: [Step]
  public let walkForwardSharpe: Double

  /// At least two variants and four rows in each of the groups.
  public init(_ variants: VariantReturns, groups: Int = 10, tested: Int = 2) throws(AnalyticsError) {
    guard variants.count >= 2 else {
      throw AnalyticsError(series: "variants", reason: .tooShort(found: variants.count, needed: 2))
    }
    guard (3...20).contains(groups) else {
      throw AnalyticsError(series: "groups", reason: .outOfRange("3 to 20"))
    }
    let rows = variants.periods
    guard rows >= 4 * groups else {
      throw AnalyticsError(series: variants.names[0], reason: .tooShort(found: rows, needed: 4 * groups))
    }
    // A hundredth of the rows, as the book advises.
    let embargo = (rows + 99) / 100
    let validation = try PurgedCrossValidation(rows: rows, embargo: Int64(embargo))
    let splits = try CombinatorialSplits(validation, groups: groups, tested: tested)
    let centred = Centred(variants)
    let chosen = splits.splits.map { centred.best(on: $0.train).variant }
    let paths = splits.paths.map { predictors -> [Double] in
      zip(splits.groups, predictors).flatMap { group, split in variants.series[chosen[split]][group] }
    }
    let walk = try WalkForward(
      rows: rows, train: rows / 2, test: max(1, rows / groups), gap: embargo, isAnchored: true)
    let steps = walk.splits.map { split -> Step in
      let best = centred.best(on: split.train)
      let test = split.test[0]..<split.test[0] + split.test.count
      return Step(
        variant: best.variant, inSampleSharpe: best.sharpe, test: test,
        outOfSampleReturn: variants.series[best.variant][test].compensatedSum)
    }
    self.groups = groups
    self.tested = tested
    self.embargo = embargo
    self.chosen = chosen
    pathSharpes = paths.map { Self.sharpe($0) }
    self.steps = steps
    walkForwardSharpe = Self.sharpe(steps.flatMap { variants.series[$0.variant][$0.test] })
  }

  /// Returns less their variant's mean, so that one pass of plain sums keeps its digits.
  private struct Centred {
    let means: [Double]
    let distances: [[Double]]

    init(_ variants: VariantReturns) {
      means = variants.series.map(\.mean)
      distances = zip(variants.series, means).map { values, mean in values.map { $0 - mean } }
    }

    /// The variant with the highest ratio on some rows, zero for one that does not move there; of equals the first.
    func best(on rows: [Int]) -> (variant: Int, sharpe: Double) {
      var best = (variant: 0, sharpe: -Double.infinity)
      let count = Double(rows.count)
      for variant in means.indices {
        var (sum, squares) = (0.0, 0.0)
        distances[variant].withUnsafeBufferPointer { values in
          for row in rows {
            sum += values[row]
            squares += values[row] * values[row]
          }
        }
        let variance = (squares - sum * sum / count) / (count - 1)
        // Cancellation leaves about 1e-16 of the squares; below that the part is constant.
        let isConstant = !(variance > 1e-14 * squares / count)
        let sharpe = isConstant ? 0 : (means[variant] + sum / count) / variance.squareRoot()
        if sharpe > best.sharpe { best = (variant, sharpe) }
      }
      return best
    }
  }

  private static func sharpe(_ values: [Double]) -> Double {
    let deviation = values.standardDeviation()
    return deviation > 0 ? values.mean / deviation : 0
  }
}
