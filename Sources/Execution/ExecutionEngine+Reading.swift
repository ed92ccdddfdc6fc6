public import Accounting
import MarketTypes
public import OrderBooks
public import RiskControls

extension ExecutionEngine {
  /// Position and cash of a lane at the venue.
  @inline(__always)
  public func ledger(lane: Int, instrument: Int = 0) -> PositionLedger {
    ledgers[lane &* instrumentCount &+ instrument]
  }

  /// Money of a lane as of the venue, in billionths of a count of the contract: cash and position at the last known middle,
  /// less fees; exact. Where rates change what a count is worth, in counts of the start, rounded.
  public func equity(lane: Int, instrument: Int = 0) -> Int128 {
    equity(lane: lane, instrument: instrument, mark: feedKinds[instrument].lastBidPlusAsk)
  }

  /// The same with the position at a mark in half ticks; Int64.min for none.
  package func equity(lane: Int, instrument: Int, mark: Int64) -> Int128 {
    let ledger = ledger(lane: lane, instrument: instrument)
    let value =
      mark == .min
      ? 2 * ledger.cash : ledger.doubledEquity(mark: MarkPrice(halfTicks: mark), contract: contracts[instrument])
    return inFirstWorth(value * 500_000_000 - ledger.fees, instrument: instrument)
  }

  /// What the lane has received less what it has paid, as far as it has been told, in ticks × lots before fees.
  public func knownMoney(lane: Int, instrument: Int = 0) -> Int128 { knownCash[lane &* instrumentCount &+ instrument] }

  @inline(__always)
  public func order(_ index: Int32) -> LaneOrder { orders[Int(index)] }

  /// The instrument of the order at a place; 0 where there is no such place.
  package func instrument(of handle: Int32) -> Int {
    handle >= 0 && Int(handle) < orders.count ? Int(orders[Int(handle)].instrument) : 0
  }

  public func statistics(lane: Int) -> LaneStatistics { statistics[lane] }

  public func riskState(lane: Int) -> RiskState { riskStates[lane] }

  /// When the next message arrives, on either way; Int64.max when none is under way.
  @inline(__always)
  public var nextMessageTime: Int64 { min(min(requests.nextTime, notices.nextTime), special.nextExpiry) }

  /// Bid plus ask in ticks when both sides last had a price; Int64.min before.
  @inline(__always)
  public func lastBidPlusAsk(instrument: Int) -> Int64 { feedKinds[instrument].lastBidPlusAsk }

  /// Notes the middle of the market, for marks.
  @inline(__always)
  public mutating func noteMiddle(instrument: Int, time: Int64, books: borrowing BookSet) {
    let (bid, ask) = (books.bestPrice(.buy, instrument: instrument), books.bestPrice(.sell, instrument: instrument))
    if !bid.isNone, !ask.isNone {
      setMiddle(Int64(bid.ticks) + Int64(ask.ticks), instrument: instrument, time: time)
    } else if !books.hasBook(instrument: instrument) {
      noteLastPrice(instrument: instrument, time: time, books: books)
    }
  }

  /// Without a book the last price stands for both sides.
  @inline(never)
  private mutating func noteLastPrice(instrument: Int, time: Int64, books: borrowing BookSet) {
    let last = books.lastTradePrice(instrument: instrument)
    guard !last.isNone else { return }
    feedKinds[instrument].lastStandsForBoth = true
    setMiddle(2 * Int64(last.ticks), instrument: instrument, time: time)
  }

  @inline(__always)
  private mutating func setMiddle(_ middle: Int64, instrument: Int, time: Int64) {
    if feedKinds[instrument].lastBidPlusAsk == middle { return }
    feedKinds[instrument].lastBidPlusAsk = middle
    if keepsMiddles { middles.append(MiddleChange(time: time, bidPlusAsk: middle, instrument: UInt16(instrument))) }
  }

  /// The changes of the middle kept so far; empties the store.
  public mutating func takeMiddles() -> [MiddleChange] {
    defer { middles.removeAll(keepingCapacity: true) }
    return middles
  }

  /// Sets how far a lane's state is marked to market; true when this makes its drawdown stop fall.
  public mutating func mark(lane: Int, equity: Int64, time: Int64) -> Bool {
    riskStates[lane].mark(equity: equity, time: time, limits: gates[Int(lanes[lane].gate)].limits)
  }

  /// What becomes of a lane whose drawdown stop falls.
  public func afterStop(lane: Int) -> AfterStop { gates[Int(lanes[lane].gate)].limits.afterStop }

  /// The most lots that one order of a lane may have.
  public func largestOrder(lane: Int) -> Int64 { gates[Int(lanes[lane].gate)].limits.orderQuantity ?? .max }

  /// Whether a lane was stopped and is not to be called any more.
  public func hasLeft(lane: Int) -> Bool { riskStates[lane].isStopped && afterStop(lane: lane) != .continues }

  /// Calls a lane for no news of its orders any more.
  public mutating func silence(lane: Int) {
    lanes[lane].hearsFills = false
    lanes[lane].hearsAll = false
  }

  /// Whether a lane whose positions are closed on a margin call has less than keeping them asks for, at the last middles.
  public func isCalled(lane: Int) -> Bool {
    guard let credit = credits[lane], credit.credit == .margin, credit.closesOnCall else { return false }
    var sum = BackingSum(capital: credit.capital)
    for instrument in 0..<instrumentCount {
      let ledger = ledger(lane: lane, instrument: instrument)
      let middle = feedKinds[instrument].lastBidPlusAsk
      let mark = middle == .min ? nil : MarkPrice(halfTicks: middle)
      sum.keep(ledger, mark: mark, rule: credit.margin, contract: contracts[instrument])
    }
    return sum.isCalled
  }

  /// Whether a lane has a drawdown stop to watch.
  public func hasDrawdownStop(lane: Int) -> Bool { gates[Int(lanes[lane].gate)].limits.drawdown != nil }
}

/// The middle of an instrument's market from a moment on.
public struct MiddleChange: Hashable, Sendable, BitwiseCopyable {
  public var time: Int64
  /// Bid plus ask in ticks.
  public var bidPlusAsk: Int64
  public var instrument: UInt16
}
