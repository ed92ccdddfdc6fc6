public import MarketTypes

/// An entry and the exit that closed it.
public struct RoundTrip: Sendable, Hashable {
  public let instrument: Int
  public let strategy: Int
  /// The predictor behind the entry.
  public let predictor: Int?
  /// Buy for a long trade.
  public let direction: Side
  public let lots: Int64
  public let entryTime: Int64
  public let exitTime: Int64
  /// Average prices in half ticks, weighted by lots.
  public let entryHalfTicks: Double
  public let exitHalfTicks: Double
  public let entryRole: LiquidityRole
  public let exitRole: LiquidityRole
  /// Value at entry, positive, in the currency.
  public let entryValue: Double
  /// Before and after the fees of both sides.
  public let grossProfit: Double
  public let fees: Double
  /// Worst and best open profit while held, by the mid and at the exit; zero or less, zero or more. Nil without marks.
  public var adverseExcursion: Double?
  public var favourableExcursion: Double?

  public var netProfit: Double { grossProfit - fees }
  public var holdingNanoseconds: Int64 { exitTime - entryTime }
  /// Net profit over the value at entry; nil when that is zero.
  public var netReturn: Double? { entryValue > 0 ? netProfit / entryValue : nil }
}

/// Lots that were never closed.
public struct OpenLots: Sendable, Hashable {
  public let instrument: Int
  public let strategy: Int
  /// The predictor behind the entry.
  public let predictor: Int?
  public let direction: Side
  public let lots: Int64
  public let entryTime: Int64
  public let entryHalfTicks: Int64
  /// The part of the entry's fee that belongs to these lots.
  public let fees: Double
}

/// What makes one trade of many fills.
public enum RoundTripGrouping: String, Sendable, Hashable, CaseIterable {
  /// One trade for each pair of entry and exit fill, first in first out.
  case fillToFill = "fill to fill"
  /// One trade from flat to flat (or to the other side).
  case flatToFlat = "flat to flat"
}
