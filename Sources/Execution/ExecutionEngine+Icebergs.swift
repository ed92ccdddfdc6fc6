import MarketTypes
import OrderBooks

/// Orders that show a part of themselves at a time.
extension ExecutionEngine {
  static let mostIcebergParts: Int64 = 10_000

  /// Each part of an iceberg is a step of its own: a lane must not be able to ask for billions of them.
  func hasTooManyParts(_ index: Int, quantity: Int64) -> Bool {
    guard orders[index].marks.contains(.special), extras[index].displayQuantity > 0 else { return false }
    return quantity / extras[index].displayQuantity > Self.mostIcebergParts
  }

  /// Shows the next part of an iceberg, or all of a plain order.
  mutating func refill(_ index: Int) {
    let shown = min(extras[index].displayQuantity, extras[index].reserve)
    extras[index].reserve &-= shown
    orders[index].openQuantity = shown
  }

  /// The shown part is gone: the next one joins the back of the queue.
  mutating func showMore(_ index: Int, time: Int64, books: borrowing BookSet) {
    refill(index)
    joinQueue(index, time: time, books: books, isShared: false)
  }

  /// Splits what is open into the shown part and the reserve, before it rests.
  mutating func hideReserve(_ index: Int) {
    let shown = extras[index].displayQuantity
    guard shown > 0, orders[index].openQuantity > shown else { return }
    extras[index].reserve &+= orders[index].openQuantity &- shown
    orders[index].openQuantity = shown
  }

  /// Lowers what is open in total; an iceberg gives up its reserve first.
  mutating func reduceOpen(_ index: Int, to quantity: Int64) {
    let reserve = reserve(index)
    guard reserve > 0 else {
      orders[index].openQuantity = quantity
      return
    }
    let shown = min(orders[index].openQuantity, quantity)
    extras[index].reserve = quantity &- shown
    orders[index].openQuantity = shown
  }

  /// Sets what is open in total, for an order that will join a queue anew.
  mutating func replaceOpen(_ index: Int, by quantity: Int64) {
    orders[index].openQuantity = quantity
    if orders[index].marks.contains(.special) { extras[index].reserve = 0 }
  }
}
