public import Accounting
import Execution
import MarketTypes
public import OrderBooks

/// All lanes' accounts at moments of exchange time.
public struct AccountSampleBlock: Sendable {
  public let laneCount: Int
  public let instrumentCount: Int
  public fileprivate(set) var times: [Int64] = []
  /// Mark in half ticks of sample × instrument, the last known when there is none; Int64.min before the first.
  public fileprivate(set) var marks: [Int64] = []
  /// Of shorts, where they are valued at another price than longs; empty otherwise.
  public fileprivate(set) var shortMarks: [Int64] = []
  /// Positions of sample × lane × instrument.
  public fileprivate(set) var ledgers: [PositionLedger] = []

  init(laneCount: Int, instrumentCount: Int) {
    self.laneCount = laneCount
    self.instrumentCount = instrumentCount
  }

  public func ledger(sample: Int, lane: Int, instrument: Int) -> PositionLedger {
    ledgers[(sample * laneCount + lane) * instrumentCount + instrument]
  }

  /// The mark of a position of so many lots.
  public func mark(sample: Int, instrument: Int, lots: Int64) -> Int64 {
    let place = sample * instrumentCount + instrument
    return lots < 0 && !shortMarks.isEmpty ? shortMarks[place] : marks[place]
  }
}

/// Takes samples at an interval, and decides when drawdown stops are looked at.
struct AccountSamples {
  /// Accounts are watched at every multiple of this, however often they are sampled: what is shown must not decide what
  /// happens.
  static let watchNanoseconds: Int64 = 1_000_000_000

  /// Zero without samples.
  let interval: Int64
  /// Further moments of every day, nanoseconds after midnight UTC, ascending.
  let timesOfDay: [Int64]
  let watches: Bool
  let rule: MarkRule
  /// The latest marks of longs and of shorts, of each instrument.
  private var latest: [(long: Int64, short: Int64)]
  /// The next moment; Int64.max when there is nothing to do.
  private(set) var next = Int64.max
  private var nextSample = Int64.max
  private var nextWatch = Int64.max
  private(set) var block: AccountSampleBlock
  /// Prices from before a split, until there are new ones.
  private var former: [FormerPrices?] = []
  /// The latest look was a sample.
  private var hasSampled = false
  private var latestSample: Int64?
  /// Who gets the samples, and from how many ledgers on.
  private var receiver: ((AccountSampleBlock) -> Void)?
  private var mostLedgers = Int.max
  /// When the market's next event comes, as far as it is known.
  var nextEventTime = Int64.min

  init(
    intervalNanoseconds: Int64, timesOfDay: [Int64] = [], watches: Bool, laneCount: Int, instrumentCount: Int,
    rule: MarkRule
  ) {
    precondition(timesOfDay.allSatisfy { (0..<Self.day).contains($0) } && timesOfDay == timesOfDay.sorted())
    self.timesOfDay = timesOfDay
    self.rule = rule
    latest = Array(repeating: (.min, .min), count: instrumentCount)
    interval = max(0, intervalNanoseconds)
    self.watches = watches
    block = AccountSampleBlock(laneCount: laneCount, instrumentCount: instrumentCount)
  }

  /// The first sample is the start; the others lie on multiples of the interval.
  mutating func start(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    if interval > 0 {
      record(at: time, engine: engine, books: books)
      nextSample = sample(after: time)
    }
    if watches { nextWatch = Self.multiple(of: Self.watchNanoseconds, after: time) }
    next = min(nextSample, nextWatch)
  }

  private static let day: Int64 = 86_400_000_000_000

  private static func multiple(of interval: Int64, after time: Int64) -> Int64 {
    (time / interval - (time % interval < 0 ? 1 : 0) + 1) * interval
  }

  /// The first moment of a sample after a time.
  private func sample(after time: Int64) -> Int64 {
    let next = Self.multiple(of: interval, after: time)
    guard !timesOfDay.isEmpty else { return next }
    let midnight = Self.multiple(of: Self.day, after: time) - Self.day
    let ofDay = timesOfDay.first { midnight + $0 > time } ?? timesOfDay[0] + Self.day
    return min(next, midnight + ofDay)
  }

  /// The last moment of a sample before a time.
  private func sample(before time: Int64) -> Int64 {
    let last = Self.multiple(of: interval, after: time - 1) - interval
    guard let latest = timesOfDay.last else { return last }
    let midnight = Self.multiple(of: Self.day, after: time - 1) - Self.day
    return max(last, midnight + (timesOfDay.last { midnight + $0 < time } ?? latest - Self.day))
  }

  /// Takes what is due; says whether the accounts are to be watched now.
  mutating func take(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) -> Bool {
    hasSampled = nextSample == next
    if hasSampled {
      record(at: next, engine: engine, books: books)
      nextSample = sample(after: next)
    } else {
      noteMarks(at: time, engine: engine, books: books)
    }
    let isWatching = nextWatch <= next
    if isWatching { nextWatch += Self.watchNanoseconds }
    next = min(nextSample, nextWatch)
    return isWatching
  }

  /// A market that rests for longer than this is sampled where its rest begins and where it ends.
  static let longestRest: Int64 = 3_600_000_000_000

  /// Leaves out looks that can show nothing new: after a sample of a market that rests for more than an hour the next is the
  /// last one before its next event, and accounts are looked at again when something happens. It depends on the market alone,
  /// so every lane has the same samples, whatever is beside it.
  /// `othersNext` is when something that is neither a look nor the market's happens next.
  mutating func skipQuiet(othersNext: Int64) {
    if interval > 0, hasSampled, nextEventTime > nextSample, nextEventTime - nextSample > Self.longestRest {
      nextSample = max(nextSample, sample(before: nextEventTime))
    }
    // What a look saw stands until something happens.
    let news = min(nextEventTime, othersNext)
    if watches, nextWatch < news { nextWatch = Self.multiple(of: Self.watchNanoseconds, after: news - 1) }
    next = min(nextSample, nextWatch)
  }

  /// Brings marks through splits; they stand until the market has a price of the new shares.
  mutating func carry(through splits: [InstrumentChanges.Split], books: UnsafeMutablePointer<BookSet>) {
    for change in splits {
      let instrument = Int(change.instrument)
      if former.isEmpty { former = Array(repeating: nil, count: latest.count) }
      former[instrument] = FormerPrices(books.pointee, instrument: instrument)
      MarkFinder.carry(&latest[instrument], through: change.split)
    }
  }

  mutating func takeLast(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    if interval > 0, latestSample != time { record(at: time, engine: engine, books: books) }
    next = .max
  }

  private mutating func record(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    latestSample = time
    block.times.append(time)
    noteMarks(at: time, engine: engine, books: books)
    for mark in latest {
      block.marks.append(mark.long)
      if rule == .touch { block.shortMarks.append(mark.short) }
    }
    for lane in 0..<block.laneCount {
      for instrument in 0..<block.instrumentCount {
        block.ledgers.append(engine.pointee.ledger(lane: lane, instrument: instrument))
      }
    }
    if block.ledgers.count >= mostLedgers, let receiver { receiver(drain()) }
  }

  mutating func handOver(atLedgers count: Int, to receiver: @escaping (AccountSampleBlock) -> Void) {
    mostLedgers = max(1, count)
    self.receiver = receiver
  }

  /// What a position of so many lots was worth at the latest look, half ticks; Int64.min before the first price.
  func mark(instrument: Int, lots: Int64) -> Int64 { lots < 0 ? latest[instrument].short : latest[instrument].long }

  mutating func noteMarks(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    for instrument in latest.indices {
      if !former.isEmpty, let prices = former[instrument] {
        if prices.stand(books.pointee, instrument: instrument) { continue }
        former[instrument] = nil
      }
      engine.pointee.noteMiddle(instrument: instrument, time: time, books: books.pointee)
      MarkFinder.note(
        &latest[instrument], middle: engine.pointee.lastBidPlusAsk(instrument: instrument), instrument: instrument,
        rule: rule, books: books.pointee)
    }
  }

  /// The samples kept so far; empties the store.
  mutating func drain() -> AccountSampleBlock {
    defer { block = AccountSampleBlock(laneCount: block.laneCount, instrumentCount: block.instrumentCount) }
    return block
  }
}

/// Marks of longs and shorts by a rule, in half ticks.
public enum MarkFinder {
  /// Marks after a split, rounded to half a tick.
  public static func carry(_ latest: inout (long: Int64, short: Int64), through split: ShareSplit) {
    if latest.long != .min { latest.long = split.carried(halfTicks: latest.long) }
    if latest.short != .min { latest.short = split.carried(halfTicks: latest.short) }
  }

  /// Brings marks up to date: the middle; the last trade; or the bid for longs and the ask for shorts. Where there is no such
  /// price now the last one stands, and before the first the middle does.
  public static func note(
    _ latest: inout (long: Int64, short: Int64), middle: Int64, instrument: Int, rule: MarkRule,
    books: borrowing BookSet
  ) {
    switch rule {
    case .middle: if middle != .min { latest = (middle, middle) }
    case .last:
      let last = books.lastTradePrice(instrument: instrument)
      if !last.isNone {
        latest = (2 * Int64(last.ticks), 2 * Int64(last.ticks))
      } else if latest.long == .min {
        latest = (middle, middle)
      }
    case .touch:
      let bid = books.bestPrice(.buy, instrument: instrument)
      let ask = books.bestPrice(.sell, instrument: instrument)
      latest.long = bid.isNone ? (latest.long == .min ? middle : latest.long) : 2 * Int64(bid.ticks)
      latest.short = ask.isNone ? (latest.short == .min ? middle : latest.short) : 2 * Int64(ask.ticks)
    }
  }
}
