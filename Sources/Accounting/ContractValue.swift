public import MarketTypes

/// What lots of an instrument are worth at a price, as a whole number of *counts*.
///
/// | settlement | one count | value of `lots` at a price |
/// |---|---|---|
/// | linear, quanto | tick × lot × multiplier of the currency | price in ticks × lots, exact |
/// | inverse | a billionth of the currency | −(lots × multiplier ÷ price), rounded half away from zero |
///
/// The value of an inverse position is negative because a long gains when the price rises: with it, as for a linear
/// contract, buying costs the value, and equity is cash plus the value of the position.
public struct ContractValue: Hashable, Sendable, BitwiseCopyable {
  public let isInverse: Bool
  /// An inverse value is `numerator × lots ÷ (denominator × price in ticks)` counts; both are 1 otherwise.
  let numerator: Int64
  let denominator: Int64
  /// One count in 10^-18 of the currency: how accounts convert, exactly.
  public private(set) var moneyPerCount: Int128

  /// Throws where a count would be finer than 10^-18 of the currency or the sizes do not fit 64 bits.
  public init(_ instrument: Instrument) throws(AccountingError) {
    let (tick, lot, multiplier) = (instrument.tick, instrument.lot, instrument.multiplier)
    let contract = try Self.product(lot, multiplier, of: instrument)
    isInverse = instrument.settlement == .inverse
    if isInverse {
      // lots × (lot × multiplier) × 10^9 ÷ (price × tick), as a fraction in lowest terms.
      let power = 9 + Int(tick.exponent) - contract.exponent
      var over = contract.mantissa
      var under = Int128(tick.mantissa)
      if power >= 0 {
        over = try Self.product(over, ExactArithmetic.powerOfTen(min(power, 38)), of: instrument)
      } else {
        under = try Self.product(under, ExactArithmetic.powerOfTen(min(-power, 38)), of: instrument)
      }
      let common = ExactArithmetic.greatestCommonDivisor(over, under)
      guard let numerator = Int64(exactly: over / common), let denominator = Int64(exactly: under / common) else {
        throw Self.unfit(instrument)
      }
      self.numerator = numerator
      self.denominator = denominator
      moneyPerCount = ExactArithmetic.powerOfTen(9)
    } else {
      var (mantissa, exponent) = (
        try Self.product(contract.mantissa, Int128(tick.mantissa), of: instrument),
        contract.exponent + Int(tick.exponent)
      )
      while exponent > 0, mantissa % 10 == 0 { (mantissa, exponent) = (mantissa / 10, exponent - 1) }
      guard exponent <= 18, mantissa <= ExactArithmetic.powerOfTen(exponent + 12) else { throw Self.unfit(instrument) }
      numerator = 1
      denominator = 1
      moneyPerCount = mantissa * ExactArithmetic.powerOfTen(18 - exponent)
    }
  }

  /// The value of signed lots, which buying them costs; 0 for an inverse contract at a price that is not positive.
  @inline(__always)
  public func value(lots: Int64, price: Int32) -> Int128 {
    isInverse ? -inverse(lots: lots, price: Int64(price)) : Int128(price) &* Int128(lots)
  }

  /// The absolute value, which fees are a share of.
  @inline(__always)
  public func notional(lots: Int64, price: Int32) -> Int128 {
    let value = value(lots: lots, price: price)
    return value < 0 ? -value : value
  }

  /// Twice the value at a price in half ticks (bid plus ask); exact for linear contracts, twice a whole count for
  /// inverse ones.
  @inline(__always)
  public func doubledValue(lots: Int64, mark: MarkPrice) -> Int128 {
    isInverse ? -2 * inverse(lots: lots, doubledPrice: mark.halfTicks) : Int128(mark.halfTicks) * Int128(lots)
  }

  /// Twice the signed exposure: positive for a long, whatever the settlement. What funding and borrow are a share of.
  @inline(__always)
  public func doubledExposure(lots: Int64, mark: MarkPrice) -> Int128 {
    let value = doubledValue(lots: lots, mark: mark)
    return isInverse ? -value : value
  }

  /// The contract where a unit of its currency is worth `rate` of the account's: counts are the same, and worth as many
  /// whole atoms of the account's currency, rounded half away from zero; nil where that leaves nothing or does not fit.
  public func worth(_ rate: ConversionRate) -> ContractValue? {
    let worth = ExactArithmetic.scaled(moneyPerCount, by: Int128(rate.numerator), over: Int128(rate.denominator))
    guard let worth, worth > 0, worth <= ExactArithmetic.powerOfTen(30) else { return nil }
    var contract = self
    contract.moneyPerCount = worth
    return contract
  }

  /// Billionths of a count in counts that were worth so many atoms, rounded half away from zero.
  public func restated(_ billionths: Int128, inWorth first: Int128) -> Int128 {
    if first == moneyPerCount { return billionths }
    return ExactArithmetic.scaled(billionths, by: moneyPerCount, over: first) ?? (billionths < 0 ? .min : .max)
  }

  /// For reports: counts in units of the currency.
  public func currencyAmount(_ counts: Int128) -> Double {
    ExactArithmetic.double(counts) * (ExactArithmetic.double(moneyPerCount) / 1e18)
  }

  private func inverse(lots: Int64, price: Int64) -> Int128 {
    guard price > 0 else { return 0 }
    // A division of 64 bits does for most fills and costs a third of one of 128.
    let (over, overflows) = lots.multipliedReportingOverflow(by: numerator)
    let (under, underflows) = price.multipliedReportingOverflow(by: denominator)
    if !overflows, !underflows, over > .min {
      let (quotient, remainder) = over.quotientAndRemainder(dividingBy: under)
      let rest = Int64(remainder.magnitude)
      return Int128(rest >= under - rest ? (over < 0 ? quotient - 1 : quotient + 1) : quotient)
    }
    return ExactArithmetic.quotient(Int128(lots) * Int128(numerator), Int128(price) * Int128(denominator))
  }

  private func inverse(lots: Int64, doubledPrice: Int64) -> Int128 {
    guard doubledPrice > 0 else { return 0 }
    if doubledPrice & 1 == 0 { return inverse(lots: lots, price: doubledPrice >> 1) }
    // |lots × numerator| < 2^126, so the doubling fits.
    return ExactArithmetic.quotient(2 * (Int128(lots) * Int128(numerator)), Int128(doubledPrice) * Int128(denominator))
  }

  private static func product(
    _ left: DecimalUnit, _ right: DecimalUnit, of instrument: Instrument
  ) throws(AccountingError) -> (mantissa: Int128, exponent: Int) {
    (
      try product(Int128(left.mantissa), Int128(right.mantissa), of: instrument),
      Int(left.exponent) + Int(right.exponent)
    )
  }

  private static func product(
    _ left: Int128, _ right: Int128, of instrument: Instrument
  ) throws(AccountingError) -> Int128 {
    let (product, overflows) = left.multipliedReportingOverflow(by: right)
    guard !overflows else { throw unfit(instrument) }
    return product
  }

  private static func unfit(_ instrument: Instrument) -> AccountingError {
    AccountingError(
      instrument.symbol.isEmpty ? "instrument" : instrument.symbol,
      "tick × lot × multiplier lies outside 10^-18 to 10^12 of the currency; choose a coarser tick or lot")
  }
}
