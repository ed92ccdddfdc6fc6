/// The last values of two series together, with exact sums of squares and products: regression in constant time a value.
///
/// Values lie within ±2³³ and the length is at most 2¹⁵, so that every scaled moment fits Int128.
struct PairWindow: Sendable {
  private var first: RollingWindow
  private var second: RollingWindow
  private var products: Int128 = 0

  init(length: Int) {
    first = RollingWindow(length: length)
    second = RollingWindow(length: length)
  }

  var isFull: Bool { first.isFull }

  @inline(__always)
  mutating func add(_ y: Int64, _ x: Int64) {
    let (oldY, oldX) = (first.add(y), second.add(x))
    products &+= Int128(y) &* Int128(x) &- Int128(oldY) &* Int128(oldX)
  }

  /// Brings the values of one or both series, prices, through a split.
  mutating func carry(through split: MarketSplit, first isFirst: Bool, second isSecond: Bool) {
    if isFirst { first.carry(through: split) }
    if isSecond { second.carry(through: split) }
    products = 0
    for (y, x) in zip(first.values, second.values) { products &+= Int128(y) &* Int128(x) }
  }

  /// n² × the population covariance.
  var scaledCovariance: Int128 {
    Int128(first.length) &* products &- Int128(first.sum) &* Int128(second.sum)
  }

  /// The least-squares slope of the first series on the second; nil when the second does not vary.
  var slope: Double? {
    let variance = second.scaledVariance
    return variance > 0 ? Double(scaledCovariance) / Double(variance) : nil
  }

  /// How many population standard deviations y − slope · x lies above its mean at the given values; zero when that spread
  /// has no variance.
  func standardScore(_ y: Int64, _ x: Int64, slope: Double) -> Double {
    let count = Int64(first.length)
    let deviation = Double(count &* y &- first.sum) - slope * Double(count &* x &- second.sum)
    let total = Double(first.scaledVariance)
    let variance =
      total - 2 * slope * Double(scaledCovariance) + slope * slope * Double(second.scaledVariance)
    // What is left of a perfect fit is rounding of the terms, at some 2⁻⁵² of them.
    return variance > total * 1e-12 ? deviation / variance.squareRoot() : 0
  }
}
