import MarketTypes
import OrderBooks

/// A report about an order from outside the simulation, with when it was made.
struct OutsideReport {
  var report: MatchingReport
  var time: Int64
}

/// What the feed has said about an order from outside.
struct OutsideOrder {
  var side: Side
  var price: Price
  /// Open quantity as the reports tell it.
  var open: Int64
  /// What the feed shows; 0 for an order that is not in the displayed book.
  var shown: Int64 = 0
  /// The part shown at a time; 0 shows everything.
  var display: Int64
  /// An amendment has sent it to the back of its queue.
  var lostPlace = false
}

/// Orders from outside come in every type, so the feed cannot tell from a report alone what is displayed: trades are
/// stated as they happen, and what rests is read from the engine when the message ends.
extension FeedRecorder {
  mutating func touch(_ order: UInt64) {
    if !touchedOrders.contains(order) { touchedOrders.append(order) }
  }

  mutating func receiveOutside(_ report: MatchingReport) {
    outsideReports.append(OutsideReport(report: report, time: time))
    let order = report.order.rawValue
    switch report.kind {
    case .accepted:
      outsideOrders[order] = OutsideOrder(
        side: report.side, price: report.price, open: report.quantity.lots, display: submittedDisplay)
      touch(order)
    case .modified:
      if let known = outsideOrders[order] {
        outsideOrders[order]?.lostPlace = report.price != known.price || report.quantity.lots > known.open
        outsideOrders[order]?.open = report.quantity.lots
      }
      touch(order)
    case .trade: tradeOutside(report)
    case .cancelled, .expired:
      if let known = outsideOrders.removeValue(forKey: order), known.shown > 0 {
        append(.cancel, order: order, side: known.side, price: known.price, quantity: known.shown)
      }
    case .decremented:
      // Both orders of one participant shrink without a trade: the feed shows the resting one's part.
      outsideOrders[order]?.open -= report.quantity.lots
      touch(order)
      takeShown(
        .reduce, report.counterparty.rawValue, report.quantity.lots,
        price: outsideOrders[report.counterparty.rawValue]?.price ?? report.price)
    case .triggered:
      // What the message's own order left rests by now, and the stop may trade with it.
      stateTaker()
      touch(order)
    case .rejected, .cancelRejected, .modifyRejected: break
    }
  }

  private mutating func tradeOutside(_ report: MatchingReport) {
    let (order, resting) = (report.order.rawValue, report.counterparty.rawValue)
    let quantity = report.quantity.lots
    // An auction has no taker; what a stop that it triggered trades afterwards has one.
    let isCross = report.side == .none
    tradeCount += 1
    if isCross {
      let flags: EventFlags = [.auction, .nonPrintable, .pricedExecution]
      for (party, side) in [(order, Side.buy), (resting, Side.sell)] {
        if party >= Self.firstOutsideOrder {
          takeShown(.execute, party, quantity, price: report.price, flags: flags)
        } else {
          append(.execute, order: party, side: side, price: report.price, quantity: quantity, flags: flags)
        }
      }
      append(.trade, order: 0, side: .none, price: report.price, quantity: quantity, flags: .auction)
    } else {
      if order == openTaker { takerOpen -= quantity }
      if order >= Self.firstOutsideOrder {
        outsideOrders[order]?.open -= quantity
        touch(order)
      }
      if resting < Self.firstOutsideOrder {
        append(.execute, order: resting, side: report.side.opposite, price: report.price, quantity: quantity)
      } else if !takeShown(.execute, resting, quantity, price: report.price) {
        append(.trade, order: 0, side: report.side, price: report.price, quantity: quantity, flags: .hidden)
      }
    }
    let takerBuys = isCross || report.side == .buy
    note(order, quantity, report.price.ticks, buys: takerBuys)
    note(resting, quantity, report.price.ticks, buys: !takerBuys)
  }

  /// Takes quantity off an order from outside; false when nothing of it is displayed. An iceberg shows its next part at
  /// once, at the back of its queue.
  @discardableResult
  private mutating func takeShown(
    _ kind: EventKind, _ order: UInt64, _ quantity: Int64, price: Price, flags: EventFlags = []
  ) -> Bool {
    guard var known = outsideOrders[order] else { return false }
    touch(order)
    let isShown = known.shown > 0
    var left = quantity
    while left > 0, known.shown > 0 {
      let part = min(left, known.shown)
      append(kind, order: order, side: known.side, price: price, quantity: part, flags: flags)
      known.shown -= part
      known.open -= part
      left -= part
      if known.shown == 0, known.open > 0, known.display > 0 {
        known.shown = min(known.display, known.open)
        append(.add, order: order, side: known.side, price: known.price, quantity: known.shown)
      }
    }
    known.open -= left
    outsideOrders[order] = known
    return isShown
  }

  /// Brings the feed to what the engine displays of the touched orders.
  mutating func stateOutsideOrders(_ engine: borrowing MatchingEngine) {
    for order in touchedOrders {
      guard var known = outsideOrders[order] else { continue }
      let identifier = OrderIdentifier(order)
      let displayed = engine.displayed(identifier)
      if let displayed, displayed.quantity.lots > 0 {
        let (price, quantity) = (displayed.price, displayed.quantity.lots)
        if known.shown == 0 {
          append(.add, order: order, side: known.side, price: price, quantity: quantity)
        } else if known.lostPlace || price != known.price || quantity > known.shown {
          append(.modify, order: order, side: known.side, price: price, quantity: quantity)
        } else if quantity < known.shown {
          append(.reduce, order: order, side: known.side, price: price, quantity: known.shown - quantity)
        }
        known.price = price
        known.shown = quantity
      } else if known.shown > 0 {
        append(.cancel, order: order, side: known.side, price: known.price, quantity: known.shown)
        known.shown = 0
      }
      known.lostPlace = false
      outsideOrders[order] = engine.order(identifier) == nil ? nil : known
    }
    touchedOrders.removeAll(keepingCapacity: true)
  }
}
