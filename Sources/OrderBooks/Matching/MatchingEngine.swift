public import MarketTypes

/// A matching engine for one instrument: integers only, and no allocation after set-up.
///
/// Every request carries a time, which must not run backwards, and the caller's number for the message, which comes
/// back in the reports. All effects are reported to the sink, in order; nothing is thrown and nothing traps, whatever
/// the request says. Displayed orders live in one price ladder per side, hidden ones in another; pegged, stop and
/// auction orders in lists and heaps of their own, so that a market without them never looks at them (`isPlain`).
public struct MatchingEngine: ~Copyable {
  public let configuration: MatchingConfiguration
  var arena: MatchingArena
  var identifiers: IdentifierTable
  /// Displayed buys and sells, then hidden buys and sells.
  var ladders: [4 of PriceLadder]
  /// Buys and sells, by arrival.
  var pegs: [2 of SlotList] = [SlotList(), SlotList()]
  var midpointCount = 0
  /// Fixed stops of each side by nearness of their stop price, then arrival.
  var stopHeaps: [2 of OrderHeap]
  var stops = SlotList()
  var trailingStops = SlotList()
  var triggered = SlotList()
  /// At-close orders before their auction, by arrival.
  var parked = SlotList()
  /// Market orders of an auction call, by side and arrival.
  var auctionMarkets: [2 of SlotList] = [SlotList(), SlotList()]
  var expiries: OrderHeap
  var nextExpiry = Int64.max
  var icebergCount = 0
  /// At-open and at-close orders in the ladders.
  var auctionOnlyCount = 0
  var arrivals: UInt64 = 0
  /// Room for the auction's walk over the selling levels.
  let auctionLevels: FixedBuffer<AuctionLevel>

  public internal(set) var phase: MarketStatus
  /// The book may be crossed, because it collected orders in an auction call that has not been uncrossed.
  var hasPendingCall: Bool
  /// Continuous price-time trading without hidden, pegged or stop orders: the common case, tested once per request.
  var isPlain = false
  public internal(set) var limits = PriceLimits.none
  /// The lowest and highest price that entry accepts, by side.
  var lowestEntry: [2 of Int32] = [0, 0]
  var highestEntry: [2 of Int32] = [0, 0]
  /// The price of the last trade; `none` before the first.
  public internal(set) var lastTradePrice = Price.none
  var statedReference = Price.none
  var now = Int64.min
  /// The number of the message at work.
  var sequence: UInt64 = 0

  public init(configuration stated: MatchingConfiguration = MatchingConfiguration()) {
    let configuration = stated.confined
    let capacity = configuration.capacity
    self.configuration = configuration
    arena = MatchingArena(capacity: capacity)
    identifiers = IdentifierTable(capacity: capacity, directIdentifiers: configuration.directIdentifiers)
    ladders = InlineArray { index in
      PriceLadder(capacity: capacity, windowCount: index < 2 ? configuration.windowLevels : 64)
    }
    stopHeaps = InlineArray { _ in OrderHeap(capacity: capacity) }
    expiries = OrderHeap(capacity: capacity)
    auctionLevels = FixedBuffer(unwritten: capacity)
    phase = configuration.initialPhase
    hasPendingCall = configuration.initialPhase.isAuctionCall
    refreshEntryPrices()
    refreshPlain()
  }

  mutating func refreshPlain() {
    isPlain =
      phase == .open && configuration.allocation == .priceTime && ladders[2].count == 0 && ladders[3].count == 0
      && pegs[0].count == 0 && pegs[1].count == 0 && stops.count == 0 && trailingStops.count == 0
  }

  mutating func refreshEntryPrices() {
    for side in 0..<2 {
      lowestEntry[side] = configuration.lowestPrice
      highestEntry[side] = configuration.highestPrice
      if !limits.bandLow.isNone { lowestEntry[side] = max(lowestEntry[side], limits.bandLow.ticks) }
      if !limits.bandHigh.isNone { highestEntry[side] = min(highestEntry[side], limits.bandHigh.ticks) }
    }
    if !limits.limitUp.isNone { highestEntry[0] = min(highestEntry[0], limits.limitUp.ticks) }
    if !limits.limitDown.isNone { lowestEntry[1] = max(lowestEntry[1], limits.limitDown.ticks) }
  }
}

extension MarketStatus {
  /// Orders collect without trading until the auction.
  public var isAuctionCall: Bool { self == .preOpen || self == .openingAuction || self == .closingAuction }
}
