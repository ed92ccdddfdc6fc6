import CVectorMath

/// Portfolio results over scenarios, one row per scenario.
public enum ScenarioProducts {
  /// Σ xᵢ yᵢ in eight running sums; the order is fixed, so the result is the same everywhere.
  @inline(__always)
  public static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int) -> Double {
    var sums = SIMD8<Double>.zero
    var index = 0
    while index + 8 <= count {
      let left = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
      let right = UnsafeRawPointer(y + index).loadUnaligned(as: SIMD8<Double>.self)
      sums += left * right
      index += 8
    }
    var total = sums.sum()
    while index < count {
      total += x[index] * y[index]
      index += 1
    }
    return total
  }

  /// Calls `body` with the number of each row and its Σ weights · row, each row once. Small inputs are read in order. Beyond
  /// the cache four quarters are read in turn, and two rows ahead are asked for before they are needed: one core then
  /// draws 12 GB/s from a memory that gives 10 to a plain loop, for more of its pages are open and more lines under way.
  @inline(__always)
  public static func forEachProfit(
    _ scenarios: UnsafePointer<Double>, rows: Range<Int>, weights: UnsafePointer<Double>, assetCount: Int,
    _ body: (_ row: Int, _ profit: Double) -> Void
  ) {
    let isLarge = rows.count * assetCount > 1 << 17
    let quarter = isLarge ? rows.count / 4 : 0
    for place in 0..<quarter {
      for part in 0..<4 {
        let row = rows.lowerBound + part * quarter + place
        let start = scenarios + row * assetCount
        let ahead = UnsafeRawPointer(start + 2 * assetCount)
        var offset = 0
        while offset < assetCount * 8 {
          lockstep_prefetch(ahead + offset)
          offset += 64
        }
        body(row, dot(start, weights, assetCount))
      }
    }
    for row in (rows.lowerBound + 4 * quarter)..<rows.upperBound {
      body(row, dot(scenarios + row * assetCount, weights, assetCount))
    }
  }

  /// Largest magnitude of each column of row-major scenarios; nil when a value is not finite.
  public static func columnExtents(_ scenarios: UnsafeBufferPointer<Double>, assetCount: Int) -> [Double]? {
    precondition(assetCount > 0 && scenarios.count % assetCount == 0, "whole rows")
    var largest = [Double](repeating: 0, count: assetCount)
    guard let base = scenarios.baseAddress else { return largest }
    let isFinite = largest.withUnsafeMutableBufferPointer {
      lockstep_columnExtents(base, Int64(scenarios.count / assetCount), Int64(assetCount), $0.baseAddress)
    }
    return isFinite != 0 ? largest : nil
  }

  /// Codes 32,768 + value × inverse of its column, rounded, in rows of `stride` codes; beyond the columns the code of zero.
  /// Values times inverses must lie within ±32,767.5.
  public static func encode(
    _ scenarios: UnsafeBufferPointer<Double>, inverses: [Double], stride: Int,
    into codes: UnsafeMutableBufferPointer<UInt16>
  ) {
    precondition(stride >= inverses.count && !inverses.isEmpty, "a stride of at least the columns")
    let rows = scenarios.count / inverses.count
    precondition(codes.count == rows * stride, "one code for each place")
    guard let base = scenarios.baseAddress, let target = codes.baseAddress else { return }
    lockstep_encodeScenarios(base, Int64(rows), Int64(inverses.count), inverses, Int64(stride), target)
  }

  /// `profits[r]` = Σ weights · row r; as many rows as profits.
  public static func profits(
    _ scenarios: UnsafeBufferPointer<Double>, weights: [Double], into profits: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(scenarios.count == profits.count * weights.count, "one weight per column and one profit per row")
    weights.withUnsafeBufferPointer { weights in
      guard let base = scenarios.baseAddress, let first = weights.baseAddress, let target = profits.baseAddress else {
        return
      }
      forEachProfit(base, rows: 0..<profits.count, weights: first, assetCount: weights.count) { target[$0] = $1 }
    }
  }
}
