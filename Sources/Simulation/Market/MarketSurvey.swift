import MarketTypes
public import OrderBooks

/// Watches one instrument of a replay or a simulated market and keeps what facts and calibration need.
///
/// A trade is an execution of resting orders. Feeds that tell of one by a fill and a cancel of the filled order (DBN) have
/// it counted at the fill, and the cancel is none; feeds without orders have only prints, which count when asked for.
/// Orders of a snapshot are as old as they are: they live, but neither arrive nor move the time.
public struct MarketSurvey: BookObserver {
  public let instrument: UInt16
  public let sampleNanoseconds: Int64
  /// Middle of the touch at each sample, doubled ticks; samples without two sides repeat the one before.
  public private(set) var doubledMiddles: [Int64] = []
  /// Spread in ticks at each sample with two sides.
  public private(set) var spreads: [Int32] = []
  /// Sum over samples of the quantity 0, 1, 2 … ticks behind the touch, both sides.
  public private(set) var depthProfile: [Double] = Array(repeating: 0, count: 100)
  public private(set) var depthSamples = 0
  /// Aggressor of each trade, 1 for buys, −1 for sells; executions of one moment and side are one trade.
  public private(set) var tradeSigns: [Int8] = []
  public private(set) var tradeSizes: [Int64] = []
  /// Times of arrivals (limit orders, trades, cancels), nanoseconds since the first.
  public private(set) var arrivalTimes: [Int64] = []
  /// Limit orders by ticks from the opposite best; the last place holds everything further.
  public private(set) var limitDistances: [Int] = Array(repeating: 0, count: 501)
  public private(set) var limitSizes: [Int64: Int] = [:]
  public private(set) var limitCount = 0
  public private(set) var cancelCount = 0
  /// Integral of the number of living orders over time, in order-seconds.
  public private(set) var livingOrderSeconds = 0.0
  public private(set) var openSeconds = 0.0

  private var living = 0
  private var lastTime = Int64.min
  private var firstTime = Int64.min
  private var nextSample = Int64.min
  private var lastTradeTime = Int64.min
  private var lastTradeSign: Int8 = 0
  private var isOpen = true
  private let arrivalLimit: Int
  private let countsPrints: Bool
  /// Orders filled at the time of the last fill, whose cancels at that time belong to the trade.
  private var filledSlots: [UInt32] = []
  private var filledTime = Int64.min

  /// `arrivalLimit` bounds the arrival times kept, which the fit of the Hawkes kernel uses; `countsPrints` is for feeds that
  /// say of no order that it traded.
  public init(
    instrument: UInt16 = 0, sampleNanoseconds: Int64 = 1_000_000_000, arrivalLimit: Int = 100_000,
    countsPrints: Bool = false
  ) {
    precondition(sampleNanoseconds > 0)
    self.instrument = instrument
    self.sampleNanoseconds = sampleNanoseconds
    self.arrivalLimit = arrivalLimit
    self.countsPrints = countsPrints
  }

  public mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    guard change.instrument == instrument, let operation = change.code.operation else { return }
    switch operation {
    case .clear, .snapshotBegin:
      living = 0
      return
    case .snapshotEnd: return
    case .add where change.code.isMarked:
      living += 1
      return
    default: moveTime(to: change.time, books: books)
    }
    switch operation {
    case .status:
      let status = MarketStatus(rawValue: UInt8(truncatingIfNeeded: change.quantity)) ?? .unknown
      isOpen = status == .open || status == .unknown
    case .add:
      living += 1
      if isOpen { limitArrived(change, books: books) }
    case .cancel:
      living -= 1
      if !takeFill(change), isOpen {
        cancelCount += 1
        arrived()
      }
    case .reduce: _ = takeFill(change)
    case .modify: if isOpen { limitArrived(change, books: books) }
    case .executeWhole, .executePart, .executePriced:
      if change.quantity == change.oldQuantity { living -= 1 }
      if isOpen { traded(change, sign: change.sideIndex == 0 ? -1 : 1) }
    case .fill where change.slot != .max:
      if filledTime != change.time { filledSlots.removeAll(keepingCapacity: true) }
      filledTime = change.time
      filledSlots.append(change.slot)
      if isOpen { traded(change, sign: change.sideIndex == 0 ? -1 : 1) }
    case .trade:
      // The side of a print is the aggressor's; the mark says that none is known.
      if countsPrints, isOpen, !change.code.isMarked { traded(change, sign: change.sideIndex == 0 ? 1 : -1) }
    default: break
    }
  }

  /// Whether a cancel or reduction only takes a fill from the book.
  private mutating func takeFill(_ change: BookChange) -> Bool {
    guard filledTime == change.time, let place = filledSlots.firstIndex(of: change.slot) else { return false }
    filledSlots.swapAt(place, filledSlots.count - 1)
    filledSlots.removeLast()
    return true
  }

  /// A gap of more samples than this is a closed market, or a clock gone wild: nothing is sampled in it.
  private static let longestGap: Int64 = 100_000

  private mutating func moveTime(to time: Int64, books: borrowing BookSet) {
    // An unknown time is the smallest number; those of a hostile file may be any.
    guard abs(time / 2) < 1 << 60 else { return }
    if firstTime != .min, time > lastTime, (time - lastTime) / sampleNanoseconds > Self.longestGap {
      lastTime = time
      nextSample = time + sampleNanoseconds
      return
    }
    if firstTime == .min {
      firstTime = time
      nextSample = time + sampleNanoseconds
    } else if time > lastTime, isOpen {
      let seconds = Double(time - lastTime) * 1e-9
      livingOrderSeconds += Double(living) * seconds
      openSeconds += seconds
    }
    lastTime = max(lastTime, time)
    guard isOpen else {
      nextSample = max(nextSample, time + sampleNanoseconds)
      return
    }
    // The book already holds this event, which is later than the samples it completes by less than one gap.
    while nextSample <= time {
      sample(books)
      nextSample += sampleNanoseconds
    }
  }

  private mutating func sample(_ books: borrowing BookSet) {
    let place = Int(instrument)
    let (bid, ask) = (books.bestPrice(.buy, instrument: place), books.bestPrice(.sell, instrument: place))
    guard !bid.isNone, !ask.isNone, bid < ask else {
      if let last = doubledMiddles.last { doubledMiddles.append(last) }
      return
    }
    doubledMiddles.append(Int64(bid.ticks) + Int64(ask.ticks))
    spreads.append(ask.ticks - bid.ticks)
    depthSamples += 1
    for side in [Side.buy, .sell] {
      let best = side == .buy ? bid.ticks : ask.ticks
      books.forEachLevel(side, instrument: place) { price, quantity in
        let behind = Int(abs(Int64(price.ticks) - Int64(best)))
        guard behind < 100 else { return false }
        depthProfile[behind] += Double(quantity)
        return true
      }
    }
  }

  private mutating func arrived() {
    // Never before the one before, even where the feed's clock steps back.
    if arrivalTimes.count < arrivalLimit, firstTime != .min { arrivalTimes.append(lastTime - firstTime) }
  }

  private mutating func limitArrived(_ change: BookChange, books: borrowing BookSet) {
    limitCount += 1
    arrived()
    limitSizes[change.quantity, default: 0] += 1
    let side: Side = change.sideIndex == 0 ? .buy : .sell
    let opposite = books.bestPrice(side.opposite, instrument: Int(instrument))
    guard !opposite.isNone else { return }
    let distance =
      side == .buy
      ? Int64(opposite.ticks) - Int64(change.price) : Int64(change.price) - Int64(opposite.ticks)
    limitDistances[Int(min(500, max(0, distance - 1)))] += 1
  }

  private mutating func traded(_ change: BookChange, sign: Int8) {
    if change.time == lastTradeTime, sign == lastTradeSign, !tradeSizes.isEmpty {
      tradeSizes[tradeSizes.count - 1] += change.quantity
      return
    }
    lastTradeTime = change.time
    lastTradeSign = sign
    tradeSigns.append(sign)
    tradeSizes.append(change.quantity)
    arrived()
  }
}
