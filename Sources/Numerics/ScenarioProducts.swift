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

  /// Calls `body` with the number of each row and its Σ weights · row. Rows are read once and in order, at the speed of
  /// memory: beyond the cache, four rows ahead are asked for before they are needed, since hardware does not fetch across
  /// pages by itself.
  @inline(__always)
  public static func forEachProfit(
    _ scenarios: UnsafePointer<Double>, rows: Range<Int>, weights: UnsafePointer<Double>, assetCount: Int,
    _ body: (_ row: Int, _ profit: Double) -> Void
  ) {
    let isLarge = rows.count * assetCount > 1 << 17
    for row in rows {
      let start = scenarios + row * assetCount
      if isLarge {
        let ahead = UnsafeRawPointer(start + 4 * assetCount)
        var offset = 0
        while offset < assetCount * 8 {
          lockstep_prefetch(ahead + offset)
          offset += 64
        }
      }
      body(row, dot(start, weights, assetCount))
    }
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
