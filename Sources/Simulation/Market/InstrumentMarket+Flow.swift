import MarketTypes
import Numerics
import OrderBooks

extension InstrumentMarket {
  private var baseRate: Double {
    var living = 0
    for venue in 0..<venues.count { living += venues[venue].flowOrders.count }
    return model.flow.limitRate + (isContinuous ? model.flow.marketRate : 0) + model.flow.cancelRate * Double(living)
  }

  /// Draws the next arrival of the Hawkes process by Ogata's thinning: between arrivals the intensity only falls.
  mutating func scheduleFlow() {
    let base = baseRate
    guard base > 0 else {
      nextFlow = .max
      return
    }
    var moment = time
    // The excitation may be known at a later moment, when a change of phase draws an arrival anew; growing back to now
    // is bounded, because an excitation that decayed to zero times infinity is not a number.
    let decay = -model.flow.decay * Double(moment - excitationTime) * 1e-9
    var excited = excitation * Elementary.exp(min(700, decay))
    while true {
      let bound = base + excited
      let wait = draws.exponential(mean: 1 / bound)
      // A nanosecond at least, so that time moves on however high the rate.
      moment += max(1, Int64(min(wait, 1e6) * 1e9))
      let decayed = excited * Elementary.exp(-model.flow.decay * wait)
      if excited < 1e-9 || draws.uniform() * bound <= base + decayed {
        excitation = decayed
        excitationTime = moment
        nextFlow = moment
        return
      }
      excited = decayed
    }
  }

  mutating func flowArrives() {
    actionCount += 1
    let flow = model.flow
    let base = baseRate
    let choice = draws.uniform() * base
    let marketRate = isContinuous ? flow.marketRate : 0
    if choice < flow.limitRate {
      placeLimit()
    } else if choice < flow.limitRate + marketRate {
      placeMarket()
    } else {
      cancelOne()
    }
    excitation += flow.branching * flow.decay
    scheduleFlow()
  }

  private mutating func placeLimit() {
    let venue = venues.count == 1 ? 0 : venueShares.draw(draws.uniform())
    let side: Side = draws.uniform() < 0.5 ? .buy : .sell
    let distance = Int32(distances.draw(draws.uniform()) + 1)
    let quantity = Int64(sizes.draw(draws.uniform()) + 1) * model.flow.sizeUnit
    let opposite = venues[venue].engine.best(side.opposite)
    let price: Int32
    if isContinuous, !opposite.isNone {
      price = side == .buy ? opposite.ticks - distance : opposite.ticks + distance
    } else {
      // Without a touch to lean on, and in auction calls where buyers and sellers overlap, the value is the anchor.
      let anchor = Int32(fundamental.value(at: time))
      let shifted = distance - 3
      price = side == .buy ? anchor - shifted : anchor + shifted
    }
    guard price >= 1 else { return }
    let order = nextFlowOrder
    nextFlowOrder += 1
    submit(
      OrderTerms(
        identifier: OrderIdentifier(order), side: side, price: Price(ticks: price), quantity: Quantity(lots: quantity)),
      venue: venue)
    collectFills(venue)
    venues[venue].flowOrders.append(order)
  }

  private mutating func placeMarket() {
    let venue = venues.count == 1 ? 0 : venueShares.draw(draws.uniform())
    if draws.uniform() >= model.flow.sidePersistence { lastMarketSide = draws.uniform() < 0.5 ? .buy : .sell }
    let quantity = Int64(sizes.draw(draws.uniform()) + 1) * model.flow.sizeUnit
    let order = nextFlowOrder
    nextFlowOrder += 1
    submit(
      OrderTerms(
        identifier: OrderIdentifier(order), side: lastMarketSide, type: .market, quantity: Quantity(lots: quantity),
        timeInForce: .immediateOrCancel), venue: venue)
    collectFills(venue)
  }

  private mutating func cancelOne() {
    var living = 0
    for venue in 0..<venues.count { living += venues[venue].flowOrders.count }
    guard living > 0 else { return }
    var place = draws.index(below: living)
    for venue in 0..<venues.count {
      let count = venues[venue].flowOrders.count
      guard place >= count else {
        // The last one takes the drawn one's place; one that has traded is only forgotten, at the same rate.
        let order = venues[venue].flowOrders[place]
        let last = venues[venue].flowOrders.removeLast()
        if place < count - 1 { venues[venue].flowOrders[place] = last }
        sequence &+= 1
        venues[venue].recorder.begin(time: time, inAuction: false)
        venues[venue].engine.cancel(
          OrderIdentifier(order), sequence: sequence, time: Timestamp(nanoseconds: time),
          into: &venues[venue].recorder)
        venues[venue].endMessage()
        return
      }
      place -= count
    }
  }
}
