/// How much a sum of money buys, in whole lots.
enum Affordable {
  /// A billion: fee rates and exact money are counted in billionths.
  static let unit: Int128 = 1_000_000_000

  /// The most lots that money pays for at a price, with a fee on top; money in billionths of ticks × lots, the fee in
  /// billionths of the notional.
  static func lots(money: Int128, price: Int32, feeRate: Int64) -> Int64 {
    guard price > 0, money > 0, feeRate > -1_000_000_000 else { return 0 }
    return Int64(clamping: money / (Int128(price) * (unit + Int128(feeRate))))
  }

  /// What a quantity costs at a price with its fee, in billionths of ticks × lots; for sells the fee counts the other way.
  static func money(lots: Int64, price: Int32, feeRate: Int64) -> Int128 {
    Int128(lots) * Int128(price) * (unit + Int128(feeRate))
  }

  static let notional = Parameter(
    "notional", "money to trade all of each time, in ticks × lots; 0 trades the quantity", default: 0,
    in: 0...1_000_000_000_000_000, isWhole: true)

  static let feeRate = Parameter(
    "fee_billionths", "billionths of the notional kept for the fee when all money is traded", default: 0,
    in: 0...100_000_000, isWhole: true)
}
