import MarketTypes
import Testing

@testable import SampleGenerator

@Suite("The sample market")
struct SampleMarketTests {
  private struct Enough: Error {}

  /// The first events of a seed's day.
  private func events(seed: UInt64, count: Int) -> [MarketEvent] {
    // The market hands out events through a closure; a class lets it fill a list.
    final class List { var events: [MarketEvent] = [] }
    let list = List()
    var market = SampleMarket(seed: seed) { event in
      list.events.append(event)
      if list.events.count == count { throw Enough() }
    }
    try? market.play()
    return list.events
  }

  @Test("A seed gives the same day again, another seed another one")
  func determinism() {
    let first = events(seed: 1, count: 3_000)
    #expect(first == events(seed: 1, count: 3_000))
    #expect(first != events(seed: 2, count: 3_000))
  }

  @Test("Orders rest before they leave, executions hit the best price, and no book is crossed")
  func bookRules() throws {
    struct Order: Hashable {
      var instrument: UInt16
      var side: Side
      var price: Int32
      var quantity: Int64
    }
    var resting: [UInt64: Order] = [:]
    var time = Int64.min
    var spreads: [Int32] = []
    func best(_ side: Side, _ instrument: UInt16) -> Int32? {
      let prices = resting.values.filter { $0.side == side && $0.instrument == instrument }.map(\.price)
      return side == .buy ? prices.max() : prices.min()
    }
    for event in events(seed: 3, count: 4_000) {
      #expect(event.exchangeTime.nanoseconds >= time)
      time = event.exchangeTime.nanoseconds
      let order = resting[event.identifier]
      switch event.kind {
      case .add:
        #expect(order == nil && event.quantity.lots > 0)
        resting[event.identifier] = Order(
          instrument: event.instrument, side: event.side, price: event.price.ticks, quantity: event.quantity.lots)
      case .cancel:
        #expect(order?.quantity == event.quantity.lots && order?.price == event.price.ticks)
        resting[event.identifier] = nil
      case .reduce, .execute:
        var order = try #require(order)
        if event.kind == .execute { #expect(order.price == best(order.side, order.instrument)) }
        order.quantity -= event.quantity.lots
        #expect(order.quantity >= 0)
        resting[event.identifier] = order.quantity == 0 ? nil : order
      case .modify:
        var order = try #require(order)
        #expect(order.price != event.price.ticks || order.quantity < event.quantity.lots)
        order.price = event.price.ticks
        order.quantity = event.quantity.lots
        resting[event.identifier] = order
      default: #expect(event.kind == .status)
      }
      if let bid = best(.buy, event.instrument), let ask = best(.sell, event.instrument) {
        #expect(bid < ask)
        if time > SampleMarket.opening { spreads.append(ask - bid) }
      }
    }
    #expect(spreads.count > 1_000)
    #expect(spreads.sorted()[spreads.count / 2] <= 2)
  }

  @Test("Exponential gaps have about the stated mean")
  func exponentialMean() {
    var random = RandomSource(seed: 9)
    let sum = (0..<100_000).reduce(0) { sum, _ in sum + random.exponential(mean: 1_000_000) }
    // The approximation of the logarithm raises the mean by about 4 %.
    #expect((95_000_000_000...110_000_000_000).contains(sum))
    #expect((0..<1000).allSatisfy { _ in random.below(7) < 7 })
  }
}
