import MarketTypes

/// Turns Bitstamp's order states (created, changed, deleted) into what happened to the order.
///
/// The feed states the volume that is left, so live orders are remembered. It reports both sides of every trade, the
/// aggressor resting for a moment; executions are therefore not counted in volume (`nonPrintable`), prints are.
struct BitstampBook {
  struct Update {
    var time: Timestamp
    /// The order's own time at the exchange, whole seconds; for changes and deletions that of its creation.
    var exchangeSeconds: UInt32
    var identifier: UInt64
    var side: Side
    var price: Int64
    /// What is left of the order.
    var quantity: Int64
  }

  struct LiveOrder {
    var side: Side
    var price: Int64
    var quantity: Int64
    var since: Timestamp
  }

  /// Remembered identifiers of orders that ended or changed before they were created; more are forgotten.
  private static let mostEarly = 1 << 20

  private(set) var live: [UInt64: LiveOrder] = [:]
  /// Deleted before created: the creation that still comes is a ghost.
  private var endedEarly: Set<UInt64> = []
  private var changedEarly: [UInt64: (price: Int64, quantity: Int64)] = [:]
  private var seeded = SeededLevels()

  private func event(_ kind: EventKind, _ update: Update, instrument: UInt16) -> MarketEvent {
    MarketEvent(
      kind: kind, exchangeTime: update.time, localTime: update.time, instrument: instrument, side: update.side,
      identifier: update.identifier, origin: update.exchangeSeconds)
  }

  private func record(
    _ kind: EventKind, _ update: Update, instrument: UInt16, quantity: Int64, flags: EventFlags = [.endOfEvent]
  ) -> SourceRecord {
    var record = SourceRecord(event: event(kind, update, instrument: instrument))
    record.event.flags = flags
    record.price = update.price
    record.quantity = quantity
    return record
  }

  mutating func create(
    _ update: Update, instrument: UInt16, into sink: inout some RecordSink
  ) throws(ImportError) {
    if endedEarly.remove(update.identifier) != nil {
      return try sink.append(record(.orphan, update, instrument: instrument, quantity: update.quantity))
    }
    var update = update
    var flags: EventFlags = [.endOfEvent]
    if let change = changedEarly.removeValue(forKey: update.identifier) {
      (update.price, update.quantity) = change
      flags.insert(.contradictsBook)
    }
    live[update.identifier] = LiveOrder(
      side: update.side, price: update.price, quantity: update.quantity, since: update.time)
    try sink.append(record(.add, update, instrument: instrument, quantity: update.quantity, flags: flags))
  }

  mutating func change(
    _ update: Update, instrument: UInt16, into sink: inout some RecordSink
  ) throws(ImportError) {
    guard var order = live[update.identifier] else {
      if changedEarly.count < Self.mostEarly {
        changedEarly[update.identifier] = (update.price, update.quantity)
      }
      return try sink.append(record(.modify, update, instrument: instrument, quantity: update.quantity))
    }
    let taken = order.quantity - update.quantity
    if order.price != update.price || taken < 0 {
      try sink.append(record(.modify, update, instrument: instrument, quantity: update.quantity))
    } else if taken > 0 {
      try sink.append(
        record(.execute, update, instrument: instrument, quantity: taken, flags: [.endOfEvent, .nonPrintable]))
    } else {
      // Nothing changed; kept for audit.
      try sink.append(record(.orphan, update, instrument: instrument, quantity: update.quantity))
    }
    order.price = update.price
    order.quantity = update.quantity
    live[update.identifier] = order.quantity > 0 ? order : nil
  }

  mutating func delete(
    _ update: Update, instrument: UInt16, into sink: inout some RecordSink
  ) throws(ImportError) {
    guard let order = live.removeValue(forKey: update.identifier) else {
      if endedEarly.count < Self.mostEarly { endedEarly.insert(update.identifier) }
      changedEarly[update.identifier] = nil
      var record = record(.cancel, update, instrument: instrument, quantity: update.quantity)
      seeded.redirect(&record)
      return try sink.append(record)
    }
    let taken = order.quantity - update.quantity
    if taken > 0 {
      let isWhole = update.quantity == 0
      try sink.append(
        record(
          .execute, update, instrument: instrument, quantity: taken,
          flags: isWhole ? [.endOfEvent, .nonPrintable] : [.nonPrintable]))
      if isWhole { return }
    }
    try sink.append(record(.cancel, update, instrument: instrument, quantity: update.quantity))
  }
}

extension BitstampBook {
  /// Orders must have rested this long before a snapshot without their price proves them gone: snapshots are polled.
  private static let ghostAge: Int64 = 10_000_000_000

  /// The best bid and offer known equal the published ones.
  func agrees(with levels: [(level: SeededLevels.Level, quantity: Int64)]) -> Bool {
    func best(_ known: some Sequence<SeededLevels.Level>) -> (Int64?, Int64?) {
      var (bid, ask): (Int64?, Int64?) = (nil, nil)
      for level in known {
        if level.side == .buy { bid = max(bid ?? .min, level.price) } else { ask = min(ask ?? .max, level.price) }
      }
      return (bid, ask)
    }
    let known = live.values.map { SeededLevels.Level(side: $0.side, price: $0.price) } + seeded.orders.keys
    return best(known) == best(levels.map(\.level))
  }

  /// Adds what a published book holds beyond the orders known.
  mutating func seed(
    _ levels: [(level: SeededLevels.Level, quantity: Int64)], time: Timestamp, instrument: UInt16,
    into sink: inout some RecordSink
  ) throws(ImportError) {
    var known: [SeededLevels.Level: Int64] = [:]
    for order in live.values {
      let level = SeededLevels.Level(side: order.side, price: order.price)
      let (sum, overflows) = (known[level] ?? 0).addingReportingOverflow(order.quantity)
      known[level] = overflows ? .max : sum
    }
    let event = MarketEvent(
      kind: .add, exchangeTime: time, localTime: time, instrument: instrument, flags: [.endOfEvent, .synthetic])
    for (level, quantity) in levels {
      let missing = quantity - (known[level] ?? 0)
      if missing > 0, seeded.orders[level] == nil {
        try sink.append(seeded.add(level, quantity: missing, event: event))
      }
    }
  }

  /// Cancels orders that a published book proves gone: their price lies inside its range and has no level there.
  mutating func purge(
    _ levels: [(level: SeededLevels.Level, quantity: Int64)], time: Timestamp, instrument: UInt16,
    into sink: inout some RecordSink
  ) throws(ImportError) {
    let published = Set(levels.map(\.level))
    guard let lowest = levels.filter({ $0.level.side == .buy }).map(\.level.price).min(),
      let highest = levels.filter({ $0.level.side == .sell }).map(\.level.price).max()
    else { return }
    func isGone(_ level: SeededLevels.Level) -> Bool {
      !published.contains(level) && (level.side == .buy ? level.price > lowest : level.price < highest)
    }
    var gone: [(identifier: UInt64, level: SeededLevels.Level, quantity: Int64)] = []
    for (identifier, order) in live where time.nanoseconds - order.since.nanoseconds > Self.ghostAge {
      let level = SeededLevels.Level(side: order.side, price: order.price)
      if isGone(level) { gone.append((identifier, level, order.quantity)) }
    }
    for (level, order) in seeded.orders where isGone(level) { gone.append((order.identifier, level, order.quantity)) }
    // Dictionaries have no stable order; files must.
    gone.sort { $0.identifier < $1.identifier }
    for ghost in gone {
      live[ghost.identifier] = nil
      if seeded.orders[ghost.level]?.identifier == ghost.identifier { _ = seeded.remove(ghost.level) }
      var record = SourceRecord(
        event: MarketEvent(
          kind: .cancel, exchangeTime: time, localTime: time, instrument: instrument, side: ghost.level.side,
          identifier: ghost.identifier, flags: [.endOfEvent, .synthetic]))
      record.price = ghost.level.price
      record.quantity = ghost.quantity
      try sink.append(record)
    }
  }
}
