import MarketTypes
import OrderBooks
import TestSupport
import Testing

/// Identifiers of any pattern are found while their orders live, and only then.
@Suite struct MatchingIdentifierTests {
  @Test(arguments: [0, 4, 20, 32, 60])
  func livingOrdersAreFound(shift: UInt64) {
    var configuration = MatchingConfiguration()
    configuration.capacity = 3000
    configuration.directIdentifiers = 100
    var engine = MatchingEngine(configuration: configuration)
    var random = SeededGenerator(seed: shift)
    var alive: Set<UInt64> = []
    var issued: [UInt64] = []
    var log = ReportLog()
    let time = Timestamp(nanoseconds: 0)
    for number in 0..<20_000 {
      let low = UInt64.random(in: 0...2500, using: &random)
      let identifier = number % 7 == 0 ? random.next() : (low << shift) | (low >> 4)
      log.reports.removeAll(keepingCapacity: true)
      if number % 5 < 3 {
        let terms = OrderTerms(
          identifier: OrderIdentifier(identifier), side: .buy, price: Price(ticks: Int32(number % 50)),
          quantity: Quantity(lots: 1))
        engine.submit(terms, sequence: 0, time: time, into: &log)
        let isNew = !alive.contains(identifier)
        let isTaken = log.reports[0].kind == .accepted
        // Chosen identifiers may run out of cells near one another before the book is full; never the reverse.
        if !isTaken { #expect(log.reports[0].rejectReason == (isNew ? .bookFull : .duplicateIdentifier)) }
        if isTaken {
          #expect(alive.insert(identifier).inserted)
          issued.append(identifier)
        }
      } else {
        let victim = number % 5 == 3 ? issued.randomElement(using: &random) ?? identifier : identifier
        engine.cancel(OrderIdentifier(victim), sequence: 0, time: time, into: &log)
        #expect((log.reports[0].kind == .cancelled) == (alive.remove(victim) != nil))
      }
    }
    #expect(engine.orderCount == alive.count)
    for identifier in alive { #expect(engine.order(OrderIdentifier(identifier)) != nil) }
    #expect(engine.invariantFaults() == [])
  }
}
