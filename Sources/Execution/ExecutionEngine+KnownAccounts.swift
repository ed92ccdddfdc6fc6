public import Accounting
public import MarketTypes
import OrderBooks

/// What a lane that reads its account has heard of it, besides position and cash, which every lane has.
struct KnownAccount {
  /// What holding a position cost, until the lane hears of the market of that moment.
  struct Charge {
    var time: Int64
    var instrument: Int
    var amount: Int128
  }

  var bases: [CostBasis]
  /// By instrument, in billionths of a count.
  var fees: [Int128]
  /// Of fills that the lane has not heard of, oldest first: it hears of them in this order.
  var feesUnderWay: [Int128] = []
  var charges: [Charge] = []
  /// Of sales that it has heard of, by rising day.
  var unsettled: [UnsettledProceeds] = []

  /// One for each lane that reads its account, and the places of all lanes'.
  static func accounts(
    _ terms: [LaneTerms], _ hearing: [LaneHearing]?, _ contracts: [ContractValue]
  ) -> (accounts: [KnownAccount], places: [Int32]) {
    var accounts: [KnownAccount] = []
    var places = Array(repeating: Int32(-1), count: terms.count)
    for (lane, terms) in terms.enumerated() where hearing?[lane].account ?? false {
      places[lane] = Int32(accounts.count)
      accounts.append(
        KnownAccount(
          bases: contracts.map { CostBasis(method: terms.account.lotMethod, contract: $0) },
          fees: Array(repeating: 0, count: contracts.count)))
    }
    return (accounts, places)
  }

  /// What the lane has heard of by a time of the market.
  mutating func hear(upTo time: Int64) {
    if charges.isEmpty { return }
    for charge in charges where charge.time <= time { fees[charge.instrument] += charge.amount }
    charges.removeAll { $0.time <= time }
  }
}

/// Accounts as lanes know them, of those that read theirs; others pay a test of a flag for each fill.
extension ExecutionEngine {
  // MARK: - Keeping

  /// A fill was booked: the lane will hear of its fee with it.
  @inline(never)
  mutating func noteFee(_ fee: Int128, lane: Int) {
    let place = Int(accountPlaces[lane])
    if place >= 0 { knownAccounts[place].feesUnderWay.append(fee) }
  }

  /// A carrying cost was booked.
  mutating func noteCharge(_ amount: Int128, lane: Int, _ instrument: Int, time: Int64) {
    guard amount != 0 else { return }
    if lanes[lane].isRecorded {
      carry.notes.append(CarryNote(time: time, lane: Int32(lane), instrument: UInt16(instrument), paid: amount))
    }
    guard keepsAccounts, accountPlaces[lane] >= 0 else { return }
    knownAccounts[Int(accountPlaces[lane])].charges.append(
      KnownAccount.Charge(time: time, instrument: instrument, amount: amount))
  }

  /// The lane hears of a fill.
  @inline(never)
  mutating func hearFill(_ index: Int, lane: Int, _ detail: NoticeDetail) {
    let place = Int(accountPlaces[lane])
    guard place >= 0 else { return }
    let instrument = Int(orders[index].instrument)
    let isBuy = orders[index].sideIndex == 0
    knownAccounts[place].fees[instrument] += knownAccounts[place].feesUnderWay.removeFirst()
    knownAccounts[place].bases[instrument].fill(
      lots: isBuy ? detail.quantity : -detail.quantity, price: detail.price, time: detail.venueTime)
    if !isBuy, settlesLater(lane) {
      let sale = proceeds(of: detail.quantity, at: detail.price, instrument, lane: lane, time: detail.venueTime)
      knownAccounts[place].unsettled.enter(sale)
    }
  }

  /// A split changed the position that the lane knows.
  mutating func noteSplit(_ change: InstrumentChanges.Split, lane: Int, halfTicksBefore: Int64) {
    guard keepsAccounts, accountPlaces[lane] >= 0 else { return }
    let instrument = Int(change.instrument)
    knownAccounts[Int(accountPlaces[lane])].bases[instrument].split(
      change.split, lotsAfter: knownLots[lane &* instrumentCount &+ instrument], halfTicksBefore: halfTicksBefore,
      time: change.time)
  }

  // MARK: - Reading

  /// The part of an instrument in a lane's account; nil where no account is kept, or an amount is too large.
  public mutating func knownPosition(
    lane: Int, instrument: Int, seen: SeenPrices, marks: MarkRule
  ) -> LaneAccount.Position? {
    var sum = BackingSum(capital: .zero)
    let position = knownPosition(&sum, lane: lane, instrument: instrument, seen: seen, marks: marks)
    return sum.isTooLarge ? nil : position
  }

  private mutating func knownPosition(
    _ sum: inout BackingSum, lane: Int, instrument: Int, seen: SeenPrices, marks: MarkRule
  ) -> LaneAccount.Position? {
    let account = Int(accountPlaces[lane])
    guard account >= 0 else { return nil }
    knownAccounts[account].hear(upTo: seen.heardTime)
    let contract = contracts[instrument]
    guard let cost = knownAccounts[account].bases[instrument].cost(in: contract),
      let fees = contract.money(billionths: knownAccounts[account].fees[instrument])
    else { return nil }
    let place = lane &* instrumentCount &+ instrument
    var position = LaneAccount.Position()
    position.lots = knownLots[place]
    let mark = mark(instrument, lots: position.lots, seen, marks)
    position.mark = mark == .min ? nil : MarkPrice(halfTicks: mark)
    position.cost = cost
    position.fees = fees
    // What fills and splits brought in cash is the gains less the cost of open lots.
    position.realised = sum.money(counts: knownCash[place], contract: contract) + cost
    if let mark = position.mark, position.lots != 0 {
      position.value = sum.value(lots: position.lots, mark: mark, contract: contract)
    }
    return position
  }

  /// A lane's account at prices that the lane sees; nil where none is kept, or an amount is too large.
  public mutating func knownAccount(
    lane: Int, time: Int64, marks: MarkRule, seen: (_ instrument: Int) -> SeenPrices
  ) -> LaneAccount? {
    guard accountPlaces[lane] >= 0 else { return nil }
    let capital = credits[lane]?.capital ?? capitals[lane]
    var sum = BackingSum(capital: capital)
    var total = LaneAccount()
    total.cash = capital
    for instrument in 0..<instrumentCount {
      let position = knownPosition(&sum, lane: lane, instrument: instrument, seen: seen(instrument), marks: marks)
      guard let position, !sum.isTooLarge else { return nil }
      total.cash += position.realised - position.cost - position.fees
      total.fees += position.fees
      total.realised += position.realised
      total.unrealised += position.unrealised
      guard total.cash.magnitude <= .limit, total.unrealised.magnitude <= .limit else { return nil }
    }
    total.equity = capital + total.realised + total.unrealised - total.fees
    guard let credit = credits[lane] else { return total }
    let power =
      switch credit.credit {
      case .none: cashPower(lane: lane, cash: total.cash, time: time, seen: seen)
      case .margin: marginPower(credit.margin, lane: lane, cash: total.cash, seen: seen)
      }
    guard let power else { return nil }
    total.buyingPower = power
    return total
  }

  private mutating func cashPower(
    lane: Int, cash: Money, time: Int64, seen: (_ instrument: Int) -> SeenPrices
  ) -> Money? {
    let account = Int(accountPlaces[lane])
    let today = BusinessCalendar.weekdays.day(of: time)
    knownAccounts[account].unsettled.removeAll { $0.day <= today }
    var sum = BackingSum(capital: .zero)
    let open = openBuysCost(&sum, lane: lane) { instrument in
      let middle = middle(instrument, seen(instrument))
      return middle == .min ? 0 : Int32(clamping: (middle + 1) >> 1)
    }
    guard let open else { return nil }
    return knownAccounts[account].unsettled.reduce(cash - open) { $0 - $1.amount }
  }

  private func marginPower(
    _ rule: MarginRule, lane: Int, cash: Money, seen: (_ instrument: Int) -> SeenPrices
  ) -> Money? {
    var sum = BackingSum(capital: cash)
    var needed = Money.zero
    for instrument in 0..<instrumentCount {
      let halves = middle(instrument, seen(instrument))
      guard halves != .min else { continue }
      let place = lane &* instrumentCount &+ instrument
      let mark = MarkPrice(halfTicks: halves)
      let backing = worst(
        &sum, knownLots[place], openQuantities[2 &* place], openQuantities[2 &* place &+ 1], mark, rule,
        contracts[instrument])
      guard let backing else { return nil }
      sum.addValue(lots: knownLots[place], mark: mark, contract: contracts[instrument])
      needed += backing
      guard needed <= .limit else { return nil }
    }
    return sum.isTooLarge ? nil : sum.equity - needed
  }

  // MARK: - Marks

  /// What a position of so many lots is worth to someone who sees these prices, in half ticks; `Int64.min` before the first.
  private func mark(_ instrument: Int, lots: Int64, _ seen: SeenPrices, _ rule: MarkRule) -> Int64 {
    if let carried = carriedMiddle(instrument, seen) { return carried }
    let price =
      switch rule {
      case .middle: Price.none
      case .last: seen.last
      case .touch: lots < 0 ? seen.ask : seen.bid
      }
    return price.isNone ? middle(instrument, seen) : 2 * Int64(price.ticks)
  }

  private func middle(_ instrument: Int, _ seen: SeenPrices) -> Int64 {
    if let carried = carriedMiddle(instrument, seen) { return carried }
    if !seen.isDelayed { return feedKinds[instrument].lastBidPlusAsk }
    if !seen.bid.isNone, !seen.ask.isNone { return Int64(seen.bid.ticks) + Int64(seen.ask.ticks) }
    return seen.last.isNone ? .min : 2 * Int64(seen.last.ticks)
  }

  /// The middle that a split carried over, while the prices that someone sees are still those of before it; nil otherwise.
  private func carriedMiddle(_ instrument: Int, _ seen: SeenPrices) -> Int64? {
    guard changes.carried.indices.contains(instrument), let carried = changes.carried[instrument] else { return nil }
    return carried.prices == FormerPrices(bid: seen.bid, ask: seen.ask, last: seen.last) ? carried.middle : nil
  }
}

/// The prices of an instrument that a lane sees.
public struct SeenPrices {
  let bid: Price
  let ask: Price
  let last: Price
  /// Through a feed of its own; the venue's own book otherwise.
  let isDelayed: Bool
  /// The exchange time of the latest event that it has heard of; `Int64.max` for all there were.
  let heardTime: Int64

  public init(bid: Price, ask: Price, last: Price, isDelayed: Bool, heardTime: Int64) {
    self.bid = bid
    self.ask = ask
    self.last = last
    self.isDelayed = isDelayed
    self.heardTime = heardTime
  }
}
