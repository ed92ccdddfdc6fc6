public import MarketTypes

extension ContractValue {
  /// A dividend for each unit of quantity, in billionths of the currency, as billionths of a count for each lot; rounded
  /// half away from zero, nil where it does not fit.
  public func dividendPerLot(perUnit: Int64, lot: DecimalUnit) -> Int64? {
    // Billionths of the currency × 10^9 are atoms, and atoms × 10^9 ÷ atoms of a count billionths of one.
    let (amount, overflows) = Int128(perUnit).multipliedReportingOverflow(by: Int128(lot.mantissa))
    guard !overflows, !isInverse else { return nil }
    let (divisor, overflowsToo) = ExactArithmetic.powerOfTen(Int(lot.exponent))
      .multipliedReportingOverflow(by: moneyPerCount)
    guard !overflowsToo else { return nil }
    return ExactArithmetic.scaled(amount, by: ExactArithmetic.powerOfTen(18), over: divisor)
      .flatMap { Int64(exactly: $0) }
  }
}
