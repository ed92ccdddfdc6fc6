public import MarketTypes
public import OrderBooks

/// The rules of the matching engine as plainly as they can be written: one array of orders, filtered and sorted afresh
/// for every question. Slow on purpose; the twin that `MatchingEngine` must equal report by report.
public struct ReferenceMatchingEngine {
  enum Place { case displayed, hidden, pegged, stop, parked, auctionMarket, triggered }

  final class Order {
    var terms: OrderTerms
    var open: Int64
    var shown: Int64 = 0
    var place = Place.displayed
    var stopPrice: Int32
    /// First entry into the book, priority now, and place in a displayed queue.
    let entry: Int
    var arrival: Int
    var queue = 0

    init(terms: OrderTerms, open: Int64, number: Int) {
      self.terms = terms
      self.open = open
      stopPrice = terms.stopPrice.ticks
      entry = number
      arrival = number
    }

    var side: Side { terms.side }
    var isIceberg: Bool { terms.displayQuantity.lots > 0 && terms.displayQuantity < terms.quantity }
  }

  struct Incoming {
    var terms: OrderTerms
    var open: Int64
    var limit: Int32
    var isCancelled = false
    var prevents: Bool { terms.selfTradePrevention != .none && terms.participant != .anonymous }
    func accepts(_ ticks: Int32) -> Bool { terms.side == .buy ? ticks <= limit : ticks >= limit }
    func isOwn(_ order: Order) -> Bool { prevents && order.terms.participant == terms.participant }
  }

  let configuration: MatchingConfiguration
  var orders: [Order] = []
  var phase: MarketStatus
  var isCallPending: Bool
  var limits = PriceLimits.none
  var last: Int32?
  var statedReference = Price.none
  var now = Int64.min
  var sequence: UInt64 = 0
  var counter = 0
  var triggered: [Order] = []
  public var reports: [MatchingReport] = []

  public init(configuration: MatchingConfiguration) {
    self.configuration = configuration
    phase = configuration.initialPhase
    isCallPending = configuration.initialPhase.isAuctionCall
  }

  mutating func nextNumber() -> Int {
    counter += 1
    return counter
  }

  // MARK: Requests

  public mutating func submit(_ terms: OrderTerms, sequence: UInt64, time: Timestamp) {
    guard begin(sequence, time) else { return rejectNew(terms, .timeReversed) }
    if let reason = reasonAgainst(terms) { return rejectNew(terms, reason) }
    report(.accepted, terms, terms.quantity.lots)
    if terms.type.isStop {
      keepStop(terms)
    } else if terms.timeInForce == .atClose && phase != .closingAuction {
      add(terms, terms.quantity.lots).place = .parked
    } else if phase != .open {
      let order = add(terms, terms.quantity.lots)
      if terms.type == .market { order.place = .auctionMarket } else { rest(order) }
    } else {
      enter(terms)
    }
    settle()
  }

  public mutating func cancel(_ identifier: OrderIdentifier, sequence: UInt64, time: Timestamp) {
    guard begin(sequence, time) else { return rejectChange(.cancelRejected, identifier, .timeReversed) }
    guard let order = order(identifier) else { return rejectChange(.cancelRejected, identifier, .unknownOrder) }
    cancel(order, .requested)
    settle()
  }

  public mutating func amend(_ amendment: OrderAmendment, sequence: UInt64, time: Timestamp) {
    let identifier = amendment.identifier
    guard begin(sequence, time) else { return rejectChange(.modifyRejected, identifier, .timeReversed) }
    if let reason = reasonAgainst(amendment) { return rejectChange(.modifyRejected, identifier, reason) }
    let order = order(identifier)!
    let price = hasLimit(order.terms) ? amendment.price : order.terms.price
    let quantity = amendment.quantity.lots
    report(.modified, order.terms, quantity, price: price)
    if price == order.terms.price && quantity <= order.open {
      let reserve = order.place == .displayed ? order.open - order.shown : 0
      order.shown -= max(0, order.open - quantity - reserve)
      order.open = quantity
    } else {
      order.terms.price = price
      order.open = quantity
      order.arrival = nextNumber()
      if order.place == .displayed || order.place == .hidden {
        if phase == .open { reenter(order, limit: price.ticks) } else { rest(order) }
      } else if order.place == .pegged, phase == .open, let moved = pegPrice(order.terms) {
        reenter(order, limit: moved)
      }
    }
    settle()
  }

  public mutating func setPhase(_ new: MarketStatus, sequence: UInt64, time: Timestamp) {
    guard begin(sequence, time) else { return }
    if [.open, .closed, .postClose].contains(new), isCallPending {
      uncross()
      isCallPending = false
    }
    phase = new
    if [.preOpen, .openingAuction, .closingAuction].contains(new) { isCallPending = true }
    if new == .closingAuction {
      for order in byArrival(.parked) {
        if order.terms.type == .market {
          order.place = .auctionMarket
          order.arrival = nextNumber()
        } else if isBeyondLimit(order.terms.price, order.side) {
          cancel(order, .priceLimit)
        } else {
          rest(order)
        }
      }
    }
    if new == .open {
      if let last { trigger(by: last) }
      settle()
    }
  }

  public mutating func setLimits(_ new: PriceLimits, sequence: UInt64, time: Timestamp) {
    guard begin(sequence, time) else { return }
    limits = new
    for place in [Place.displayed, .hidden] {
      for side in [Side.buy, .sell] {
        for order in ladder(place, side) where isBeyondLimit(order.terms.price, side) { cancel(order, .priceLimit) }
      }
    }
    settle()
  }

  public mutating func setReferencePrice(_ price: Price) { statedReference = price }

  public mutating func advance(to time: Timestamp, sequence: UInt64) {
    guard begin(sequence, time) else { return }
    settle()
  }

  public mutating func endSession(sequence: UInt64, time: Timestamp) {
    guard begin(sequence, time) else { return }
    for order in inBookOrder() where order.terms.timeInForce == .day {
      report(.expired, order.terms, order.open)
      forget(order)
    }
    settle()
  }

  // MARK: Answers

  public func allOrders() -> [OpenOrder] {
    inBookOrder().map { order in
      let shown = order.place == .displayed ? order.shown : order.open
      return OpenOrder(
        identifier: order.terms.identifier, side: order.side, price: order.terms.price,
        shown: Quantity(lots: shown), open: Quantity(lots: order.open))
    }
  }

  public func levels(_ side: Side) -> [DepthLevel] {
    var result: [DepthLevel] = []
    for order in ladder(.displayed, side) {
      if result.last?.price != order.terms.price {
        result.append(DepthLevel(price: order.terms.price, quantity: .zero))
      }
      result[result.count - 1].quantity.lots += order.shown
    }
    return result
  }

  public func indicativeAuction() -> AuctionOutcome {
    let book = orders.filter { $0.place == .displayed || $0.place == .hidden }
    let markets = orders.filter { $0.place == .auctionMarket }
    let reference = statedReference.isNone ? last : statedReference.ticks
    var candidates: Set<Int32> = []
    let prices = book.map(\.terms.price.ticks)
    if let low = prices.min(), let high = prices.max() {
      for price in prices { candidates.formUnion([price - 1, price, price + 1]) }
      if let reference { candidates.insert(reference) }
      candidates = candidates.filter { $0 >= low && $0 <= high }
    } else if let reference {
      candidates = [reference]
    }
    var best: (volume: Int64, surplus: Int64, distance: Int64, price: Int32)?
    for price in candidates.sorted() {
      func total(_ list: [Order], _ side: Side) -> Int64 { list.filter { $0.side == side }.reduce(0) { $0 + $1.open } }
      let buys = total(markets, .buy) + total(book.filter { $0.terms.price.ticks >= price }, .buy)
      let sells = total(markets, .sell) + total(book.filter { $0.terms.price.ticks <= price }, .sell)
      let distance = reference.map { abs(Int64($0) - Int64(price)) } ?? 0
      let candidate = (volume: min(buys, sells), surplus: buys - sells, distance: distance, price: price)
      guard candidate.volume > 0 else { continue }
      guard let standing = best else {
        best = candidate
        continue
      }
      if (-candidate.volume, abs(candidate.surplus), candidate.distance)
        < (-standing.volume, abs(standing.surplus), standing.distance)
      {
        best = candidate
      }
    }
    guard let best else { return .none }
    return AuctionOutcome(
      price: Price(ticks: best.price), volume: Quantity(lots: best.volume), imbalance: Quantity(lots: best.surplus))
  }
}

// MARK: - Book

extension ReferenceMatchingEngine {
  func order(_ identifier: OrderIdentifier) -> Order? { orders.first { $0.terms.identifier == identifier } }

  /// Best price first, then time.
  func ladder(_ place: Place, _ side: Side) -> [Order] {
    orders.filter { $0.place == place && $0.side == side }.sorted { left, right in
      if left.terms.price != right.terms.price {
        return side == .buy ? left.terms.price > right.terms.price : left.terms.price < right.terms.price
      }
      return place == .displayed ? left.queue < right.queue : left.arrival < right.arrival
    }
  }

  func byArrival(_ place: Place, _ side: Side? = nil, where condition: (Order) -> Bool = { _ in true }) -> [Order] {
    orders.filter { $0.place == place && (side == nil || $0.side == side) && condition($0) }
      .sorted { $0.arrival < $1.arrival }
  }

  func inBookOrder() -> [Order] {
    ladder(.displayed, .buy) + ladder(.displayed, .sell) + ladder(.hidden, .buy) + ladder(.hidden, .sell)
      + byArrival(.pegged, .buy) + byArrival(.pegged, .sell)
      + byArrival(.stop) { $0.terms.type != .trailingStop } + byArrival(.stop) { $0.terms.type == .trailingStop }
      + byArrival(.parked) + byArrival(.auctionMarket, .buy) + byArrival(.auctionMarket, .sell)
  }

  @discardableResult
  mutating func add(_ terms: OrderTerms, _ open: Int64) -> Order {
    let order = Order(terms: terms, open: open, number: nextNumber())
    orders.append(order)
    return order
  }

  mutating func rest(_ order: Order) {
    if order.terms.flags.contains(.hidden) {
      order.place = .hidden
    } else {
      order.place = .displayed
      order.shown = order.isIceberg ? min(order.terms.displayQuantity.lots, order.open) : order.open
      order.queue = nextNumber()
    }
  }

  mutating func forget(_ order: Order) { orders.removeAll { $0 === order } }

  mutating func cancel(_ order: Order, _ reason: CancelReason) {
    report(.cancelled, order.terms, order.open, cancelReason: reason)
    forget(order)
  }

  /// Takes quantity off a resting order.
  mutating func take(_ quantity: Int64, from order: Order) {
    order.open -= quantity
    order.shown -= quantity
    if order.open == 0 {
      forget(order)
    } else if order.place == .displayed, order.shown == 0 {
      rest(order)
    }
  }

  func pegPrice(_ terms: OrderTerms) -> Int32? {
    let isBuy = terms.side == .buy
    let bid = ladder(.displayed, .buy).first.map { Int($0.terms.price.ticks) }
    let ask = ladder(.displayed, .sell).first.map { Int($0.terms.price.ticks) }
    var price: Int
    if terms.type == .peggedMidpoint {
      guard let bid, let ask else { return nil }
      let isHalf = (bid + ask) % 2 != 0
      let middle = (Double(bid) + Double(ask)) / 2
      price = isHalf ? Int((isBuy ? middle - 0.5 : middle + 0.5)) : Int(middle)
    } else {
      guard let touch = isBuy ? bid : ask else { return nil }
      price = touch
    }
    price += isBuy ? -Int(terms.offset) : Int(terms.offset)
    if !terms.price.isNone { price = isBuy ? min(price, Int(terms.price.ticks)) : max(price, Int(terms.price.ticks)) }
    price = isBuy ? min(price, Int(marketLimit(.buy))) : max(price, Int(marketLimit(.sell)))
    guard price >= Int(configuration.lowestPrice), price <= Int(configuration.highestPrice) else { return nil }
    return Int32(price)
  }

  func marketLimit(_ side: Side) -> Int32 {
    if side == .buy {
      return min(limits.limitUp.isNone ? .max : limits.limitUp.ticks, configuration.highestPrice)
    }
    return max(limits.limitDown.isNone ? .min : limits.limitDown.ticks, configuration.lowestPrice)
  }

  func isBeyondLimit(_ price: Price, _ side: Side) -> Bool {
    side == .buy
      ? !limits.limitUp.isNone && price > limits.limitUp : !limits.limitDown.isNone && price < limits.limitDown
  }
}

// MARK: - Matching

extension ReferenceMatchingEngine {
  /// Everything the other side offers, best first: price, then displayed before undisplayed, then time.
  func makers(against side: Side) -> [(order: Order, price: Int32)] {
    let other = side.opposite
    let displayed = ladder(.displayed, other).map { (order: $0, price: $0.terms.price.ticks, rank: 0, time: $0.queue) }
    let hidden = ladder(.hidden, other).map { (order: $0, price: $0.terms.price.ticks, rank: 1, time: $0.arrival) }
    let pegs = byArrival(.pegged, other).compactMap { order in
      pegPrice(order.terms).map { (order: order, price: $0, rank: 1, time: order.arrival) }
    }
    return (displayed + hidden + pegs).sorted { left, right in
      if left.price != right.price { return other == .buy ? left.price > right.price : left.price < right.price }
      return (left.rank, left.time) < (right.rank, right.time)
    }.map { ($0.order, $0.price) }
  }

  mutating func enter(_ terms: OrderTerms) {
    var limit: Int32? = terms.type == .market ? marketLimit(terms.side) : terms.price.ticks
    if terms.type.isPegged { limit = pegPrice(terms) }
    var incoming = Incoming(terms: terms, open: terms.quantity.lots, limit: limit ?? 0)
    let needed = terms.timeInForce == .fillOrKill ? terms.quantity.lots : terms.minimumQuantity.lots
    if needed > 0, !canTrade(needed, incoming) {
      let reason = terms.timeInForce == .fillOrKill ? CancelReason.fillOrKill : .minimumQuantityNotMet
      return report(.cancelled, terms, terms.quantity.lots, cancelReason: reason)
    }
    if limit != nil { match(&incoming) }
    if incoming.isCancelled {
      report(.cancelled, terms, incoming.open, cancelReason: .selfTradePrevention)
    } else if incoming.open == 0 {
      return
    } else if terms.type == .market {
      report(.cancelled, terms, incoming.open, cancelReason: .noLiquidity)
    } else if terms.timeInForce == .immediateOrCancel {
      report(.cancelled, terms, incoming.open, cancelReason: .immediateOrCancel)
    } else if terms.timeInForce == .fillOrKill {
      report(.cancelled, terms, incoming.open, cancelReason: .fillOrKill)
    } else if terms.type.isPegged {
      add(terms, incoming.open).place = .pegged
    } else {
      rest(add(terms, incoming.open))
    }
  }

  mutating func reenter(_ order: Order, limit: Int32) {
    orders.removeAll { $0 === order }
    var incoming = Incoming(terms: order.terms, open: order.open, limit: limit)
    match(&incoming)
    order.open = incoming.open
    if incoming.isCancelled {
      report(.cancelled, order.terms, order.open, cancelReason: .selfTradePrevention)
    } else if order.open > 0 {
      orders.append(order)
      order.arrival = nextNumber()
      if order.place != .pegged { rest(order) }
    }
  }

  mutating func match(_ incoming: inout Incoming) {
    while incoming.open > 0, !incoming.isCancelled {
      let all = makers(against: incoming.terms.side)
      guard let best = all.first, incoming.accepts(best.price) else { return }
      if best.order.place != .displayed || configuration.allocation == .priceTime {
        if incoming.isOwn(best.order) {
          preventSelfTrade(best.order, &incoming, best.price)
        } else {
          let resting = best.order.place == .displayed ? best.order.shown : best.order.open
          trade(best.order, &incoming, min(incoming.open, resting), best.price)
        }
        continue
      }
      let level = all.filter { $0.price == best.price && $0.order.place == .displayed }.map(\.order)
      if let own = level.first(where: { incoming.isOwn($0) }) {
        preventSelfTrade(own, &incoming, best.price)
        continue
      }
      for (order, quantity) in zip(level, shares(of: incoming.open, over: level.map(\.shown))) where quantity > 0 {
        trade(order, &incoming, quantity, best.price)
      }
    }
  }

  /// How an incoming quantity is shared over a level.
  func shares(of incoming: Int64, over resting: [Int64]) -> [Int64] {
    let traded = min(incoming, resting.reduce(0, +))
    var firstPercent: Int64 = 0
    if case .mixed(let percent) = configuration.allocation { firstPercent = Int64(percent) }
    var firstLeft = traded * firstPercent / 100
    var result = resting.map { quantity -> Int64 in
      defer { firstLeft -= min(firstLeft, quantity) }
      return min(firstLeft, quantity)
    }
    let proportional = traded - result.reduce(0, +)
    let rests = zip(resting, result).map { $0 - $1 }
    let pool = rests.reduce(0, +)
    for index in result.indices where pool > 0 {
      result[index] += Int64(Int128(proportional) * Int128(rests[index]) / Int128(pool))
    }
    var left = traded - result.reduce(0, +)
    for index in result.indices {
      let extra = min(left, resting[index] - result[index])
      result[index] += extra
      left -= extra
    }
    return result
  }

  mutating func trade(_ maker: Order, _ incoming: inout Incoming, _ quantity: Int64, _ price: Int32) {
    reports.append(
      MatchingReport(
        kind: .trade, sequence: sequence, order: incoming.terms.identifier, side: incoming.terms.side,
        price: Price(ticks: price), quantity: Quantity(lots: quantity), counterparty: maker.terms.identifier))
    incoming.open -= quantity
    take(quantity, from: maker)
    last = price
    trigger(by: price)
  }

  mutating func preventSelfTrade(_ maker: Order, _ incoming: inout Incoming, _ price: Int32) {
    switch incoming.terms.selfTradePrevention {
    case .none: break
    case .cancelNewest: incoming.isCancelled = true
    case .cancelOldest: cancel(maker, .selfTradePrevention)
    case .cancelBoth:
      cancel(maker, .selfTradePrevention)
      incoming.isCancelled = true
    case .decrement:
      let quantity = min(incoming.open, maker.place == .displayed ? maker.shown : maker.open)
      reports.append(
        MatchingReport(
          kind: .decremented, sequence: sequence, order: incoming.terms.identifier, side: incoming.terms.side,
          price: Price(ticks: price), quantity: Quantity(lots: quantity), counterparty: maker.terms.identifier))
      incoming.open -= quantity
      take(quantity, from: maker)
    }
  }

  func canTrade(_ needed: Int64, _ incoming: Incoming) -> Bool {
    let stopsAtOwn = incoming.prevents && incoming.terms.selfTradePrevention != .cancelOldest
    let other = incoming.terms.side.opposite
    if stopsAtOwn, byArrival(.pegged, other).contains(where: { incoming.isOwn($0) }) { return false }
    let fixed = makers(against: incoming.terms.side).filter { $0.order.place != .pegged && incoming.accepts($0.price) }
    var total: Int64 = 0
    for maker in fixed {
      let level = fixed.filter { $0.price == maker.price && $0.order.place == maker.order.place }
      if total >= needed { return true }
      if stopsAtOwn, level.contains(where: { incoming.isOwn($0.order) }) { return false }
      if !incoming.isOwn(maker.order) { total += maker.order.open }
    }
    return total >= needed
  }

  mutating func settle() {
    while phase == .open {
      if let peg = firstCrossedMidpoint() {
        var incoming = Incoming(terms: peg.terms, open: peg.open, limit: pegPrice(peg.terms)!)
        match(&incoming)
        peg.open = incoming.open
        if incoming.isCancelled {
          cancel(peg, .selfTradePrevention)
        } else if peg.open == 0 {
          forget(peg)
        }
      } else if !triggered.isEmpty {
        enterTriggered(triggered.removeFirst())
      } else {
        return
      }
    }
  }

  func firstCrossedMidpoint() -> Order? {
    for side in [Side.buy, .sell] {
      guard let best = makers(against: side).first else { continue }
      for peg in byArrival(.pegged, side) where peg.terms.type == .peggedMidpoint {
        guard let price = pegPrice(peg.terms) else { continue }
        if side == .buy ? best.price <= price : best.price >= price { return peg }
      }
    }
    return nil
  }
}
