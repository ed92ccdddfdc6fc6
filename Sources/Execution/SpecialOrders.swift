import MarketTypes

/// Orders that something other than their queue decides about: stops, pegs, orders that wait for an auction or a price,
/// and orders with an expiry. Few at a time, so plain lists.
struct SpecialOrders {
  /// Untriggered stops, orders for an auction, orders waiting for a next price.
  private(set) var waiting: [Int32] = []
  private(set) var pegs: [Int32] = []
  private var expiries: [Expiry] = []
  /// When the next good-till-date order ends; Int64.max without one.
  private(set) var nextExpiry = Int64.max

  struct Expiry {
    var time: Int64
    var order: Int32
    /// Tells the order from a later one in the same place.
    var sentTime: Int64
    var identifier: UInt64
  }

  @inline(__always) var isWatching: Bool { !waiting.isEmpty }
  @inline(__always) var hasPegs: Bool { !pegs.isEmpty }

  mutating func wait(_ order: Int) { waiting.append(Int32(order)) }

  mutating func addPeg(_ order: Int) { pegs.append(Int32(order)) }

  /// Takes an order out of the lists, wherever it is.
  mutating func remove(_ order: Int) {
    waiting.removeAll { Int($0) == order }
    pegs.removeAll { Int($0) == order }
  }

  /// Takes a pegged order that has ended out of its list; its place may hold another order that waits.
  mutating func removePeg(_ order: Int) { pegs.removeAll { Int($0) == order } }

  mutating func addExpiry(_ expiry: Expiry) {
    // Sorted by falling time, so that the next is last; equal times keep the order of sending.
    let place = expiries.firstIndex { $0.time <= expiry.time } ?? expiries.count
    expiries.insert(expiry, at: place)
    nextExpiry = expiries.last?.time ?? .max
  }

  mutating func takeExpiry() -> Expiry? {
    defer { nextExpiry = expiries.last?.time ?? .max }
    return expiries.popLast()
  }
}
