import Analytics
import MarketTypes
import Testing

@testable import Reporting

@Suite("Scales through splits")
struct SplitScaleTests {
  @Test("Lots and prices keep their products, whatever the parts")
  func values() throws {
    let splits = [
      RunSplit(time: 10, instrument: 0, newShares: 3, oldShares: 2),
      RunSplit(time: 20, instrument: 0, newShares: 1, oldShares: 10),
      RunSplit(time: 30, instrument: 0, newShares: 7, oldShares: 1),
    ]
    let scales = try #require(SplitScales(splits, instrumentCount: 2))
    let traded = scales.traded(Instrument(symbol: "A", tick: .one), 0)
    for time in [Int64(5), 15, 25, 35] {
      let lots = Double(scales.lots(40, 0, at: time))
      let price = Double(scales.price(700, 0, at: time))
      let value = lots * price * traded.tick * traded.unitsPerLot
      #expect(abs(value - 28_000) < 1e-6)
    }
    #expect(scales.lots(40, 1, at: 5) == 40)
    let wild = [RunSplit(time: 1, instrument: 0, newShares: 999_983, oldShares: 7), splits[0]]
    #expect(SplitScales(wild, instrumentCount: 1) == nil)
  }
}
