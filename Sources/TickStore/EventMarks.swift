import MarketTypes

/// The cold `marks` value of an event: its flags exclusive-or those the code implies, and what else cannot be implied.
struct EventMarks: OptionSet, Hashable {
  let rawValue: UInt32

  static let statesPrice = EventMarks(rawValue: 1 << 21)
  static let statesQuantity = EventMarks(rawValue: 1 << 22)
  static let statesIdentifier = EventMarks(rawValue: 1 << 25)
  static let lacksLocalTime = EventMarks(rawValue: 1 << 26)
  static let statesOrigin = EventMarks(rawValue: 1 << 27)
  static let statesChannel = EventMarks(rawValue: 1 << 28)
  static let all = EventMarks(rawValue: 0x1FFF_FFFF)

  init(rawValue: UInt32) { self.rawValue = rawValue }

  init(flags: EventFlags, implied: EventFlags) {
    rawValue = UInt32(flags.rawValue ^ implied.rawValue)
  }

  /// The kind the source stated, where it is not the operation's own.
  var statedKind: EventKind? {
    let value = UInt8(truncatingIfNeeded: rawValue >> 16) & 31
    return value == 0 ? nil : EventKind(rawValue: value - 1)
  }

  static func stating(_ kind: EventKind) -> EventMarks { EventMarks(rawValue: UInt32(kind.rawValue + 1) << 16) }

  /// The side the source stated, where it is not the implied one.
  var statedSide: Side? {
    let value = UInt8(truncatingIfNeeded: rawValue >> 23) & 3
    return value == 0 ? nil : Side(rawValue: value - 1)
  }

  static func stating(_ side: Side) -> EventMarks { EventMarks(rawValue: UInt32(side.rawValue + 1) << 23) }

  func flags(implied: EventFlags) -> EventFlags {
    EventFlags(rawValue: UInt16(truncatingIfNeeded: rawValue) ^ implied.rawValue)
  }
}

extension EventCode.Operation {
  /// The kind an event of this operation has unless its marks state another.
  var naturalKind: EventKind {
    switch self {
    case .add: .add
    case .cancel: .cancel
    case .reduce: .reduce
    case .modify: .modify
    case .executeWhole, .executePart, .executePriced: .execute
    case .fill: .fill
    case .trade: .trade
    case .setLevel: .setLevel
    case .quote: .quote
    case .bar: .bar
    case .status: .status
    case .clear: .clear
    case .snapshotBegin: .snapshotBegin
    case .snapshotEnd: .snapshotEnd
    case .orphan: .orphan
    }
  }

  /// The operation names a resting order, so its identifier, side and price are implied.
  var readsSlot: Bool { operands.slots == 1 }
}

extension EventCode {
  /// The flags that the code alone implies.
  func impliedFlags(_ operation: Operation) -> EventFlags {
    var flags: EventFlags = isEndOfEvent ? [.endOfEvent] : []
    switch operation {
    case .add, .modify, .setLevel: if isMarked { flags.insert(.snapshot) }
    case .executeWhole, .executePart: if isMarked { flags.insert(.nonPrintable) }
    case .executePriced: flags.formUnion(isMarked ? [.pricedExecution, .nonPrintable] : .pricedExecution)
    default: break
    }
    return flags
  }
}
