public import MarketTypes

/// How a price level's orders share an incoming order that is smaller than the level.
public enum Allocation: Hashable, Sendable, BitwiseCopyable {
  /// First come, first served.
  case priceTime
  /// In proportion to displayed quantity, rounded down; the lots left over go first come, first served.
  case proRata
  /// The first `firstPercent` of the incoming quantity, rounded down, first come, first served; the rest pro rata.
  case mixed(firstPercent: Int)
}

/// The rules of one instrument and the room its matching engine sets aside.
public struct MatchingConfiguration: Sendable {
  /// The largest quantity an engine can be set up for; see `OrderNode`.
  public static let quantityCeiling: Int64 = (1 << 38) - 1
  /// The prices an engine can be set up for lie between this and its negative.
  public static let priceCeiling: Int32 = 1 << 30
  public static let capacityCeiling = 1 << 24

  /// The most orders alive at a time.
  public var capacity = 1 << 16
  /// Price levels kept in the dense window of each side; rounded up to a power of two.
  public var windowLevels = 1 << 14
  /// Identifiers below this are looked up without hashing, for 4 bytes each.
  public var directIdentifiers = 0
  public var allocation = Allocation.priceTime
  /// Prices are multiples of this many ticks.
  public var priceIncrement: Int32 = 1
  /// Quantities are multiples of this many lots.
  public var quantityIncrement: Int64 = 1
  public var smallestQuantity: Int64 = 1
  public var largestQuantity: Int64 = 1 << 31
  public var lowestPrice = -MatchingConfiguration.priceCeiling
  public var highestPrice = MatchingConfiguration.priceCeiling
  /// The trading phase to begin in.
  public var initialPhase = MarketStatus.open

  public init() {}

  /// The same rules with every number brought into the range the engine can hold.
  var confined: MatchingConfiguration {
    var result = self
    result.capacity = min(max(capacity, 1), Self.capacityCeiling)
    var window = 64
    while window < min(windowLevels, 1 << 24) { window *= 2 }
    result.windowLevels = window
    result.directIdentifiers = min(max(directIdentifiers, 0), 1 << 28)
    result.priceIncrement = max(priceIncrement, 1)
    result.quantityIncrement = max(quantityIncrement, 1)
    result.smallestQuantity = max(smallestQuantity, 1)
    result.largestQuantity = min(largestQuantity, Self.quantityCeiling)
    result.lowestPrice = max(lowestPrice, -Self.priceCeiling)
    result.highestPrice = min(highestPrice, Self.priceCeiling)
    if case .mixed(let percent) = allocation { result.allocation = .mixed(firstPercent: min(max(percent, 0), 100)) }
    return result
  }
}

/// The prices a market allows at the moment; `Price.none` sets no bound.
public struct PriceLimits: Hashable, Sendable, BitwiseCopyable {
  /// Orders priced below or above are refused on entry (a fat-finger collar).
  public var bandLow: Price
  public var bandHigh: Price
  /// No trade happens below or above; selling below or buying above is refused, and resting such orders cancelled.
  public var limitDown: Price
  public var limitUp: Price

  public init(
    bandLow: Price = .none, bandHigh: Price = .none, limitDown: Price = .none, limitUp: Price = .none
  ) {
    self.bandLow = bandLow
    self.bandHigh = bandHigh
    self.limitDown = limitDown
    self.limitUp = limitUp
  }

  public static let none = PriceLimits()
}
