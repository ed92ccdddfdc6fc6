import MarketTypes

/// Where a living order is kept.
enum OrderPlace: UInt8 {
  /// In the displayed ladder of its side.
  case displayed = 0
  /// In the hidden ladder of its side.
  case hidden = 1
  case pegged = 2
  /// Waiting for its stop price, in a heap.
  case stop = 3
  case trailingStop = 4
  /// Waiting for the auction it was meant for.
  case parked = 5
  /// A market order in an auction call.
  case auctionMarket = 6
  /// Triggered, about to enter the market.
  case triggered = 7
}

/// The part of an order that matching touches: half a cache line.
///
/// Quantity and marks share a word: matching lowers the quantity by subtracting a shifted number, and the marks ride
/// along. Quantities stay below 2^38 (`MatchingConfiguration.quantityCeiling`), so the shift cannot overflow.
struct OrderNode: BitwiseCopyable {
  var identifier: UInt64
  /// Displayed (or, where nothing is displayed, open) quantity above bit 16, marks below.
  var word: Int64
  var next: UInt32
  var previous: UInt32
  var price: Int32
  var participant: UInt32

  static let sellBit: Int64 = 1
  /// Ends with the session.
  static let dayBit: Int64 = 2
  /// `OrderDetail` of the same slot is written.
  static let detailBit: Int64 = 4
  /// Has quantity behind the displayed part.
  static let icebergBit: Int64 = 8
  static let placeShift: Int64 = 4

  static let quantityShift: Int64 = 16

  @inline(__always) var quantity: Int64 {
    get { word >> OrderNode.quantityShift }
    set { word = (newValue << OrderNode.quantityShift) | (word & 0xFFFF) }
  }
  @inline(__always) var sideIndex: Int { Int(word & OrderNode.sellBit) }
  @inline(__always) var side: Side { word & OrderNode.sellBit == 0 ? .buy : .sell }
  @inline(__always) var isDay: Bool { word & OrderNode.dayBit != 0 }
  @inline(__always) var hasDetail: Bool { word & OrderNode.detailBit != 0 }
  @inline(__always) var isIceberg: Bool { word & OrderNode.icebergBit != 0 }
  @inline(__always) var place: OrderPlace {
    get { OrderPlace(rawValue: UInt8(truncatingIfNeeded: word >> OrderNode.placeShift) & 7) ?? .displayed }
    set { word = (word & ~(7 << OrderNode.placeShift)) | (Int64(newValue.rawValue) << OrderNode.placeShift) }
  }
}

/// The part of an order that only special kinds have.
struct OrderDetail: BitwiseCopyable {
  /// A running number; smaller is earlier.
  var arrival: UInt64
  /// Quantity behind the displayed part of an iceberg.
  var reserve: Int64
  var display: Int64
  var expiry: Int64
  var stopPrice: Int32
  var offset: Int32
  var type: OrderType
  var timeInForce: TimeInForce
  var selfTradePrevention: SelfTradePrevention
  var flags: OrderFlags
}
