import Accounting
import MarketTypes
import Numerics
import OrderBooks

/// A lane's chance of fills at its orders' prices, ready to be drawn.
struct FillDraw: Sendable {
  /// 2^32 where every fill happens.
  var threshold: UInt64
  var random: RandomStream
}

/// What drawing needs to know of an order.
struct OrderDraws: BitwiseCopyable {
  /// Its number among the orders that its lane sent, from 0.
  var order: UInt64 = 0
  var count: UInt64 = 0
  /// The event that missed it: it has had its turn there.
  var missedStamp: Int64 = -1
}

extension ExecutionEngine {
  /// Begins what is kept beside an order that is being sent: its fees and its draws, where lanes need them.
  @inline(never)
  mutating func beginRecords(_ index: Int, lane: Int) {
    if !meter.isPlain { orderFees[index] = OrderFees() }
    if drawsFills { orderDraws[index] = OrderDraws(order: UInt64(statistics[lane].sent)) }
  }

  /// Whether a fill that an event at the order's own price would bring is drawn as missed; the order then joins its queue
  /// anew, at the back.
  @inline(never)
  mutating func misses(_ index: Int, change: BookChange, cause: FillCause, books: borrowing BookSet) -> Bool {
    let lane = lane(of: index)
    let chance = fillDraws[lane]
    // What is traded through always fills; a bar fills only what its range went through.
    guard chance.threshold < 1 << 32, change.price == orders[index].price, cause != .barRange else { return false }
    if orderDraws[index].missedStamp == stamp { return true }
    let draw = orderDraws[index]
    orderDraws[index].count &+= 1
    let bits = chance.random.bits(at: FillChance.index(order: draw.order, draw: draw.count)) >> 32
    if bits < chance.threshold { return false }
    orderDraws[index].missedStamp = stamp
    note(index, .missed, time: change.time)
    leaveQueue(index)
    joinQueue(index, time: change.time, books: books, isShared: false)
    return true
  }
}
