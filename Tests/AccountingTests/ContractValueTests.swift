import MarketTypes
import TestSupport
import Testing

@testable import Accounting

@Suite struct ContractValueTests {
  static func unit(_ text: String) -> DecimalUnit { DecimalUnit(text)! }

  static let share = Instrument(symbol: "SHARE", tick: unit("0.01"))
  static let future = Instrument(symbol: "ES", tick: unit("0.25"), multiplier: unit("50"))
  static let inverse = Instrument(
    symbol: "XBTUSD", tick: unit("0.5"), multiplier: unit("100"), currency: "XBT", settlement: .inverse)
  static let quanto = Instrument(
    symbol: "ETHUSD", tick: unit("0.05"), multiplier: unit("0.000001"), currency: "XBT", settlement: .quanto)

  @Test func linearAndQuantoAreExact() throws {
    let share = try ContractValue(Self.share)
    #expect(share.value(lots: -300, price: 12_345) == -3_703_500)
    #expect(share.notional(lots: -300, price: 12_345) == 3_703_500)
    #expect(share.currencyAmount(3_703_500) == 37_035)
    let future = try ContractValue(Self.future)
    // 2 contracts at 4751.25 are 475,125 USD; a count is 12.50.
    #expect(future.value(lots: 2, price: 19_005) == 38_010)
    #expect(future.currencyAmount(38_010) == 475_125)
    #expect(future.doubledValue(lots: 2, mark: MarkPrice(halfTicks: 38_011)) == 76_022)
    let quanto = try ContractValue(Self.quanto)
    // 1,000 contracts at 2,000 USD are 1,000 × 2,000 × 0.000001 = 2 XBT.
    #expect(quanto.currencyAmount(quanto.value(lots: 1_000, price: 40_000)) == 2)
  }

  @Test func inverseRoundsToBillionthsHalfAwayFromZero() throws {
    let value = try ContractValue(Self.inverse)
    // 3 contracts of 100 USD at 50,000 USD: 0.006 XBT.
    #expect(value.value(lots: 3, price: 100_000) == -6_000_000)
    #expect(value.value(lots: -3, price: 100_000) == 6_000_000)
    #expect(value.notional(lots: 3, price: 100_000) == 6_000_000)
    // 100 ÷ 64,000.5 XBT = 0.0015624877930…
    #expect(value.value(lots: 1, price: 128_001) == -1_562_488)
    #expect(value.value(lots: 1, price: 0) == 0)
    #expect(value.value(lots: 1, price: -5) == 0)
    // Exactly half: 1 ÷ 8 of 10^9 over a price that leaves .5.
    let half = try ContractValue(
      Instrument(symbol: "HALF", tick: .one, multiplier: Self.unit("0.000000001"), settlement: .inverse))
    #expect(half.value(lots: 5, price: 2) == -3)
    #expect(half.value(lots: -5, price: 2) == 3)
    #expect(half.doubledValue(lots: 5, mark: MarkPrice(halfTicks: 5)) == -4)
    #expect(half.doubledExposure(lots: 5, mark: MarkPrice(halfTicks: 5)) == 4)
  }

  @Test func narrowAndWideDivisionAgree() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<5_000 {
      let multiplier = DecimalUnit(mantissa: .random(in: 1...10_000_000_000, using: &random), exponent: 4)!
      let tick = DecimalUnit(mantissa: .random(in: 1...999, using: &random), exponent: 3)!
      let value = try ContractValue(
        Instrument(symbol: "X", tick: tick, multiplier: multiplier, settlement: .inverse))
      let lots = Int64.random(in: -1_000_000...1_000_000, using: &random)
      let price = Int32.random(in: 1...(.max), using: &random)
      let distance =
        value.value(lots: lots, price: price) * 2 * Int128(value.denominator) * Int128(price)
        + 2 * Int128(lots) * Int128(value.numerator)
      #expect(distance.magnitude <= (Int128(value.denominator) * Int128(price)).magnitude)
      let even = MarkPrice(halfTicks: 2 * Int64(price))
      #expect(value.doubledValue(lots: lots, mark: even) == 2 * value.value(lots: lots, price: price))
    }
  }

  @Test func refusesWhatDoesNotFit() {
    let fine = Self.unit("0.0000000001")
    #expect(throws: AccountingError.self) { try ContractValue(Instrument(symbol: "FINE", tick: fine, lot: fine)) }
    let huge = DecimalUnit(mantissa: .max, exponent: 0)!
    for settlement in Instrument.Settlement.allCases {
      #expect(throws: AccountingError.self) {
        try ContractValue(
          Instrument(symbol: "", tick: Self.unit("7"), lot: huge, multiplier: huge, settlement: settlement))
      }
    }
  }

  @Test func wideScalingLeavesLessThanHalf() {
    var random = SeededGenerator(seed: 3)
    for round in 0..<20_000 {
      let shift = Int128(1) << Int128.random(in: 1...126, using: &random)
      let value = Int128.random(in: -shift...shift, using: &random)
      let factor = Int128.random(in: -(1 << 90)...(1 << 90), using: &random)
      let divisor = Int128.random(in: 1...(round % 2 == 0 ? 1_000 : Int128.max), using: &random)
      let wide = value.magnitude.multipliedFullWidth(by: factor.magnitude)
      guard let result = ExactArithmetic.scaled(value, by: factor, over: divisor) else {
        // Beyond 2^127: the divisor is too small for the product.
        #expect(wide.high >= divisor.magnitude >> 2)
        continue
      }
      #expect(result == 0 || (result < 0) == ((value < 0) != (factor < 0)))
      // |product| − |result| × divisor lies within half the divisor.
      let back = result.magnitude.multipliedFullWidth(by: divisor.magnitude)
      let difference = Int128(bitPattern: wide.low &- back.low)
      #expect(difference.magnitude <= divisor.magnitude - difference.magnitude)
    }
    #expect(ExactArithmetic.quotient(-5, 2) == -3)
    #expect(ExactArithmetic.quotient(-4, 3) == -1)
    #expect(ExactArithmetic.scaled(.max, by: 1, over: .max) == 1)
    #expect(ExactArithmetic.scaled(.max, by: 2, over: 1) == nil)
  }

  /// The standard library's own conversion is the naive twin.
  @Test func wideIntegersBecomeTheNearestDouble() {
    var generator = SeededGenerator(seed: 41)
    var values: [Int128] = [0, 1, -1, .min, .max, 1 << 63, -(1 << 63), (1 << 63) - 1, (1 << 64) + 1, 1 << 120]
    // Halfway between two doubles, and one off it, at every width.
    for width in 54..<127 {
      let half = (Int128(1) << width) + (Int128(1) << (width - 53))
      values += [half, half - 1, half + 1, half + (Int128(1) << (width - 52)), -half]
    }
    for _ in 0..<2_000 {
      let wide = Int128(truncatingIfNeeded: generator.next()) << 64 | Int128(generator.next())
      values.append(wide >> Int128(generator.next() % 120))
    }
    for value in values { #expect(ExactArithmetic.double(value) == Double(value), "\(value)") }
  }
}
