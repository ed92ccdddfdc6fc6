import MarketTypes
import Testing

@testable import TickImport

@Suite struct OverlapScanTests {
  /// Whether two sources of one instrument overlap, given the first and last time of each.
  private static func overlap(_ first: (Int64, Int64), _ second: (Int64, Int64)) -> Bool {
    var scan = OverlapScan()
    for (name, times) in [("a", first), ("b", second)] {
      scan.begin(name)
      for time in [times.0, times.1] {
        scan.note(MarketEvent(kind: .trade, exchangeTime: Timestamp(nanoseconds: time), quantity: Quantity(lots: 1)))
      }
    }
    return scan.firstOverlap { $0 } != nil
  }

  @Test func moreThanASecondOverlaps() {
    #expect(OverlapScan.tolerance == 1_000_000_000)
    #expect(Self.overlap((0, 10_000_000_000), (8_000_000_000, 20_000_000_000)))
    #expect(!Self.overlap((0, 10_000_000_000), (9_000_000_000, 20_000_000_000)))
  }

  /// The tolerance cannot be taken off the earliest times there are.
  @Test func theEarliestTimesDoNotTrap() {
    let earliest = Int64.min + 1
    let isShortOverlap = Self.overlap((earliest, earliest + 1), (earliest, earliest + 1))
    let isLongOverlap = Self.overlap((earliest, .max), (earliest, .max))
    #expect(!isShortOverlap && isLongOverlap)
  }
}
