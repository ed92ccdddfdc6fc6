/// The hot byte of an event: operation in bits 0-4, side in bit 5, end-of-event in bit 6, a mark in bit 7.
///
/// Operations refine `EventKind` by what replay must read: a cancel or a whole execution reads a slot alone, because the
/// resting order already implies side, price and quantity.
public struct EventCode: Hashable, Sendable, BitwiseCopyable {
  /// What replay does, and with that which operand columns it advances.
  public enum Operation: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    /// Reads a price and a quantity; takes the next free slot.
    case add = 0
    /// Reads a slot, and frees it.
    case cancel = 1
    /// Reads a slot and a change (quantity removed, less than what rests).
    case reduce = 2
    /// Reads a slot, a price change (new minus old price) and a change (new quantity); goes to the back of its level.
    case modify = 3
    /// Reads a slot, and frees it: the whole remaining quantity traded at the order's price.
    case executeWhole = 4
    /// Reads a slot and a change (quantity traded, less than what rests).
    case executePart = 5
    /// Reads a slot, a change (quantity traded; frees the slot when nothing is left) and a price; the code's side is
    /// the resting order's.
    case executePriced = 6
    /// Reads a slot and a change; no book effect.
    case fill = 7
    /// Reads a price and a quantity; side is the aggressor's, the mark says the source named none.
    case trade = 8
    /// Reads a price and the level's new quantity.
    case setLevel = 9
    /// Reads a buy price, a sell price, and two quantities in that order.
    case quote = 10
    /// Reads four buy-column prices (open, high, low, close) and one quantity.
    case bar = 11
    /// Reads a quantity that holds a `MarketStatus`.
    case status = 12
    /// Frees every slot of the instrument, in ascending order of slot, and empties its levels.
    case clear = 13
    /// As `clear`; a snapshot follows.
    case snapshotBegin = 14
    case snapshotEnd = 15
    /// Reads nothing: an event on an order the source never announced.
    case orphan = 16
  }

  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable
  public init(_ operation: Operation, side: Side = .buy, isEndOfEvent: Bool = true, isMarked: Bool = false) {
    rawValue =
      operation.rawValue | (side == .sell ? 0x20 : 0) | (isEndOfEvent ? 0x40 : 0) | (isMarked ? 0x80 : 0)
  }

  /// The operation's number; compare with `Operation.rawValue` where an unknown one must not trap.
  @inlinable
  public var operationNumber: UInt8 { rawValue & 0x1F }

  @inlinable
  public var operation: Operation? { Operation(rawValue: operationNumber) }

  /// 0 for buy, 1 for sell: an index, so that hot code needs no branch.
  @inlinable
  public var sideIndex: Int { Int((rawValue >> 5) & 1) }

  @inlinable
  public var side: Side { sideIndex == 0 ? .buy : .sell }

  @inlinable
  public var isEndOfEvent: Bool { rawValue & 0x40 != 0 }

  /// Trade: the source named no aggressor. Add, modify and setLevel: part of a snapshot. Executions: not printable, because
  /// the source reports the trade in a print of its own. Fill: beyond the order's price, so it was not one of resting.
  @inlinable
  public var isMarked: Bool { rawValue & 0x80 != 0 }
}
