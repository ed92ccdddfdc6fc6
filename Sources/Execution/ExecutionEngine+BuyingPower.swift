import Accounting
public import MarketTypes
import RiskControls

/// What an order would have to be backed with.
struct WantedBacking {
  var instrument: Int
  var side: Side
  /// `Int32.min` without a limit.
  var price: Int32
  var quantity: Int64
  /// An order that is being changed, whose open quantity does not count twice; -1 for none.
  var replaces = -1
}

/// Proceeds of a lane's sales that have not changed hands.
struct UnsettledProceeds {
  var day: Int
  var amount: Money
}

/// Buying power: checked beside the risk gate, for lanes whose account is limited.
///
/// The venue's side of the account decides, which has booked every fill. Orders that the lane has sent and does not know to
/// be done count as if they will fill. Fees of the order itself are not part of it. An order that does not raise what must
/// back the position is never refused for it.
extension ExecutionEngine {
  /// Of orders that close a lane's positions for it.
  public static var closingIdentifier: OrderIdentifier { OrderIdentifier(UInt64.max) }

  /// Lets nothing pass but orders under `closingIdentifier`, or everything again; for lanes with credit.
  package mutating func restrict(lane: Int, _ isClosing: Bool) { isBeingClosed[lane] = isClosing }

  /// Why a lane that is watched may not send; nil when it may.
  @inline(never)
  mutating func watchedFailure(
    _ intent: OrderIntent, lane: Int, time: Int64, bestBid: Price, bestAsk: Price
  ) -> RiskReason? {
    if lanes[lane].mayStandStill, hasAskedTooMuch(lane: lane, time: time) { return .tooManyAtOnce }
    let terms = intent.terms
    if isBeingClosed[lane] { return terms.identifier == Self.closingIdentifier ? nil : .buyingPower }
    // Nonsense is refused by the gate, with its own reason.
    guard let credit = credits[lane], Int(intent.instrument) < instrumentCount, terms.side != .none,
      terms.quantity.lots > 0
    else { return nil }
    return shortage(
      credit,
      WantedBacking(
        instrument: Int(intent.instrument), side: terms.side, price: terms.price.ticks,
        quantity: terms.quantity.lots), lane: lane, time: time, bestBid: bestBid, bestAsk: bestAsk)
  }

  /// Whether a lane's account bears a change of one of its orders.
  @inline(never)
  mutating func bearsAmend(
    _ index: Int, lane: Int, price: Price, quantity: Int64, time: Int64, bestBid: Price, bestAsk: Price
  ) -> Bool {
    guard let credit = credits[lane] else { return true }
    if isBeingClosed[lane] { return false }
    let order = orders[index]
    let wanted = WantedBacking(
      instrument: Int(order.instrument), side: order.side, price: price.ticks, quantity: quantity, replaces: index)
    return shortage(credit, wanted, lane: lane, time: time, bestBid: bestBid, bestAsk: bestAsk) == nil
  }

  private mutating func shortage(
    _ credit: CreditTerms, _ wanted: WantedBacking, lane: Int, time: Int64, bestBid: Price, bestAsk: Price
  ) -> RiskReason? {
    switch credit.credit {
    case .none: cashShortage(credit, wanted, lane: lane, time: time, bestAsk: bestAsk)
    case .margin: marginShortage(credit, wanted, lane: lane, bestBid: bestBid, bestAsk: bestAsk)
    }
  }

  // MARK: - With credit

  private func marginShortage(
    _ credit: CreditTerms, _ wanted: WantedBacking, lane: Int, bestBid: Price, bestAsk: Price
  ) -> RiskReason? {
    var sum = BackingSum(capital: credit.capital)
    var before = Money.zero
    var after = Money.zero
    for instrument in 0..<instrumentCount {
      let place = lane &* instrumentCount &+ instrument
      let ledger = ledgers[place]
      let middle = feedKinds[instrument].lastBidPlusAsk
      let mark = middle == .min ? nil : MarkPrice(halfTicks: middle)
      sum.add(ledger, mark: mark, contract: contracts[instrument])
      var buys = openQuantities[2 &* place]
      var sells = openQuantities[2 &* place &+ 1]
      guard instrument == wanted.instrument else {
        guard let mark else { continue }
        let needed = worst(&sum, ledger.lots, buys, sells, mark, credit.margin, contracts[instrument])
        guard let needed else { return .buyingPower }
        before += needed
        after += needed
        continue
      }
      let touch = wanted.side == .buy ? bestAsk : bestBid
      let limit = wanted.price == .min ? touch : Price(ticks: wanted.price)
      let halves = limit.isNone ? middle : max(middle, 2 * Int64(limit.ticks))
      guard halves != .min else { return .noReferencePrice }
      let price = MarkPrice(halfTicks: halves)
      if wanted.replaces >= 0 {
        let open = orders[wanted.replaces].knownQuantity
        if wanted.side == .buy { buys -= open } else { sells -= open }
      }
      let (buysAfter, overflowsBuys) = buys.addingReportingOverflow(wanted.side == .buy ? wanted.quantity : 0)
      let (sellsAfter, overflowsSells) = sells.addingReportingOverflow(wanted.side == .sell ? wanted.quantity : 0)
      guard !overflowsBuys, !overflowsSells,
        let old = worst(&sum, ledger.lots, buys, sells, price, credit.margin, contracts[instrument]),
        let new = worst(&sum, ledger.lots, buysAfter, sellsAfter, price, credit.margin, contracts[instrument])
      else { return .buyingPower }
      before += old
      after += new
    }
    if after <= before, !sum.isTooLarge { return nil }
    return sum.isTooLarge || after > sum.equity ? .buyingPower : nil
  }

  /// The larger backing of what all open buys and all open sells would make of a position; nil when it is too large.
  func worst(
    _ sum: inout BackingSum, _ lots: Int64, _ buys: Int64, _ sells: Int64, _ mark: MarkPrice, _ rule: MarginRule,
    _ contract: ContractValue
  ) -> Money? {
    let (long, overflowsLong) = lots.addingReportingOverflow(buys)
    let (short, overflowsShort) = lots.subtractingReportingOverflow(sells)
    guard !overflowsLong, !overflowsShort, long > .min, short > .min else { return nil }
    let left = sum.backing(lots: long, mark: mark, rule: rule, isInitial: true, contract: contract)
    let right = sum.backing(lots: short, mark: mark, rule: rule, isInitial: true, contract: contract)
    return max(left, right)
  }

  // MARK: - Without credit

  private mutating func cashShortage(
    _ credit: CreditTerms, _ wanted: WantedBacking, lane: Int, time: Int64, bestAsk: Price
  ) -> RiskReason? {
    let place = lane &* instrumentCount &+ wanted.instrument
    if wanted.side == .sell {
      let replaced = wanted.replaces >= 0 ? orders[wanted.replaces].knownQuantity : 0
      let free = ledgers[place].lots - (openQuantities[2 &* place &+ 1] - replaced)
      return wanted.quantity > free ? .buyingPower : nil
    }
    var sum = BackingSum(capital: credit.capital)
    for instrument in 0..<instrumentCount {
      sum.addCash(ledgers[lane &* instrumentCount &+ instrument], contract: contracts[instrument])
    }
    let today = BusinessCalendar.weekdays.day(of: time)
    unsettled[lane].removeAll { $0.day <= today }
    var available = sum.equity
    for proceeds in unsettled[lane] { available -= proceeds.amount }
    let touch = bestAsk.isNone ? feedKinds[wanted.instrument].priceWithoutBook : bestAsk
    let limit = wanted.price == .min ? touch.ticks : wanted.price
    guard limit != .min else { return .noReferencePrice }
    var needed = sum.cost(lots: wanted.quantity, price: limit, contract: contracts[wanted.instrument])
    let open = openBuysCost(&sum, lane: lane, but: wanted.replaces) { instrument in
      let middle = feedKinds[instrument].lastBidPlusAsk
      return middle == .min ? limit : Int32(clamping: (middle + 1) >> 1)
    }
    guard let open else { return .buyingPower }
    needed += open
    return sum.isTooLarge || needed > available ? .buyingPower : nil
  }

  /// What the lane's open buys cost at their limits, or at a price of the market where they have none; nil when it is too
  /// large. An amend that is not answered counts at the higher of both limits.
  func openBuysCost(
    _ sum: inout BackingSum, lane: Int, but replaced: Int = -1, marketPrice: (_ instrument: Int) -> Int32
  ) -> Money? {
    var total = Money.zero
    for word in (lane * wordsPerLane)..<((lane + 1) * wordsPerLane) {
      var bits = alivePlaces[word]
      while bits != 0 {
        let index = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        let order = orders[index]
        guard index != replaced, order.sideIndex == 0 else { continue }
        let known = order.marks.contains(.pricedApart) ? knownPrices[index].confirmed : order.price
        let limit = max(known, requestedLimit(index))
        let price = limit != .min ? limit : marketPrice(Int(order.instrument))
        total += sum.cost(lots: order.knownQuantity, price: price, contract: contracts[Int(order.instrument)])
        if sum.isTooLarge || total > .limit { return nil }
      }
    }
    return total
  }

  /// Before a fill is booked: what short positions owe by then, and what it brings that changes hands later.
  @inline(never)
  mutating func beforeBooking(_ index: Int, lane: Int, price: Int32, quantity: Int64, time: Int64) {
    let instrument = Int(orders[index].instrument)
    if carryLedgers.count > 0 { accrueBorrow(lane: lane, instrument, until: time) }
    guard keepsUnsettled, orders[index].sideIndex == 1, settlesLater(lane) else { return }
    let sale = proceeds(of: quantity, at: price, instrument, lane: lane, time: time)
    unsettled[lane].enter(sale)
  }

  /// The lane cannot spend what it sold for before that has changed hands.
  func settlesLater(_ lane: Int) -> Bool {
    settlementDays[lane] > 0 && credits[lane]?.credit == AccountTerms.Credit.none
  }

  /// What a sale brings, and the day on which it will have changed hands.
  func proceeds(
    of quantity: Int64, at price: Int32, _ instrument: Int, lane: Int, time: Int64
  ) -> UnsettledProceeds {
    var sum = BackingSum(capital: .zero)
    let amount = sum.cost(lots: quantity, price: price, contract: contracts[instrument])
    let calendar = BusinessCalendar.weekdays
    let day = calendar.day(settlementDays[lane], after: calendar.day(of: time))
    return UnsettledProceeds(day: day, amount: amount)
  }
}

extension [UnsettledProceeds] {
  /// Fills come in order of time, so equal days stand at the end.
  mutating func enter(_ sale: UnsettledProceeds) {
    if let last = indices.last, self[last].day == sale.day {
      self[last].amount += sale.amount
    } else {
      append(sale)
    }
  }
}
