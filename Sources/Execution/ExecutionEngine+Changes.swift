public import Accounting
import MarketTypes
public import OrderBooks

/// What changes an instrument's terms while lanes run, the same for all of them.
public struct InstrumentChanges: Hashable, Sendable {
  /// New shares for old ones, between the last event before and the first event after it.
  public struct Split: Hashable, Sendable {
    /// Nanoseconds since the epoch, exchange clock.
    public var time: Int64
    public var instrument: UInt16
    public var split: ShareSplit

    public init(time: Int64, instrument: UInt16 = 0, split: ShareSplit) {
      self.time = time
      self.instrument = instrument
      self.split = split
    }
  }

  /// What an instrument's counts are worth in the account's currency from a moment on.
  public struct Worth: Hashable, Sendable {
    public var time: Int64
    public var instrument: UInt16
    public var contract: ContractValue

    public init(time: Int64, instrument: UInt16 = 0, contract: ContractValue) {
      self.time = time
      self.instrument = instrument
      self.contract = contract
    }
  }

  public private(set) var splits: [Split]
  public private(set) var worths: [Worth]

  public static let none = InstrumentChanges()

  public init(splits: [Split] = [], worths: [Worth] = []) {
    // By time; changes of one moment keep their order.
    self.splits = splits.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
    self.worths = worths.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }

  public var isEmpty: Bool { splits.isEmpty && worths.isEmpty }
}

/// What a split did to a recorded lane's position.
public struct SplitNote: Hashable, Sendable, BitwiseCopyable {
  public var time: Int64
  public var lane: Int32
  public var instrument: UInt16
  public var split: ShareSplit
  public var lotsBefore: Int64
  public var lotsAfter: Int64
  /// For what was below a whole lot, in counts; a short paid it.
  public var cash: Int128
  /// Bid plus ask in half ticks before the split; Int64.min when there was no price.
  public var halfTicksBefore: Int64
}

/// Prices that an instrument's book shows from before a split: until one of them changes they say nothing of the new shares.
public struct FormerPrices: Hashable, Sendable, BitwiseCopyable {
  private let bid: Price
  private let ask: Price
  private let last: Price

  init(bid: Price, ask: Price, last: Price) {
    self.bid = bid
    self.ask = ask
    self.last = last
  }

  public init(_ books: borrowing BookSet, instrument: Int) {
    bid = books.bestPrice(.buy, instrument: instrument)
    ask = books.bestPrice(.sell, instrument: instrument)
    last = books.lastTradePrice(instrument: instrument)
  }

  /// Whether nothing has changed yet.
  public func stand(_ books: borrowing BookSet, instrument: Int) -> Bool {
    self == FormerPrices(books, instrument: instrument)
  }
}

/// Where the engine is in the changes.
struct ChangeSchedule {
  let changes: InstrumentChanges
  var nextSplit = 0
  var nextWorth = 0
  /// When the next change is due; Int64.max without one.
  private(set) var next = Int64.max
  /// What counts were worth at first, where that changes: money of lanes is told in the worth of the start.
  let firstWorths: [Int128]
  /// When the traded volume of tiers next starts again; Int64.max where it never does.
  var nextMonth = Int64.max
  /// By instrument, between a split and the first new price.
  var former: [FormerPrices?]
  /// By instrument, the prices before its last split and the middle after it.
  var carried: [(prices: FormerPrices, middle: Int64)?]
  /// What splits did to recorded lanes since somebody asked.
  var notes: [SplitNote] = []
  var splitsDone: [InstrumentChanges.Split] = []

  init(_ changes: InstrumentChanges, _ contracts: [ContractValue]) {
    self.changes = changes
    firstWorths = changes.worths.isEmpty ? [] : contracts.map(\.moneyPerCount)
    former = changes.splits.isEmpty ? [] : contracts.map { _ in nil }
    carried = changes.splits.isEmpty ? [] : contracts.map { _ in nil }
    findNext()
  }

  mutating func findNext() {
    next = min(
      min(nextSplit < changes.splits.count ? changes.splits[nextSplit].time : .max, nextMonth),
      nextWorth < changes.worths.count ? changes.worths[nextWorth].time : .max)
  }
}

/// Splits and rates.
///
/// At a split every order of the instrument is cancelled, as venues do that let no order stand over an ex-date; positions
/// become whole new lots, and what is below one is paid at the last middle. The middle is carried through the split. The book
/// still shows old prices until the next one comes: an order that arrives before it is refused as in a halt.
extension ExecutionEngine {
  /// Changes that lie before the first event concern no position; rates from before it hold.
  mutating func startChanges(at time: Int64) {
    let (splits, worths) = (changes.changes.splits, changes.changes.worths)
    while changes.nextSplit < splits.count, splits[changes.nextSplit].time < time { changes.nextSplit += 1 }
    while changes.nextWorth < worths.count, worths[changes.nextWorth].time <= time { setWorth(worths) }
    if meter.resetsMonthly { changes.nextMonth = FeeMeter.nextMonth(after: time) }
    changes.findNext()
  }

  private mutating func setWorth(_ worths: [InstrumentChanges.Worth]) {
    let worth = worths[changes.nextWorth]
    if Int(worth.instrument) < instrumentCount { contracts[Int(worth.instrument)] = worth.contract }
    changes.nextWorth += 1
  }

  /// Makes the changes that are due, after the carrying costs of the same moment.
  mutating func makeChanges(upTo time: Int64, books: borrowing BookSet) {
    let (splits, worths) = (changes.changes.splits, changes.changes.worths)
    while changes.nextWorth < worths.count, worths[changes.nextWorth].time <= time { setWorth(worths) }
    while changes.nextSplit < splits.count, splits[changes.nextSplit].time <= time {
      let split = splits[changes.nextSplit]
      changes.nextSplit += 1
      if Int(split.instrument) < instrumentCount { make(split, books: books) }
    }
    if changes.nextMonth <= time {
      meter.startMonth()
      changes.nextMonth = FeeMeter.nextMonth(after: time)
    }
    changes.findNext()
  }

  private mutating func make(_ change: InstrumentChanges.Split, books: borrowing BookSet) {
    let instrument = Int(change.instrument)
    let last = books.lastTradePrice(instrument: instrument)
    var before = feedKinds[instrument].lastBidPlusAsk
    if before == .min, !last.isNone { before = 2 * Int64(last.ticks) }
    for lane in 0..<laneCount {
      cancelAll(lane: lane, instrument: instrument, time: change.time)
      let place = lane &* instrumentCount &+ instrument
      let held = ledgers[place].lots
      if carryLedgers.count > 0 { accrueBorrow(lane: lane, instrument, until: change.time) }
      guard held != 0 else { continue }
      let after = change.split.lots(held)
      let cash = before == .min ? 0 : change.split.cashInLieu(lots: held, halfTicks: before)
      ledgers[place].lots = after
      ledgers[place].cash &+= cash
      // Fills that the lane has not heard of are in old lots, and so is what it knows: both become the same new position.
      knownLots[place] &+= after &- held
      knownCash[place] &+= cash
      noteSplit(change, lane: lane, halfTicksBefore: before)
      newsCounts[lane] &+= 1
      if lanes[lane].isRecorded {
        changes.notes.append(
          SplitNote(
            time: change.time, lane: Int32(lane), instrument: change.instrument, split: change.split, lotsBefore: held,
            lotsAfter: after, cash: cash, halfTicksBefore: before))
      }
    }
    forgetTaken(instrument: change.instrument)
    if before != .min { feedKinds[instrument].lastBidPlusAsk = change.split.carried(halfTicks: before) }
    let former = FormerPrices(books, instrument: instrument)
    changes.former[instrument] = former
    changes.carried[instrument] = (former, feedKinds[instrument].lastBidPlusAsk)
    feedKinds[instrument].status = .halted
    changes.splitsDone.append(change)
  }

  /// Ends every order of an instrument that is at the venue or on its way to it.
  private mutating func cancelAll(lane: Int, instrument: Int, time: Int64) {
    for word in (lane * wordsPerLane)..<((lane + 1) * wordsPerLane) {
      var bits = usedPlaces[word]
      while bits != 0 {
        let index = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        guard Int(orders[index].instrument) == instrument else { continue }
        switch orders[index].state {
        case .free, .finished, .sent: continue
        case .working:
          leaveQueue(index)
          special.remove(index)
        case .waiting: special.remove(index)
        }
        finish(index, time: time, kind: .cancelled, cancelReason: .corporateAction)
      }
    }
  }

  /// Whether an instrument's phase is that of a split with no new price yet; once there is one, the phase that the split
  /// interrupted goes on.
  @inline(never)
  mutating func waitsAfterSplit(_ instrument: Int, books: borrowing BookSet) -> Bool {
    guard changes.former.indices.contains(instrument), let former = changes.former[instrument] else { return true }
    if former.stand(books, instrument: instrument) { return true }
    changes.former[instrument] = nil
    feedKinds[instrument].status = books.status(of: instrument)
    return feedKinds[instrument].status.stopsEntry
  }

  /// Whether a split is due.
  package func hasSplit(upTo time: Int64) -> Bool {
    changes.nextSplit < changes.changes.splits.count && changes.changes.splits[changes.nextSplit].time <= time
  }

  /// Money of a lane in billionths of a count, in the worth that counts had at first.
  func inFirstWorth(_ billionths: Int128, instrument: Int) -> Int128 {
    changes.firstWorths.isEmpty
      ? billionths : contracts[instrument].restated(billionths, inWorth: changes.firstWorths[instrument])
  }

  /// What splits did to recorded lanes since the last call; empties the store.
  public mutating func takeSplitNotes() -> [SplitNote] {
    defer { changes.notes.removeAll() }
    return changes.notes
  }

  /// The splits that were made since the last call; empties the store.
  package mutating func takeSplits() -> [InstrumentChanges.Split] {
    if changes.splitsDone.isEmpty { return [] }
    defer { changes.splitsDone.removeAll() }
    return changes.splitsDone
  }
}
