/// The last values of a series of integers with their exact mean and variance, in constant time a value.
///
/// Sums are exact integers, so the result does not depend on what the window held before. Values lie within ±2³³ and the
/// length is at most 2¹⁵: the sum stays below 2⁴⁸, and the products below 2⁹⁷.
struct RollingWindow: Sendable {
  private(set) var values: [Int64]
  private var next = 0
  private(set) var isFull = false
  private(set) var sum: Int64 = 0
  private(set) var squares: Int128 = 0

  init(length: Int) {
    precondition((1...1 << 15).contains(length), "a window holds 1 to 32,768 values")
    values = Array(repeating: 0, count: length)
  }

  var length: Int { values.count }

  /// Takes a value in and gives the one that left; zero until the window is full.
  @inline(__always)
  @discardableResult
  mutating func add(_ value: Int64) -> Int64 {
    let old = values[next]
    values[next] = value
    sum &+= value &- old
    squares &+= Int128(value) &* Int128(value) &- Int128(old) &* Int128(old)
    next &+= 1
    if next == values.count {
      next = 0
      isFull = true
    }
    return old
  }

  /// Brings the values, prices, through a split.
  mutating func carry(through split: MarketSplit) {
    sum = 0
    squares = 0
    for index in values.indices {
      values[index] = split.price(values[index])
      sum &+= values[index]
      squares &+= Int128(values[index]) &* Int128(values[index])
    }
  }

  /// n² × the population variance.
  @inline(__always)
  var scaledVariance: Int128 { Int128(values.count) &* squares &- Int128(sum) &* Int128(sum) }

  /// How many population standard deviations a value lies above the mean; zero while the window is not full or has no
  /// variance.
  @inline(__always)
  func standardScore(_ value: Int64) -> Double {
    let variance = scaledVariance
    guard isFull, variance > 0 else { return 0 }
    return Double(Int64(values.count) &* value &- sum) / Double(variance).squareRoot()
  }
}
