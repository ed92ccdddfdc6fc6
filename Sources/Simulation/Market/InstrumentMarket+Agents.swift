import MarketTypes
import OrderBooks

extension InstrumentMarket {
  /// Sends an agent's message; it arrives after the agent's and the venue's latency.
  private mutating func send(
    _ kind: MarketMessage.Kind, order: UInt64, agent: Int, venue: Int, side: Side, price: Int32, quantity: Int64,
    latency: Int64, timeInForce: TimeInForce = .goodTillCancelled, flags: OrderFlags = []
  ) {
    sequence += 1
    messages.push(
      MarketMessage(
        time: time + latency + venueModels[venue].latencyNanoseconds, sequence: sequence, order: order,
        quantity: quantity, price: price, agent: Int32(agent), venue: UInt8(venue), kind: kind, side: side,
        timeInForce: timeInForce, flags: flags))
  }

  private mutating func newOrder(of agent: Int) -> UInt64 {
    ownerOfOrder.append(Int32(agent))
    return FeedRecorder.firstAgentOrder + UInt64(ownerOfOrder.count - 1)
  }

  /// The venue with the best price for a taker, then the lowest taker fee, then the first.
  private func bestVenue(toTake side: Side) -> (venue: Int, price: Price)? {
    var found: (venue: Int, price: Price)?
    for venue in 0..<venues.count {
      let price = venues[venue].engine.best(side.opposite)
      guard !price.isNone else { continue }
      guard let best = found else {
        found = (venue, price)
        continue
      }
      let isBetter = side == .buy ? price < best.price : price > best.price
      if isBetter || (price == best.price && venueModels[venue].takerRate < venueModels[best.venue].takerRate) {
        found = (venue, price)
      }
    }
    return found
  }

  mutating func wakeTaker(_ group: Int) {
    actionCount += 1
    defer { takers[group].schedule(from: time, &draws) }
    let model = takers[group].model
    let agent = takers[group].firstAgent + draws.index(below: model.count)
    guard isContinuous else { return }
    let decision = takers[group].decision(
      middle: middle(0), value: fundamental.value(at: time), time: time)
    guard decision != 0, abs(inventories[agent] + Int64(decision) * model.quantity) <= model.positionLimit else {
      return
    }
    take(side: decision > 0 ? .buy : .sell, quantity: model.quantity, agent: agent, latency: model.latencyNanoseconds)
  }

  private mutating func take(side: Side, quantity: Int64, agent: Int, latency: Int64) {
    guard let target = bestVenue(toTake: side) else { return }
    send(
      .new, order: newOrder(of: agent), agent: agent, venue: target.venue, side: side, price: target.price.ticks,
      quantity: quantity, latency: latency, timeInForce: .immediateOrCancel)
  }

  mutating func workInstitution() {
    actionCount += 1
    guard var state = institution else { return }
    let quantity = state.slice()
    institution = state
    guard isContinuous, quantity > 0 else { return }
    take(
      side: state.model.buys ? .buy : .sell, quantity: quantity, agent: inventories.count - 1,
      latency: state.model.latencyNanoseconds)
  }

  mutating func wakeMaker() {
    actionCount += 1
    defer { makers.schedule(from: time, &draws) }
    let model = makers.model
    let maker = draws.index(below: model.count)
    guard isContinuous else { return }
    let agent = makers.firstAgent + maker
    let venue = makers.venue(of: maker)
    let inventory = inventories[agent]
    let lean = model.leanTicks * Double(inventory) / Double(model.inventoryLimit)
    let center = middle(venue) - lean
    let half = Double(model.halfSpreadTicks)
    for sideIndex in 0..<2 {
      let side: Side = sideIndex == 0 ? .buy : .sell
      let wanted = sideIndex == 0 ? (center - half).rounded(.down) : (center + half).rounded(.up)
      guard wanted >= 1, wanted < 1e9 else { continue }
      let price = Int32(wanted)
      let place = maker * 2 + sideIndex
      let standing = makers.orders[place]
      guard makers.arrivals[place] <= time else { continue }
      let isLiving = standing != 0 && venues[venue].engine.order(OrderIdentifier(standing)) != nil
      let mayAdd = sideIndex == 0 ? inventory < model.inventoryLimit : inventory > -model.inventoryLimit
      if isLiving {
        if !mayAdd {
          send(
            .cancel, order: standing, agent: agent, venue: venue, side: side, price: price, quantity: 0,
            latency: model.latencyNanoseconds)
          makers.orders[place] = 0
        } else if makers.prices[place] != price {
          send(
            .amend, order: standing, agent: agent, venue: venue, side: side, price: price, quantity: model.quantity,
            latency: model.latencyNanoseconds)
          makers.prices[place] = price
        }
      } else if mayAdd {
        let order = newOrder(of: agent)
        send(
          .new, order: order, agent: agent, venue: venue, side: side, price: price, quantity: model.quantity,
          latency: model.latencyNanoseconds, flags: .postOnly)
        makers.orders[place] = order
        makers.prices[place] = price
        makers.arrivals[place] = time + model.latencyNanoseconds + venueModels[venue].latencyNanoseconds
      }
    }
  }
}
