import Execution
import MarketTypes

/// What the desk itself is about to offer under the same names; this file goes when it does.
extension Desk {
  /// One of the lane's orders, as it knows it.
  struct KnownOrder {
    let handle: Int32
    private let order: LaneOrder

    init(handle: Int32, order: LaneOrder) {
      self.handle = handle
      self.order = order
    }

    var identifier: UInt64 { order.identifier }
    var price: Price { Price(ticks: order.price) }
    var openQuantity: Int64 { order.knownQuantity }
    var side: Side { order.side }
    var instrument: Int { Int(order.instrument) }
    var isAcknowledged: Bool { order.isAcknowledged }
    var isCancelSent: Bool { order.isCancelSent }
  }

  var orders: [KnownOrder] {
    var all: [KnownOrder] = []
    forEachOrder { all.append(KnownOrder(handle: $0, order: $1)) }
    return all
  }

  /// The desk does not know yet how many there are.
  var instrumentCount: Int { 65_536 }

  func openQuantity(_ side: Side, _ instrument: Int = 0) -> Int64 {
    var total: Int64 = 0
    forEachOrder { _, order in
      if order.side == side, Int(order.instrument) == instrument { total += order.knownQuantity }
    }
    return total
  }

  /// The runner wakes nobody yet.
  func wake(at time: Int64) {}
}
