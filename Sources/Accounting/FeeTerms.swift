import MarketTypes

/// What an order has been charged so far; the engine keeps one per order where `FeeMeter.isPlain` is false.
public struct OrderFees: Hashable, Sendable, BitwiseCopyable {
  /// Commissions of its fills in billionths of a count, before the terms of the order.
  var commissions: Int128 = 0
  /// Its traded value in counts.
  var value: Int128 = 0
  var hasFilled = false

  public init() {}
}

/// The rates of a tier in the units of one instrument.
struct FeeTierTerms: BitwiseCopyable {
  /// Volume from which the tier holds, in the lane's unit of volume.
  var threshold: Int128
  var makerRate: Int64
  var takerRate: Int64
  /// Billionths of a count for each lot.
  var makerPerLot: Int128
  var takerPerLot: Int128
}

/// A schedule in the units of one instrument: amounts in billionths of a count, per lot instead of per unit.
struct FeeTerms: BitwiseCopyable {
  var contract: ContractValue
  var firstTier: Int
  var perFill: Int128
  var fillMinimum: Int128
  var fillMaximum: Int128
  var perOrder: Int128
  var orderMinimum: Int128
  var orderMaximum: Int128
  /// Billionths of the traded value; `.max` where there is none.
  var maximumOrderRate: Int64
  var increment: Int128
  var buyDutyRate: Int64
  var sellDutyRate: Int64
  var buyDutyPerLot: Int128
  var sellDutyPerLot: Int128
  /// What a count of value and a lot add to the lane's volume; one of them is 0.
  var volumePerCount: Int128
  var volumePerLot: Int128

  /// The commission of an order with these fills.
  @inline(__always)
  func commission(of order: OrderFees) -> Int128 {
    guard order.hasFilled else { return 0 }
    var amount = perOrder &+ order.commissions
    if amount < orderMinimum { amount = orderMinimum }
    if amount > orderMaximum { amount = orderMaximum }
    if maximumOrderRate != .max { amount = min(amount, order.value &* Int128(maximumOrderRate)) }
    return increment > 0 ? ExactArithmetic.quotient(amount, increment) &* increment : amount
  }
}

/// Turns amounts of a schedule into the units of an instrument, within the ranges that keep a fill free of overflow.
struct FeeUnits {
  let instrument: Instrument
  let contract: ContractValue

  init(_ instrument: Instrument) throws(AccountingError) {
    self.instrument = instrument
    contract = try ContractValue(instrument)
  }

  /// Billionths of the currency as billionths of a count, rounded half away from zero. Exact where a count is a
  /// decimal power or divides one, as almost all are.
  func amount(_ name: String, _ amount: Int64) throws(AccountingError) -> Int128 {
    try checked(
      name, ExactArithmetic.scaled(Int128(amount), by: ExactArithmetic.powerOfTen(18), over: contract.moneyPerCount))
  }

  /// The same per lot, for an amount per unit of quantity.
  func amountPerLot(_ name: String, _ amount: Int64) throws(AccountingError) -> Int128 {
    let mantissa = Int128(amount) * Int128(instrument.lot.mantissa)
    let (divisor, overflows) = contract.moneyPerCount.multipliedReportingOverflow(
      by: ExactArithmetic.powerOfTen(Int(instrument.lot.exponent)))
    let perLot =
      overflows ? nil : ExactArithmetic.scaled(mantissa, by: ExactArithmetic.powerOfTen(18), over: divisor)
    // A quantity has up to 63 bits, and a fill adds several such terms.
    guard let value = perLot, value.magnitude < 1 << 62 else { throw tooLarge(name) }
    return value
  }

  func bound(_ name: String, _ bound: Int64?, otherwise none: Int128) throws(AccountingError) -> Int128 {
    guard let bound else { return none }
    return try amount(name, bound)
  }

  func rate(_ name: String, _ rate: Int64) throws(AccountingError) -> Int64 {
    // A value has up to 94 bits and a rate of 100 % has 30.
    guard rate.magnitude <= 1_000_000_000 else {
      throw AccountingError(name, "the rate \(rate) lies beyond 100 %, which is 1,000,000,000 billionths")
    }
    return rate
  }

  private func checked(_ name: String, _ value: Int128?) throws(AccountingError) -> Int128 {
    guard let value, value.magnitude < 1 << 120 else { throw tooLarge(name) }
    return value
  }

  private func tooLarge(_ name: String) -> AccountingError {
    AccountingError(name, "the amount is too large for tick and lot of \(instrument.symbol)")
  }
}
