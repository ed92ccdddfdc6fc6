public import MarketTypes
public import OrderBooks

/// A lane's request as it reaches a venue that really matches it.
public struct VenueRequest: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case new(OrderTerms)
    case cancel
    case amend(price: Price, quantity: Quantity)
  }

  public var time: Int64
  /// Index of the order in the engine.
  public var order: Int32
  public var instrument: UInt16
  public var kind: Kind
}

/// Lanes whose orders trade in a market of their own (`tradesAtVenue`): the engine keeps what the lane knows, the messages
/// under way, money and records; a matching engine elsewhere decides what becomes of the orders.
extension ExecutionEngine {
  /// The next request that has reached the venue by `time`; answer it with `venueReported`, then call `settle`.
  public mutating func takeRequest(upTo time: Int64) -> VenueRequest? {
    assert(tradesAtVenue)
    guard requests.nextTime <= time else { return nil }
    let message = requests.removeFirst()
    let index = Int(message.order)
    let kind: VenueRequest.Kind
    switch message.content {
    case RequestCode.new: kind = .new(terms(index))
    case RequestCode.cancel: kind = .cancel
    default:
      let amendment = amendments.remove(message.content)
      let left = quantityLeft(amendment, of: index)
      kind = left > 0 ? .amend(price: Price(ticks: amendment.price), quantity: Quantity(lots: left)) : .cancel
    }
    return VenueRequest(time: message.time, order: message.order, instrument: orders[index].instrument, kind: kind)
  }

  /// The request has been answered; its order's place may be free now.
  public mutating func settle(_ request: VenueRequest) { settleMessage(Int(request.order)) }

  /// The terms of an order that is on its way, as it was sent.
  private func terms(_ index: Int) -> OrderTerms {
    let order = orders[index]
    var terms = OrderTerms(
      identifier: OrderIdentifier(order.identifier), side: order.side, type: order.type,
      price: Price(ticks: order.price), quantity: Quantity(lots: order.openQuantity),
      timeInForce: order.timeInForce, flags: order.marks.contains(.postOnly) ? .postOnly : [])
    guard order.marks.contains(.special) else { return terms }
    let extra = extras[index]
    // Pegged orders are undisplayed by their type.
    if order.marks.contains(.hidden), !order.type.isPegged { terms.flags.insert(.hidden) }
    terms.displayQuantity = Quantity(lots: extra.displayQuantity)
    terms.minimumQuantity = Quantity(lots: extra.minimumQuantity)
    terms.stopPrice = Price(ticks: extra.stopPrice)
    terms.offset = extra.offset
    if order.timeInForce == .goodTillDate { terms.expiry = Timestamp(nanoseconds: extra.expiry) }
    terms.participant = ParticipantIdentifier(extra.participant)
    terms.selfTradePrevention = extra.selfTradePrevention
    return terms
  }

  /// Books what the venue says about one order; `books` are those of before the message that the report belongs to.
  public mutating func venueReported(
    _ report: MatchingReport, order: Int32, isMaker: Bool, cause: FillCause, time: Int64, books: borrowing BookSet
  ) {
    let index = Int(order)
    switch report.kind {
    case .accepted:
      orders[index].state = .working
      noteJoining(index, time: time, books: books)
      acknowledge(index, time: time)
    case .trade:
      fill(
        index, time: time, quantity: report.quantity.lots, price: report.price.ticks, isMaker: isMaker, cause: cause,
        causeArrival: BookChange.noArrival, causePrice: report.price.ticks, books: books)
      if orders[index].state == .finished { forgetJoining(index) }
    case .cancelled: leaveVenue(index, time: time, kind: .cancelled, cancelReason: report.cancelReason)
    case .expired: leaveVenue(index, time: time, kind: .expired, cancelReason: .none)
    case .modified:
      let isBehind = report.price.ticks != orders[index].price || report.quantity.lots > orders[index].openQuantity
      orders[index].openQuantity = report.quantity.lots
      orders[index].price = report.price.ticks
      if isBehind {
        forgetJoining(index)
        noteJoining(index, time: time, books: books)
      }
      tellAmended(index, time: time, answersAmend: true)
    case .rejected: reject(index, time: time, reason: report.rejectReason)
    case .cancelRejected: tell(index, time: time, kind: .cancelRejected, quantity: 0, price: .min, isFinal: false)
    case .modifyRejected:
      tell(index, time: time, kind: .amendRejected, quantity: 0, price: .min, isFinal: false, answersAmend: true)
    case .triggered:
      orders[index].type = orders[index].type == .stopLimit ? .limit : .market
      if orders[index].type == .market { orders[index].price = .min }
      note(index, .triggered, time: time)
      tell(
        index, time: time, kind: .triggered, quantity: orders[index].openQuantity, price: orders[index].price,
        isFinal: false)
    case .decremented:
      if orders[index].openQuantity == report.quantity.lots {
        leaveVenue(index, time: time, kind: .cancelled, cancelReason: .selfTradePrevention)
      } else {
        orders[index].openQuantity &-= report.quantity.lots
        tellAmended(index, time: time, answersAmend: false)
      }
    }
  }

  private mutating func tellAmended(_ index: Int, time: Int64, answersAmend: Bool) {
    note(index, .amended, time: time)
    tell(
      index, time: time, kind: .amended, quantity: orders[index].openQuantity, price: orders[index].price,
      isFinal: false, answersAmend: answersAmend)
  }

  private mutating func leaveVenue(_ index: Int, time: Int64, kind: Notice.Kind, cancelReason: CancelReason) {
    forgetJoining(index)
    finish(index, time: time, kind: kind, cancelReason: cancelReason)
  }

  /// Keeps what lay ahead of a recorded lane's limit order when it joined its queue; only fills read it.
  private mutating func noteJoining(_ index: Int, time: Int64, books: borrowing BookSet) {
    let order = orders[index]
    guard lanes[lane(of: index)].isRecorded, order.type == .limit, order.price != .min else { return }
    let level = books.level(order.side, at: Price(ticks: order.price), instrument: Int(order.instrument))
    orders[index].cohort = makeCohort(
      Cohort(
        arrival: books.nextArrival, ahead: level.quantity, frontTime: level.quantity == 0 ? time : .min,
        joinedTime: time, aheadWhenJoined: level.quantity, event: 0))
  }

  private mutating func forgetJoining(_ index: Int) {
    guard orders[index].cohort >= 0 else { return }
    freeCohorts.append(orders[index].cohort)
    orders[index].cohort = -1
  }
}
