import MarketTypes

/// The two prices a maker would like, not yet on ticks.
struct QuotePrices: Hashable, Sendable {
  var bid: Double
  var ask: Double

  /// On ticks, away from the middle, so that the spread is never narrower than wanted; `Price.none` beyond what a price
  /// can be.
  @inline(__always)
  var onTicks: RestingPrices { RestingPrices(bid: Self.price(bid.rounded(.down)), ask: Self.price(ask.rounded(.up))) }

  @inline(__always)
  private static func price(_ ticks: Double) -> Price {
    ticks > -2_000_000_000 && ticks < 2_000_000_000 ? Price(ticks: Int32(ticks)) : .none
  }

  /// On ticks, kept from trading at once, and without the side whose limit the position has reached.
  @inline(__always)
  func resting(_ desk: borrowing Desk, instrument: Int, positionLimit: Int64) -> RestingPrices {
    let position = desk.position(instrument)
    var prices = onTicks.outside(bid: desk.bestBid(instrument), ask: desk.bestAsk(instrument))
    if position >= positionLimit { prices.bid = .none }
    if position <= 0 &- positionLimit { prices.ask = .none }
    return prices
  }
}

/// Where a maker rests: a bid and an offer, each `Price.none` when it rests nothing there.
struct RestingPrices: Hashable, Sendable {
  var bid: Price
  var ask: Price

  /// A bid at most a tick below the best offer, and an offer at least a tick above the best bid.
  @inline(__always)
  func outside(bid bestBid: Price, ask bestAsk: Price) -> RestingPrices {
    RestingPrices(
      bid: bid.isNone || bestAsk.isNone ? bid : min(bid, Price(ticks: bestAsk.ticks &- 1)),
      ask: ask.isNone || bestBid.isNone ? ask : max(ask, Price(ticks: bestBid.ticks &+ 1)))
  }
}

extension Desk {
  @inline(__always)
  func keepQuotes(_ prices: RestingPrices, lots: Int64, instrument: Int) {
    keepQuotes(bid: prices.bid, ask: prices.ask, lots: lots, instrument: instrument)
  }
}
