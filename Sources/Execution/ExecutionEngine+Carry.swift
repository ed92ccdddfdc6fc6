public import Accounting
import MarketTypes

/// What holding a position costs a lane besides trading: funding of perpetuals at stated times, and borrow of shorts.
public struct CarryTerms: Hashable, Sendable {
  /// One payment between longs and shorts.
  public struct Funding: Hashable, Sendable {
    /// Nanoseconds since the epoch, exchange clock.
    public var time: Int64
    public var instrument: UInt16
    /// Billionths of the position's value; longs pay a positive rate.
    public var rate: Int64

    public init(time: Int64, instrument: UInt16 = 0, rate: Int64) {
      self.time = time
      self.instrument = instrument
      self.rate = rate
    }
  }

  public var funding: [Funding]
  /// Nil when shorts cost nothing.
  public var borrow: BorrowTerms?

  public init(funding: [Funding] = [], borrow: BorrowTerms? = nil) {
    // By time; payments of one moment keep their order.
    self.funding = funding.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
    self.borrow = borrow
  }
}

/// The carrying costs of all lanes: lanes with equal terms share a schedule.
struct CarrySchedule {
  static let dayNanoseconds: Int64 = 86_400_000_000_000

  struct Group {
    var terms: CarryTerms
    var lanes: [Int32]
    var next = 0
  }

  var groups: [Group] = []
  /// When borrow is next paid for the day; Int64.max while nobody borrows or nothing has begun.
  var nextClose = Int64.max
  var nextFunding = Int64.max

  init(_ terms: [CarryTerms?]) {
    var places: [CarryTerms: Int] = [:]
    for (lane, terms) in terms.enumerated() {
      guard let terms, !terms.funding.isEmpty || terms.borrow != nil else { continue }
      if let place = places[terms] {
        groups[place].lanes.append(Int32(lane))
      } else {
        places[terms] = groups.count
        groups.append(Group(terms: terms, lanes: [Int32(lane)]))
      }
    }
    findNext()
  }

  mutating func findNext() {
    nextFunding = groups.map { $0.next < $0.terms.funding.count ? $0.terms.funding[$0.next].time : .max }.min() ?? .max
  }

  /// Borrow is paid when a day of UTC ends, from the first event on.
  mutating func start(at time: Int64) {
    guard groups.contains(where: { $0.terms.borrow != nil }) else { return }
    let day = Self.dayNanoseconds
    nextClose = (time / day - (time % day < 0 ? 1 : 0) + 1) * day
  }
}

extension ExecutionEngine {
  /// When carrying costs are next due; Int64.max without any.
  @inline(__always)
  public var nextCarryTime: Int64 { min(carry.nextFunding, carry.nextClose) }

  /// Begins the days of borrow; payments of funding that lie before the first event concern nobody.
  public mutating func startCarry(at time: Int64) {
    carry.start(at: time)
    for place in carry.groups.indices {
      while carry.groups[place].next < carry.groups[place].terms.funding.count,
        carry.groups[place].terms.funding[carry.groups[place].next].time < time
      {
        carry.groups[place].next += 1
      }
    }
    carry.findNext()
  }

  /// Pays what is due by `time`, at the last known middle; it counts with the lane's fees.
  public mutating func payCarry(upTo time: Int64) {
    while nextCarryTime <= time {
      let moment = nextCarryTime
      for place in carry.groups.indices {
        let group = carry.groups[place]
        var next = group.next
        while next < group.terms.funding.count, group.terms.funding[next].time <= moment {
          let funding = group.terms.funding[next]
          for lane in group.lanes { payFunding(funding, lane: Int(lane)) }
          next += 1
        }
        carry.groups[place].next = next
        if carry.nextClose <= moment, group.terms.borrow != nil {
          for lane in group.lanes {
            for instrument in 0..<instrumentCount { accrueBorrow(lane: Int(lane), instrument, until: moment) }
          }
        }
      }
      if carry.nextClose <= moment { carry.nextClose += CarrySchedule.dayNanoseconds }
      carry.findNext()
    }
  }

  private mutating func payFunding(_ funding: CarryTerms.Funding, lane: Int) {
    let instrument = Int(funding.instrument)
    guard instrument < instrumentCount, feedKinds[instrument].lastBidPlusAsk != .min else { return }
    let place = lane &* instrumentCount &+ instrument
    ledgers[place].fees += carryLedgers[place].payFunding(
      lots: ledgers[place].lots, mark: MarkPrice(halfTicks: feedKinds[instrument].lastBidPlusAsk),
      rate: funding.rate, contract: contracts[instrument])
  }

  /// Pays borrow for a position that is about to change, or at a day's end.
  mutating func accrueBorrow(lane: Int, _ instrument: Int, until time: Int64) {
    guard let terms = borrowTerms[lane], feedKinds[instrument].lastBidPlusAsk != .min else { return }
    let place = lane &* instrumentCount &+ instrument
    ledgers[place].fees += carryLedgers[place].accrueBorrow(
      lots: ledgers[place].lots, mark: MarkPrice(halfTicks: feedKinds[instrument].lastBidPlusAsk), until: time,
      terms: terms, contract: contracts[instrument])
  }

  /// Funding and borrow that a lane has paid, which are part of its ledger's fees; zero without carry terms.
  public func carryLedger(lane: Int, instrument: Int = 0) -> CarryLedger {
    carryLedgers.count == 0 ? CarryLedger() : carryLedgers[lane &* instrumentCount &+ instrument]
  }
}
