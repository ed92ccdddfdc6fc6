import MarketTypes
import OrderBooks

/// Shares of the market that a lane has traded with and that still stand in the replay, which does not know of it.
///
/// Feeds that name orders say when such an order has left, so each is remembered by itself. Of a level's total only this is
/// certain: of what the lane took, no more still stands than the least the level has held since.
struct TakenLiquidity: BitwiseCopyable {
  var instrument: UInt16
  /// The side it rests on.
  var sideIndex: UInt8
  /// Of an order its slot and its time priority; `UInt32.max` for a share of a level's total, which has a price instead.
  var slot: UInt32
  var arrival: Int64
  var price: Int32
  var quantity: Int64
}

/// No two orders of a lane trade with the same shares.
extension ExecutionEngine {
  // MARK: - Remembering

  /// What the lane may still take from a level that holds `standing`, of orders that arrived before `arrival`.
  func freeQuantity(
    lane: Int, _ instrument: Int, _ sideIndex: UInt8, _ price: Int32, standing: Int64, before arrival: Int64 = .max,
    books: borrowing BookSet
  ) -> Int64 {
    var free = standing
    for taken in takenLiquidity[lane] where Int(taken.instrument) == instrument && taken.sideIndex == sideIndex {
      if taken.slot == .max {
        if taken.price == price { free &-= taken.quantity }
      } else if taken.arrival < arrival, let order = books.order(at: taken.slot), order.arrival == taken.arrival,
        order.price == price
      {
        free &-= min(taken.quantity, order.quantity)
      }
    }
    return max(0, free)
  }

  /// Notes what a lane takes from a level, from the front of its queue, and of what it has not taken before.
  mutating func remember(
    lane: Int, _ instrument: Int, _ sideIndex: UInt8, _ price: Int32, _ quantity: Int64, books: borrowing BookSet
  ) {
    var left = quantity
    if feedKinds[instrument].namesOrders {
      let queue = books.queue(sideIndex == 0 ? .buy : .sell, at: Price(ticks: price), instrument: instrument)
      for order in queue where left > 0 {
        let before = takenQuantity(lane: lane, slot: order.slot, arrival: order.arrival)
        let taken = min(left, order.quantity &- before)
        guard taken > 0 else { continue }
        remember(
          lane: lane, instrument: instrument, sideIndex, slot: order.slot, arrival: order.arrival, quantity: taken)
        left &-= taken
      }
    }
    if left > 0 { rememberLevel(lane: lane, instrument, sideIndex, price, left) }
  }

  /// How much of a resting order a lane has traded with.
  func takenQuantity(lane: Int, slot: UInt32, arrival: Int64) -> Int64 {
    for taken in takenLiquidity[lane] where taken.slot == slot && taken.arrival == arrival { return taken.quantity }
    return 0
  }

  /// Notes that a lane traded with the quantity that an event brought: it goes on resting in the replay.
  @inline(never)
  mutating func rememberArrival(lane: Int, _ change: BookChange, quantity: Int64, books: borrowing BookSet) {
    let (instrument, sideIndex) = (Int(change.instrument), UInt8(truncatingIfNeeded: change.sideIndex))
    // A lane that only rests never looks, so what has left is forgotten here, every so often.
    if takenLiquidity[lane].count & 15 == 15 { forgetGone(lane: lane, books: books) }
    if let order = books.order(at: change.slot) {
      remember(
        lane: lane, instrument: instrument, sideIndex, slot: change.slot, arrival: order.arrival, quantity: quantity)
    } else {
      rememberLevel(lane: lane, instrument, sideIndex, change.price, quantity)
    }
  }

  private mutating func remember(
    lane: Int, instrument: Int, _ sideIndex: UInt8, slot: UInt32, arrival: Int64, quantity: Int64
  ) {
    let word = Int(slot >> 6)
    while takenSlots.count <= word { takenSlots.append(0) }
    takenSlots[word] |= 1 &<< UInt64(slot & 63)
    for place in takenLiquidity[lane].indices
    where takenLiquidity[lane][place].slot == slot && takenLiquidity[lane][place].arrival == arrival {
      takenLiquidity[lane][place].quantity &+= quantity
      return
    }
    takenLiquidity[lane].append(
      TakenLiquidity(
        instrument: UInt16(truncatingIfNeeded: instrument), sideIndex: sideIndex, slot: slot, arrival: arrival,
        price: .min, quantity: quantity))
  }

  private mutating func rememberLevel(
    lane: Int, _ instrument: Int, _ sideIndex: UInt8, _ price: Int32, _ quantity: Int64
  ) {
    var total = quantity
    if let place = takenLiquidity[lane].firstIndex(where: {
      $0.slot == .max && $0.price == price && $0.sideIndex == sideIndex && Int($0.instrument) == instrument
    }) {
      takenLiquidity[lane][place].quantity &+= quantity
      total = takenLiquidity[lane][place].quantity
    } else {
      takenLiquidity[lane].append(
        TakenLiquidity(
          instrument: UInt16(truncatingIfNeeded: instrument), sideIndex: sideIndex, slot: .max, arrival: .min,
          price: price, quantity: quantity))
    }
    // The most that any lane remembers of the level: a total at or above it changes nothing.
    let side = instrument &* 2 &+ Int(sideIndex)
    if takenLevels[side].isOccupied(price: price) {
      let most = max(total, takenLevels[side].level(price: price).quantity)
      takenLevels[side].setQuantity(price: price, most)
    } else {
      takenLevels[side].add(price: price, quantity: total)
    }
  }

  // MARK: - Forgetting

  /// Orders that have left are no longer remembered.
  mutating func forgetGone(lane: Int, books: borrowing BookSet) {
    if takenLiquidity[lane].isEmpty { return }
    takenLiquidity[lane].removeAll { $0.slot != .max && books.order(at: $0.slot)?.arrival != $0.arrival }
  }

  /// An order has changed and with it its place in the queue: what lanes took of it, they took.
  @inline(__always)
  mutating func modified(_ change: BookChange, books: borrowing BookSet) {
    let word = Int(change.slot >> 6)
    if word < takenSlots.count, takenSlots[word] >> UInt64(change.slot & 63) & 1 == 1 {
      followTaken(change, books: books)
    }
  }

  @inline(never)
  private mutating func followTaken(_ change: BookChange, books: borrowing BookSet) {
    guard let order = books.order(at: change.slot) else { return }
    var isTaken = false
    for lane in 0..<laneCount {
      for place in takenLiquidity[lane].indices
      where takenLiquidity[lane][place].slot == change.slot && takenLiquidity[lane][place].arrival == change.arrival {
        takenLiquidity[lane][place].arrival = order.arrival
        isTaken = true
      }
    }
    if !isTaken { takenSlots[Int(change.slot >> 6)] &= ~(1 &<< UInt64(change.slot & 63)) }
  }

  /// A level of a feed without orders holds this much now.
  @inline(__always)
  mutating func levelHolds(_ side: Int, price: Int32, _ total: Int64) {
    if takenLevels[side].isOccupied(price: price), total < takenLevels[side].level(price: price).quantity {
      cutTaken(side, price: price, to: max(0, total))
    }
  }

  @inline(never)
  private mutating func cutTaken(_ side: Int, price: Int32, to total: Int64) {
    let (instrument, sideIndex) = (UInt16(truncatingIfNeeded: side >> 1), UInt8(truncatingIfNeeded: side & 1))
    for lane in 0..<laneCount {
      for place in takenLiquidity[lane].indices.reversed() {
        let taken = takenLiquidity[lane][place]
        guard taken.slot == .max, taken.price == price, taken.sideIndex == sideIndex, taken.instrument == instrument
        else { continue }
        if total == 0 {
          takenLiquidity[lane].remove(at: place)
        } else {
          takenLiquidity[lane][place].quantity = min(taken.quantity, total)
        }
      }
    }
    if total == 0 {
      _ = takenLevels[side].remove(price: price, quantity: 0)
    } else {
      takenLevels[side].setQuantity(price: price, total)
    }
  }

  /// The book of an instrument begins anew.
  @inline(never)
  mutating func forgetTaken(instrument: UInt16) {
    guard Int(instrument) < instrumentCount else { return }
    for lane in 0..<laneCount { takenLiquidity[lane].removeAll { $0.instrument == instrument } }
    takenLevels[2 * Int(instrument)].removeAll()
    takenLevels[2 * Int(instrument) + 1].removeAll()
  }
}
