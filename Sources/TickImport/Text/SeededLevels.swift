import MarketTypes

/// Synthetic orders for quantity that rested before a file began, one per price level.
///
/// Their identifiers count up from `firstIdentifier`, which no feed reaches. Messages on orders nobody announced take
/// from the synthetic order of their price while its quantity lasts.
struct SeededLevels: Sendable {
  static let firstIdentifier: UInt64 = 1 << 62

  struct Level: Hashable, Sendable {
    var side: Side
    var price: Int64
  }

  struct Order: Sendable {
    var identifier: UInt64
    var quantity: Int64
  }

  private(set) var orders: [Level: Order] = [:]
  private var nextIdentifier = Self.firstIdentifier

  /// The record that adds a synthetic order; the level must have none yet.
  mutating func add(_ level: Level, quantity: Int64, event: MarketEvent) -> SourceRecord {
    var event = event
    event.kind = .add
    event.side = level.side
    event.identifier = nextIdentifier
    orders[level] = Order(identifier: nextIdentifier, quantity: quantity)
    nextIdentifier += 1
    var record = SourceRecord(event: event)
    record.price = level.price
    record.quantity = quantity
    return record
  }

  mutating func remove(_ level: Level) -> Order? { orders.removeValue(forKey: level) }

  /// Sends a reduction, cancellation or execution of an unannounced order to the synthetic order of its price; `origin`
  /// then keeps the low bits of the identifier it named.
  mutating func redirect(_ record: inout SourceRecord) {
    let level = Level(side: record.event.side, price: record.price)
    guard var order = orders[level], record.quantity > 0, order.quantity >= record.quantity else { return }
    order.quantity -= record.quantity
    record.event.origin = UInt32(truncatingIfNeeded: record.event.identifier)
    record.event.identifier = order.identifier
    if record.event.kind != .execute { record.event.kind = order.quantity == 0 ? .cancel : .reduce }
    orders[level] = order.quantity == 0 ? nil : order
  }
}
