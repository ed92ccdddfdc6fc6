import MarketTypes
import OrderBooks
import Testing

@Suite struct MatchingBasicsTests {
  @Test func tradesAtTheRestingPrice() {
    var engine = MatchingEngine()
    var log = ReportLog()
    let time = Timestamp(nanoseconds: 0)
    engine.submit(
      OrderTerms(
        identifier: OrderIdentifier(1), side: .sell, price: Price(ticks: 100), quantity: Quantity(lots: 5)),
      sequence: 1, time: time, into: &log)
    engine.submit(
      OrderTerms(
        identifier: OrderIdentifier(2), side: .buy, price: Price(ticks: 102), quantity: Quantity(lots: 8)),
      sequence: 2, time: time, into: &log)
    #expect(log.reports.map(\.kind) == [.accepted, .accepted, .trade])
    #expect(log.reports[2].price == Price(ticks: 100))
    #expect(engine.best(.buy) == Price(ticks: 102))
    #expect(engine.best(.sell) == .none)
    #expect(engine.depth(at: Price(ticks: 102), .buy) == Quantity(lots: 3))
  }
}
