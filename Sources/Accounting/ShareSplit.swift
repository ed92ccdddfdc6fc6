/// New shares for old ones, and what it does to positions and marks of lanes, in whole lots, counts and half ticks.
public struct ShareSplit: Hashable, Sendable, BitwiseCopyable {
  /// New shares for every `denominator` old ones: 4 for 1 is (4, 1).
  public let numerator: Int64
  public let denominator: Int64

  /// More shares for one than this are a mistake.
  public static let largest: Int64 = 1_000_000

  /// Nil unless both numbers lie within 1 to a million.
  public init?(_ numerator: Int64, for denominator: Int64) {
    guard (1...Self.largest).contains(numerator), (1...Self.largest).contains(denominator) else { return nil }
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Whole new lots of a position, towards zero.
  public func lots(_ lots: Int64) -> Int64 {
    Int64(clamping: Int128(lots) * Int128(numerator) / Int128(denominator))
  }

  /// A price in half ticks carried through the split: × old ÷ new, rounded half away from zero.
  public func carried(halfTicks: Int64) -> Int64 {
    Int64(clamping: ExactArithmetic.quotient(Int128(halfTicks) * Int128(denominator), Int128(numerator)))
  }

  /// What the part of a position below a whole new lot is worth at an old price, in whole counts of a linear contract,
  /// rounded half away from zero; negative for a short, which pays it.
  public func cashInLieu(lots: Int64, halfTicks: Int64) -> Int128 {
    // The rest is in parts of 1 ÷ denominator of a new lot, and a new lot is worth old price × denominator ÷ numerator.
    let rest = Int128(lots) * Int128(numerator) % Int128(denominator)
    return ExactArithmetic.quotient(rest * Int128(halfTicks), 2 * Int128(numerator))
  }
}
