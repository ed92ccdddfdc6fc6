public import MarketTypes

/// The obvious book: a list of orders in time priority, searched from the front. Twin of `BookSet`.
public struct ReferenceBook {
  public struct Order: Hashable {
    public var slot: UInt32
    public var instrument: UInt16
    public var sideIndex: Int
    public var price: Int32
    public var quantity: Int64
  }

  public struct LevelKey: Hashable {
    public var instrument: UInt16
    public var sideIndex: Int
    public var price: Int32

    public init(instrument: UInt16, sideIndex: Int, price: Int32) {
      self.instrument = instrument
      self.sideIndex = sideIndex
      self.price = price
    }
  }

  /// Live orders, earliest arrival first.
  public private(set) var orders: [Order] = []
  /// Totals of level feeds.
  public private(set) var setLevels: [LevelKey: Int64] = [:]
  public private(set) var slots = SlotAllocator()
  /// The price of the last trade of each instrument: a print, or an execution that none repeats.
  public private(set) var lastTrades: [UInt16: Int32] = [:]

  public init() {}

  public mutating func apply(_ event: HotEvent) {
    guard let operation = event.code.operation else { return }
    let place = event.slot.flatMap { slot in orders.firstIndex { $0.slot == slot } }
    switch operation {
    case .trade: lastTrades[event.instrument] = event.prices[0]
    case .executeWhole, .executePart, .executePriced:
      if let place, !event.code.isMarked {
        lastTrades[orders[place].instrument] = operation == .executePriced ? event.prices[0] : orders[place].price
      }
    default: break
    }
    switch operation {
    case .add:
      orders.append(
        Order(
          slot: slots.take(), instrument: event.instrument, sideIndex: event.code.sideIndex, price: event.prices[0],
          quantity: event.quantities[0]))
    case .cancel, .executeWhole:
      guard let place else { return }
      slots.release(orders[place].slot)
      orders.remove(at: place)
    case .reduce, .executePart:
      guard let place, let change = event.change else { return }
      orders[place].quantity -= change
    case .executePriced:
      guard let place, let change = event.change else { return }
      orders[place].quantity -= change
      if orders[place].quantity == 0 {
        slots.release(orders[place].slot)
        orders.remove(at: place)
      }
    case .modify:
      guard let place, let change = event.change, let priceChange = event.priceChange else { return }
      var order = orders.remove(at: place)
      order.price += priceChange
      order.quantity = change
      orders.append(order)
    case .setLevel:
      let key = LevelKey(
        instrument: event.instrument, sideIndex: event.code.sideIndex, price: event.prices[0])
      setLevels[key] = event.quantities[0] > 0 ? event.quantities[0] : nil
    case .clear, .snapshotBegin:
      for order in orders.filter({ $0.instrument == event.instrument }).sorted(by: { $0.slot < $1.slot }) {
        slots.release(order.slot)
      }
      orders.removeAll { $0.instrument == event.instrument }
      setLevels = setLevels.filter { $0.key.instrument != event.instrument }
    case .fill, .trade, .quote, .bar, .status, .snapshotEnd, .orphan: break
    }
  }

  /// Price, total and count of each level of a side, best first.
  public func levels(instrument: UInt16, sideIndex: Int) -> [(price: Int32, quantity: Int64, count: Int32)] {
    var totals: [Int32: (Int64, Int32)] = [:]
    for order in orders where order.instrument == instrument && order.sideIndex == sideIndex {
      totals[order.price, default: (0, 0)].0 += order.quantity
      totals[order.price, default: (0, 0)].1 += 1
    }
    for (key, quantity) in setLevels where key.instrument == instrument && key.sideIndex == sideIndex {
      totals[key.price] = (quantity, 1)
    }
    let prices = totals.keys.sorted { sideIndex == 0 ? $0 > $1 : $0 < $1 }
    return prices.map { ($0, totals[$0]?.0 ?? 0, totals[$0]?.1 ?? 0) }
  }

  public func queue(instrument: UInt16, sideIndex: Int, price: Int32) -> [Order] {
    orders.filter { $0.instrument == instrument && $0.sideIndex == sideIndex && $0.price == price }
  }
}
