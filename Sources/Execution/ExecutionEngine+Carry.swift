public import Accounting
import MarketTypes
public import OrderBooks

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

  /// One dividend: whoever is long receives it, whoever is short pays it.
  public struct Dividend: Hashable, Sendable {
    /// Before the first session without it, nanoseconds since the epoch, exchange clock.
    public var time: Int64
    public var instrument: UInt16
    /// Billionths of a count for each lot (`ContractValue.dividendPerLot`).
    public var perLot: Int64

    public init(time: Int64, instrument: UInt16 = 0, perLot: Int64) {
      self.time = time
      self.instrument = instrument
      self.perLot = perLot
    }
  }

  public var funding: [Funding]
  public var dividends: [Dividend]
  /// Nil when shorts cost nothing.
  public var borrow: BorrowTerms?

  public init(funding: [Funding] = [], borrow: BorrowTerms? = nil, dividends: [Dividend] = []) {
    // By time; payments of one moment keep their order.
    self.funding = funding.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
    self.borrow = borrow
    self.dividends = dividends.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }
}

/// Funding, borrow or a dividend that a recorded lane paid, in billionths of a count; what it received is negative.
public struct CarryNote: Hashable, Sendable, BitwiseCopyable {
  public var time: Int64
  public var lane: Int32
  public var instrument: UInt16
  public var paid: Int128
}

/// The carrying costs of all lanes: lanes with equal terms share a schedule.
struct CarrySchedule {
  static let dayNanoseconds: Int64 = 86_400_000_000_000

  struct Group {
    var terms: CarryTerms
    var lanes: [Int32]
    var next = 0
    var nextDividend = 0
  }

  var groups: [Group] = []
  /// When borrow is next paid for the day; Int64.max while nobody borrows or nothing has begun.
  var nextClose = Int64.max
  var nextFunding = Int64.max
  /// What recorded lanes paid since somebody last took it.
  var notes: [CarryNote] = []

  init(_ terms: [CarryTerms?]) {
    var places: [CarryTerms: Int] = [:]
    for (lane, terms) in terms.enumerated() {
      guard let terms, !terms.funding.isEmpty || terms.borrow != nil || !terms.dividends.isEmpty else { continue }
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
    nextFunding =
      groups.map { group in
        min(
          group.next < group.terms.funding.count ? group.terms.funding[group.next].time : .max,
          group.nextDividend < group.terms.dividends.count ? group.terms.dividends[group.nextDividend].time : .max)
      }.min() ?? .max
  }

  /// Borrow is paid when a day of UTC ends, from the first event on, and at the end.
  mutating func start(at time: Int64) {
    guard groups.contains(where: { $0.terms.borrow != nil }) else { return }
    let day = Self.dayNanoseconds
    nextClose = (time / day - (time % day < 0 ? 1 : 0) + 1) * day
  }
}

extension ExecutionEngine {
  /// When carrying costs or changes of instruments are next due; Int64.max without any.
  @inline(__always)
  public var nextCarryTime: Int64 { min(min(carry.nextFunding, carry.nextClose), changes.next) }

  /// Begins the days of borrow; payments of funding that lie before the first event concern nobody.
  public mutating func startCarry(at time: Int64) {
    carry.start(at: time)
    startChanges(at: time)
    for place in carry.groups.indices {
      while carry.groups[place].next < carry.groups[place].terms.funding.count,
        carry.groups[place].terms.funding[carry.groups[place].next].time < time
      {
        carry.groups[place].next += 1
      }
      while carry.groups[place].nextDividend < carry.groups[place].terms.dividends.count,
        carry.groups[place].terms.dividends[carry.groups[place].nextDividend].time < time
      {
        carry.groups[place].nextDividend += 1
      }
    }
    carry.findNext()
  }

  /// Pays what is due by `time`, at the last known middle; it counts with the lane's fees. Then come splits and rates of the
  /// same moment: a dividend is stated for old shares.
  public mutating func payCarry(upTo time: Int64, books: borrowing BookSet) {
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
        next = group.nextDividend
        while next < group.terms.dividends.count, group.terms.dividends[next].time <= moment {
          let dividend = group.terms.dividends[next]
          for lane in group.lanes { payDividend(dividend, lane: Int(lane)) }
          next += 1
        }
        carry.groups[place].nextDividend = next
        if carry.nextClose <= moment, group.terms.borrow != nil {
          for lane in group.lanes {
            for instrument in 0..<instrumentCount { accrueBorrow(lane: Int(lane), instrument, until: moment) }
          }
        }
      }
      if carry.nextClose <= moment { carry.nextClose += CarrySchedule.dayNanoseconds }
      carry.findNext()
      if changes.next <= moment { makeChanges(upTo: moment, books: books) }
    }
  }

  /// Pays the borrow of the last, unfinished day, up to the end of a run.
  public mutating func endCarry(at time: Int64) {
    for group in carry.groups where group.terms.borrow != nil {
      for lane in group.lanes {
        for instrument in 0..<instrumentCount { accrueBorrow(lane: Int(lane), instrument, until: time) }
      }
    }
  }

  private mutating func payFunding(_ funding: CarryTerms.Funding, lane: Int) {
    let instrument = Int(funding.instrument)
    guard instrument < instrumentCount, feedKinds[instrument].lastBidPlusAsk != .min else { return }
    let place = lane &* instrumentCount &+ instrument
    let paid = carryLedgers[place].payFunding(
      lots: ledgers[place].lots, mark: MarkPrice(halfTicks: feedKinds[instrument].lastBidPlusAsk),
      rate: funding.rate, contract: contracts[instrument])
    ledgers[place].fees += paid
    noteCharge(paid, lane: lane, instrument, time: funding.time)
  }

  private mutating func payDividend(_ dividend: CarryTerms.Dividend, lane: Int) {
    let instrument = Int(dividend.instrument)
    guard instrument < instrumentCount else { return }
    let place = lane &* instrumentCount &+ instrument
    let paid = carryLedgers[place].payDividend(lots: ledgers[place].lots, perLot: dividend.perLot)
    ledgers[place].fees += paid
    noteCharge(paid, lane: lane, instrument, time: dividend.time)
  }

  /// Pays borrow for a position that is about to change, or at a day's end.
  mutating func accrueBorrow(lane: Int, _ instrument: Int, until time: Int64) {
    guard let terms = borrowTerms[lane], feedKinds[instrument].lastBidPlusAsk != .min else { return }
    let place = lane &* instrumentCount &+ instrument
    let paid = carryLedgers[place].accrueBorrow(
      lots: ledgers[place].lots, mark: MarkPrice(halfTicks: feedKinds[instrument].lastBidPlusAsk), until: time,
      terms: terms, contract: contracts[instrument])
    ledgers[place].fees += paid
    noteCharge(paid, lane: lane, instrument, time: time)
  }

  /// Funding and borrow that a lane has paid, which are part of its ledger's fees; zero without carry terms.
  public func carryLedger(lane: Int, instrument: Int = 0) -> CarryLedger {
    carryLedgers.count == 0 ? CarryLedger() : carryLedgers[lane &* instrumentCount &+ instrument]
  }

  /// What carrying positions cost recorded lanes since the last call, oldest first; empties the store.
  public mutating func takeCarryNotes() -> [CarryNote] {
    defer { carry.notes.removeAll() }
    return carry.notes
  }
}
