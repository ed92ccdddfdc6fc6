/// Which lots a closing fill closes.
public enum LotMethod: UInt8, Hashable, Sendable, CaseIterable {
  case firstInFirstOut
  case lastInFirstOut
  /// The lot of the highest cost first, which for a short is the lowest proceeds: the one that gains least.
  case highestCostFirst
  /// The average cost of all; holding periods go first in, first out.
  case averageCost
}

/// Lots that were opened together. A short has negative lots and a negative cost: what opening it brought.
public struct OpenLot: Hashable, Sendable {
  public var lots: Int64
  public var cost: Money
  /// Nanoseconds since the epoch.
  public var openedAt: Int64
  /// Its place in the order of opening.
  var sequence: Int

  /// Whether it closes before `other` where the highest cost goes first; of equal ones the earlier.
  func isDearer(than other: OpenLot) -> Bool {
    let left = Self.product(cost, other.lots)
    let right = Self.product(other.cost, lots)
    if left != right { return left.high != right.high ? left.high > right.high : left.low > right.low }
    return sequence < other.sequence
  }

  private static func product(_ cost: Money, _ lots: Int64) -> (high: Int128, low: UInt128) {
    cost.atoms.multipliedFullWidth(by: Int128(lots.magnitude))
  }
}

/// A part of a lot that was closed.
public struct ClosedLot: Hashable, Sendable {
  public var instrument: Int
  /// Positive for a long.
  public var lots: Int64
  public var openedAt: Int64
  public var closedAt: Int64
  public var cost: Money
  /// The value at the closing price; for a short negative, what closing it took.
  public var proceeds: Money
  /// Days between the opening day and the closing day.
  public var holdingDays: Int
  public var isLongTerm: Bool

  public var gain: Money { proceeds - cost }
}

/// The open lots of one instrument, all long or all short.
///
/// Costs are split in whole atoms and the rest stays in the lot, so that what is closed and what stays open always add
/// up to what was paid. A fill closes in time that depends on the lots it closes only; the highest cost is kept sorted.
public struct LotBook: Hashable, Sendable {
  /// A part that a fill closed.
  struct Closure {
    var lots: Int64
    var openedAt: Int64
    var cost: Money
    var proceeds: Money
  }

  public let method: LotMethod
  /// Signed lots of all.
  public private(set) var lots: Int64 = 0
  /// What the open lots cost.
  public private(set) var cost = Money.zero
  // In the order of opening, from `first`; for the highest cost first by rising cost, so that the next is the last.
  // With average cost the costs of the single lots mean nothing, and `cost` is the pool.
  private var open: [OpenLot] = []
  private var first = 0
  private var nextSequence = 0

  public init(method: LotMethod) { self.method = method }

  /// The open lots in the order of opening; with average cost each at its share of the pool.
  public var openLots: [OpenLot] {
    var result = open[first...].sorted { $0.sequence < $1.sequence }
    if method == .averageCost {
      var (sum, before) = (Int128(0), Money.zero)
      for place in result.indices {
        sum += Int128(result[place].lots.magnitude)
        let through = cost.share(sum, of: Int128(lots.magnitude))
        result[place].cost = through - before
        before = through
      }
    }
    return result
  }

  /// Opens lots of the sign of the position, or of either sign when it is flat.
  mutating func open(lots added: Int64, cost addedCost: Money, time: Int64) {
    assert(added != 0 && (lots == 0 || (lots < 0) == (added < 0)))
    lots += added
    cost += addedCost
    insert(OpenLot(lots: added, cost: addedCost, openedAt: time, sequence: nextSequence))
    nextSequence += 1
  }

  /// Closes `count` lots, at most the position, at what they are worth together, and hands over each part.
  mutating func close(count: Int64, proceeds: Money, _ body: (Closure) -> Void) {
    assert(count > 0 && count.magnitude <= lots.magnitude)
    let held = Int128(lots.magnitude)
    let pool = cost
    var done: Int64 = 0
    var (costBefore, proceedsBefore) = (Money.zero, Money.zero)
    while done < count {
      let place = nextPlace
      let lot = open[place]
      let part = min(count - done, Int64(lot.lots.magnitude))
      done += part
      let released: Money
      if method == .averageCost {
        let through = pool.share(Int128(done), of: held)
        released = through - costBefore
        costBefore = through
      } else {
        released = lot.cost.share(Int128(part), of: Int128(lot.lots.magnitude))
      }
      let proceedsThrough = proceeds.share(Int128(done), of: Int128(count))
      let signed = lot.lots < 0 ? -part : part
      body(
        Closure(
          lots: signed, openedAt: lot.openedAt, cost: released, proceeds: proceedsThrough - proceedsBefore))
      proceedsBefore = proceedsThrough
      lots -= signed
      cost -= released
      open[place].lots -= signed
      if method != .averageCost { open[place].cost -= released }
      settle(place)
    }
  }

  private var nextPlace: Int {
    switch method {
    case .firstInFirstOut, .averageCost: first
    case .lastInFirstOut, .highestCostFirst: open.count - 1
    }
  }

  /// Removes a lot that is empty; else restores the order, which rounding the cost of a part may have changed.
  private mutating func settle(_ place: Int) {
    if open[place].lots == 0 {
      switch method {
      case .firstInFirstOut, .averageCost:
        first += 1
        if first > 64, first * 2 > open.count {
          open.removeFirst(first)
          first = 0
        }
      case .lastInFirstOut, .highestCostFirst: open.removeLast()
      }
    } else if method == .highestCostFirst {
      var place = place
      while place > first, open[place - 1].isDearer(than: open[place]) {
        open.swapAt(place - 1, place)
        place -= 1
      }
    }
  }

  private mutating func insert(_ lot: OpenLot) {
    guard method == .highestCostFirst else { return open.append(lot) }
    var (low, high) = (first, open.count)
    while low < high {
      let middle = (low + high) / 2
      if lot.isDearer(than: open[middle]) { low = middle + 1 } else { high = middle }
    }
    open.insert(lot, at: low)
  }

  /// Replaces every `denominator` lots by `numerator`, at unchanged cost; false, and nothing done, where they do not fit.
  ///
  /// What the position holds beyond whole lots is closed at its share of `lotValue`, the value of a new lot of the
  /// position's sign, in the order of the method, and handed over as zero lots. Parts of lots that stay join the lot
  /// opened next, with their cost.
  mutating func split(numerator: Int64, denominator: Int64, lotValue: Money?, _ body: (Closure) -> Void) -> Bool {
    let sign: Int64 = lots < 0 ? -1 : 1
    let pieces = Int128(lots.magnitude) * Int128(numerator)
    let whole = pieces / Int128(denominator)
    guard let count = Int64(exactly: whole) else { return false }
    var remainder = pieces % Int128(denominator)
    // Lots count pieces of 1 ÷ denominator of a new lot while fractions are dealt with.
    var parts = openLots.map { (pieces: Int128($0.lots.magnitude) * Int128(numerator), lot: $0) }
    while remainder > 0 {
      let place = fractionPlace(parts.map(\.lot))
      let taken = min(remainder, parts[place].pieces)
      let released = parts[place].lot.cost.share(taken, of: parts[place].pieces)
      // Without a price the fraction goes at its cost.
      let proceeds = lotValue.map { $0.share(taken, of: Int128(denominator)) } ?? released
      body(Closure(lots: 0, openedAt: parts[place].lot.openedAt, cost: released, proceeds: proceeds))
      parts[place].pieces -= taken
      parts[place].lot.cost -= released
      cost -= released
      remainder -= taken
      if parts[place].pieces == 0 { parts.remove(at: place) }
    }
    open.removeAll(keepingCapacity: true)
    first = 0
    var (carriedPieces, carriedCost) = (Int128(0), Money.zero)
    for (pieces, lot) in parts {
      let all = carriedPieces + pieces
      var lot = lot
      let cost = carriedCost + lot.cost
      carriedPieces = all % Int128(denominator)
      carriedCost = cost.share(carriedPieces, of: all)
      let newLots = Int64(all / Int128(denominator))
      guard newLots > 0 else { continue }
      lot.lots = sign * newLots
      lot.cost = cost - carriedCost
      insert(lot)
    }
    lots = sign * count
    return true
  }

  private func fractionPlace(_ lots: [OpenLot]) -> Int {
    switch method {
    case .firstInFirstOut, .averageCost: 0
    case .lastInFirstOut: lots.count - 1
    case .highestCostFirst: lots.indices.max { lots[$1].isDearer(than: lots[$0]) } ?? 0
    }
  }

  /// What is wrong with the book, or nil.
  func violation() -> String? {
    let all = open[first...]
    if all.contains(where: { $0.lots == 0 || ($0.lots < 0) != (lots < 0) }) { return "a lot has a wrong sign" }
    if all.reduce(Int128(0), { $0 + Int128($1.lots) }) != Int128(lots) { return "the lots do not add up" }
    if lots == 0, cost != .zero { return "nothing is open at a cost of \(cost)" }
    if method != .averageCost, all.reduce(Money.zero, { $0 + $1.cost }) != cost { return "the costs do not add up" }
    return nil
  }
}
