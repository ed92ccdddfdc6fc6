/// One instrument's resting orders, simple and exact: a queue of orders per price.
struct SampleBook {
  struct Order {
    var identifier: UInt64
    var price: Int
    var quantity: Int
    var isBuy: Bool
    /// Its place in `live`.
    var place: Int
  }

  private(set) var orders: [UInt64: Order] = [:]
  /// The identifiers of all resting orders, for choosing one at random.
  private(set) var live: [UInt64] = []
  private var queues: [Int: [UInt64]] = [:]
  private(set) var bestBid = Int.min
  private(set) var bestAsk = Int.max

  var isTwoSided: Bool { bestBid != Int.min && bestAsk != Int.max }

  func first(at price: Int) -> Order? { queues[price]?.first.flatMap { orders[$0] } }

  mutating func add(_ identifier: UInt64, price: Int, quantity: Int, isBuy: Bool) {
    precondition(isBuy ? price < bestAsk : price > bestBid, "a resting order never crosses")
    orders[identifier] = Order(
      identifier: identifier, price: price, quantity: quantity, isBuy: isBuy, place: live.count)
    live.append(identifier)
    queues[price, default: []].append(identifier)
    if isBuy { bestBid = max(bestBid, price) } else { bestAsk = min(bestAsk, price) }
  }

  /// Takes quantity from an order and removes it when nothing is left.
  mutating func take(_ quantity: Int, from identifier: UInt64) {
    guard var order = orders[identifier] else { preconditionFailure("no order \(identifier)") }
    precondition(quantity > 0 && quantity <= order.quantity)
    order.quantity -= quantity
    if order.quantity > 0 { orders[identifier] = order } else { remove(order) }
  }

  mutating func remove(_ order: Order) {
    orders[order.identifier] = nil
    let last = live.removeLast()
    if last != order.identifier {
      live[order.place] = last
      orders[last]?.place = order.place
    }
    queues[order.price]?.removeAll { $0 == order.identifier }
    guard queues[order.price]?.isEmpty == true else { return }
    queues[order.price] = nil
    let prices = orders.isEmpty ? [] : Array(queues.keys)
    if order.isBuy, order.price == bestBid {
      bestBid = prices.filter { $0 < bestAsk }.max() ?? Int.min
    } else if !order.isBuy, order.price == bestAsk {
      bestAsk = prices.filter { $0 > bestBid }.min() ?? Int.max
    }
  }
}
