public import MarketTypes

/// What a tick file gives back for each event appended to it: the naive twin of its writer and event reader.
public struct NaiveTickModel {
  struct Key: Hashable {
    var identifier: UInt64
    var instrument: UInt16
  }

  struct Order {
    var slot: UInt32
    var side: Side
    var price: Price
    var quantity: Int64
    var arrival: Int
  }

  var orders: [Key: Order] = [:]
  var allocator = SlotAllocator()
  private var arrivals = 0
  private let sizeDownKeepsPriority: Bool

  public init(sizeDownKeepsPriority: Bool = true) { self.sizeDownKeepsPriority = sizeDownKeepsPriority }

  /// Live orders as (slot, identifier, remaining quantity, price), by instrument and arrival.
  public var resting: [(slot: UInt32, identifier: UInt64, quantity: Int64, price: Price, instrument: UInt16)] {
    orders.sorted { ($0.key.instrument, $0.value.arrival) < ($1.key.instrument, $1.value.arrival) }
      .map { ($0.value.slot, $0.key.identifier, $0.value.quantity, $0.value.price, $0.key.instrument) }
  }

  private func orphan(_ event: MarketEvent) -> MarketEvent {
    var event = event
    event.slot = event.kind == .orphan ? MarketEvent.noSlot : UInt32(event.kind.rawValue)
    event.kind = .orphan
    return event
  }

  /// The event as it is read back.
  public mutating func apply(_ event: MarketEvent, replacement: UInt64? = nil) -> MarketEvent {
    var event = event
    if event.kind != .quote, event.kind != .bar { event.slot = MarketEvent.noSlot }
    switch event.kind {
    case .add:
      let key = Key(identifier: event.identifier, instrument: event.instrument)
      guard event.side != .none, !event.price.isNone, event.quantity.lots > 0, orders[key] == nil else {
        return orphan(event)
      }
      event.slot = allocator.take()
      arrivals += 1
      orders[key] = Order(
        slot: event.slot, side: event.side, price: event.price, quantity: event.quantity.lots, arrival: arrivals)
      return event
    case .cancel, .reduce, .modify, .execute, .fill: return applyToOrder(event, replacement)
    case .clear, .snapshotBegin:
      let gone = orders.filter { $0.key.instrument == event.instrument }
      for slot in gone.values.map(\.slot).sorted() { allocator.release(slot) }
      for key in gone.keys { orders[key] = nil }
      return event
    case .setLevel:
      return event.side == .none || event.price.isNone || event.quantity.lots < 0 ? orphan(event) : event
    default: return event
    }
  }

  private mutating func applyToOrder(_ event: MarketEvent, _ replacement: UInt64?) -> MarketEvent {
    let key = Key(identifier: event.identifier, instrument: event.instrument)
    guard var order = orders[key] else { return orphan(event) }
    if event.quantity.lots < 0, event.kind != .fill { return orphan(event) }
    let isPriced = event.kind == .execute && event.flags.contains(.pricedExecution)
    if event.price.isNone, event.kind == .modify || isPriced { return orphan(event) }
    let newKey = replacement.map { Key(identifier: $0, instrument: event.instrument) }
    if let newKey {
      if event.kind != .modify { return orphan(event) }
      if newKey != key, orders[newKey] != nil { return orphan(event) }
    }
    var result = event
    result.slot = order.slot
    if result.side == .none { result.side = order.side }
    if result.price.isNone { result.price = order.price }
    let quantity = event.quantity.lots
    var left = order.quantity
    switch event.kind {
    case .cancel:
      if quantity == 0 { result.quantity = Quantity(lots: order.quantity) }
      left = quantity == 0 ? 0 : max(0, order.quantity - quantity)
    case .reduce, .execute: left = max(0, left - quantity)
    case .modify: left = quantity
    default: break
    }
    let takesMore = event.kind != .fill && event.kind != .modify && result.quantity.lots > order.quantity
    let movesPrice = event.kind != .modify && !isPriced && result.price != order.price
    let removesByModify = event.kind == .modify && left == 0
    if takesMore || movesPrice || removesByModify || result.side != order.side {
      result.flags.insert(.contradictsBook)
    }
    if left == 0 {
      orders[key] = nil
      allocator.release(order.slot)
      return result
    }
    if event.kind == .modify {
      let keeps = replacement == nil && sizeDownKeepsPriority && event.price == order.price && left <= order.quantity
      if !keeps {
        arrivals += 1
        order.arrival = arrivals
      }
      order.price = event.price
    }
    order.quantity = left
    orders[key] = nil
    orders[newKey ?? key] = order
    return result
  }
}
