import MarketTypes
import OrderBooks

/// What comes to a venue from outside the simulation.
enum OutsideRequest {
  case new(OrderTerms)
  case cancel(OrderIdentifier)
  case amend(OrderAmendment)
}

/// A participant from outside trades like any other: its messages reach the same engines, and agents see what they do.
extension InstrumentMarket {
  /// Takes a request that reaches a venue now, after everything the market does at this moment.
  mutating func receive(_ request: OutsideRequest, venue: Int, at moment: Int64) {
    run(until: moment)
    let now = Timestamp(nanoseconds: time)
    sequence += 1
    venues[venue].recorder.begin(time: time, inAuction: false)
    switch request {
    case .new(let terms):
      venues[venue].recorder.submittedDisplay = max(0, terms.displayQuantity.lots)
      venues[venue].engine.submit(terms, sequence: sequence, time: now, into: &venues[venue].recorder)
      if terms.timeInForce == .goodTillDate, terms.expiry.nanoseconds > time {
        addExpiry(terms.expiry.nanoseconds, venue: venue)
      }
    case .cancel(let identifier):
      venues[venue].engine.cancel(identifier, sequence: sequence, time: now, into: &venues[venue].recorder)
    case .amend(let amendment):
      venues[venue].engine.amend(amendment, sequence: sequence, time: now, into: &venues[venue].recorder)
    }
    venues[venue].endMessage()
    collectFills(venue)
  }

  private mutating func addExpiry(_ moment: Int64, venue: Int) {
    let place = outsideExpiries.firstIndex { $0.time <= moment } ?? outsideExpiries.count
    outsideExpiries.insert((moment, venue), at: place)
  }

  /// Orders from outside end at their own moment, not with the venue's next message.
  mutating func expireOutsideOrders() {
    guard let expiry = outsideExpiries.popLast() else { return }
    let venue = expiry.venue
    sequence += 1
    venues[venue].recorder.begin(time: time, inAuction: false)
    venues[venue].engine.advance(
      to: Timestamp(nanoseconds: time), sequence: sequence, into: &venues[venue].recorder)
    venues[venue].endMessage()
    collectFills(venue)
  }

  /// Orders for the close appear in the book when its auction begins; day orders end with the session.
  mutating func outsidePhaseChanged(_ venue: Int) {
    for order in venues[venue].recorder.outsideOrders.keys.sorted() { venues[venue].recorder.touch(order) }
    if isClosed {
      venues[venue].engine.endSession(
        sequence: sequence, time: Timestamp(nanoseconds: time), into: &venues[venue].recorder)
    }
  }
}
