public import MarketTypes

/// An incoming order while it matches.
struct Taker {
  var identifier: UInt64
  var remaining: Int64
  var participant: UInt32
  /// The worst acceptable key of the other side's ladder.
  var limitKey: Int32
  var sideIndex: Int
  var selfTradePrevention: SelfTradePrevention
  /// Self-trade prevention ended it.
  var isCancelled = false

  var checksSelf: Bool { selfTradePrevention != .none && participant != 0 }
}

extension OrderTerms {
  /// A displayed limit order without any special wish.
  @inline(__always)
  var isPlain: Bool {
    type == .limit && timeInForce.rawValue <= TimeInForce.immediateOrCancel.rawValue && flags.isEmpty
      && selfTradePrevention == .none && displayQuantity.lots == 0 && minimumQuantity.lots == 0
  }
}

extension MatchingEngine {
  /// Takes a new order: checks it, trades what can be traded and keeps the rest as its terms say.
  @inlinable
  public mutating func submit<Sink: MatchingSink & ~Copyable>(
    _ terms: OrderTerms, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    submitImplementation(terms, sequence: sequence, time: time, into: &sink)
  }

  @usableFromInline
  mutating func submitImplementation<Sink: MatchingSink & ~Copyable>(
    _ terms: OrderTerms, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    guard begin(sequence: sequence, time: time, into: &sink) else {
      reject(terms, .timeReversed, into: &sink)
      return
    }
    if isPlain && terms.isPlain {
      submitPlain(terms, into: &sink)
    } else {
      submitSpecial(terms, into: &sink)
    }
  }

  /// Notes the message's number and time; false when time runs backwards.
  @inline(__always)
  mutating func begin<Sink: MatchingSink & ~Copyable>(
    sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) -> Bool {
    self.sequence = sequence
    guard time.nanoseconds >= now else { return false }
    now = time.nanoseconds
    if now >= nextExpiry { expireOrders(into: &sink) }
    return true
  }

  @inline(never)
  func reject<Sink: MatchingSink & ~Copyable>(
    _ terms: OrderTerms, _ reason: RejectReason, into sink: inout Sink
  ) {
    sink.receive(
      MatchingReport(
        kind: .rejected, sequence: sequence, order: terms.identifier, side: terms.side, price: terms.price,
        quantity: terms.quantity, rejectReason: reason))
  }

  @inline(__always)
  private mutating func submitPlain<Sink: MatchingSink & ~Copyable>(_ terms: OrderTerms, into sink: inout Sink) {
    let side = Int(terms.side.rawValue)
    let lots = terms.quantity.lots
    let ticks = terms.price.ticks
    guard
      side < 2, lots >= configuration.smallestQuantity, lots <= configuration.largestQuantity,
      ticks >= lowestEntry[side & 1], ticks <= highestEntry[side & 1], hasWholeUnits(lots: lots, ticks: ticks),
      identifiers.slot(of: terms.identifier.rawValue) == noSlot, !arena.isFull,
      identifiers.hasRoom(for: terms.identifier.rawValue)
    else {
      reject(terms, plainRejectReason(terms), into: &sink)
      return
    }
    sink.receive(
      MatchingReport(
        kind: .accepted, sequence: sequence, order: terms.identifier, side: terms.side, price: terms.price,
        quantity: terms.quantity))
    var taker = Taker(
      identifier: terms.identifier.rawValue, remaining: lots, participant: terms.participant.rawValue,
      limitKey: PriceLadder.key(ticks, sideIndex: side ^ 1), sideIndex: side, selfTradePrevention: .none)
    if ladders[side ^ 1].best.key <= taker.limitKey { matchPlain(&taker, into: &sink) }
    guard taker.remaining > 0 else { return }
    if terms.timeInForce == .immediateOrCancel {
      sink.receive(
        MatchingReport(
          kind: .cancelled, sequence: sequence, order: terms.identifier, side: terms.side, price: terms.price,
          quantity: Quantity(lots: taker.remaining), cancelReason: .immediateOrCancel))
      return
    }
    let slot = arena.take()
    arena.nodes[slot] = OrderNode(
      identifier: taker.identifier,
      word: taker.remaining << OrderNode.quantityShift | Int64(side)
        | (terms.timeInForce == .day ? OrderNode.dayBit : 0),
      next: noSlot, previous: noSlot, price: ticks, participant: taker.participant)
    identifiers.insert(taker.identifier, slot: slot)
    ladders[side].append(
      slot, key: PriceLadder.key(ticks, sideIndex: side), quantity: taker.remaining, nodes: arena.nodes)
  }

  @inline(__always)
  private func hasWholeUnits(lots: Int64, ticks: Int32) -> Bool {
    (configuration.quantityIncrement == 1 || lots % configuration.quantityIncrement == 0)
      && (configuration.priceIncrement == 1 || ticks % configuration.priceIncrement == 0)
  }

  @inline(never)
  private func plainRejectReason(_ terms: OrderTerms) -> RejectReason {
    let reason = rejectReason(terms)
    assert(reason != .none, "the quick checks and the full ones agree")
    return reason
  }
}
