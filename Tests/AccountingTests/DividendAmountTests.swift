import Accounting
import MarketTypes
import Testing

/// 0.35 for each share, in lots and counts of many sizes.
@Suite struct DividendAmountTests {
  @Test func amounts() throws {
    func perLot(_ tick: DecimalUnit?, _ lot: DecimalUnit?, settlement: Instrument.Settlement = .linear) throws -> Int64?
    {
      let instrument = Instrument(
        symbol: "A", tick: try #require(tick), lot: try #require(lot), settlement: settlement)
      return try ContractValue(instrument).dividendPerLot(perUnit: 350_000_000, lot: instrument.lot)
    }
    // A count of a cent: 35 of them for a share, in billionths.
    #expect(try perLot(DecimalUnit(mantissa: 1, exponent: 2), .one) == 35_000_000_000)
    // Lots of a hundred make a count a dollar, and bring 35.
    #expect(
      try perLot(DecimalUnit(mantissa: 1, exponent: 2), DecimalUnit(mantissa: 100, exponent: 0)) == 35_000_000_000)
    // A thousandth of a share, in counts of 0.00001.
    #expect(try perLot(DecimalUnit(mantissa: 1, exponent: 2), DecimalUnit(mantissa: 1, exponent: 3)) == 35_000_000_000)
    #expect(try perLot(.one, .one, settlement: .inverse) == nil)
  }

  @Test func shortsPayWhatLongsReceive() {
    var (long, short) = (CarryLedger(), CarryLedger())
    #expect(long.payDividend(lots: 100, perLot: 35) == -3_500)
    #expect(short.payDividend(lots: -100, perLot: 35) == 3_500)
    #expect(long.total == -3_500 && short.dividends == 3_500)
  }
}
