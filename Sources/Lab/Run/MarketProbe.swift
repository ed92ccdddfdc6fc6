import Accounting
import Analytics
import Execution
import MarketTypes
import OrderBooks
import Simulation
import TickStore

/// The market's middle at chosen moments, from a second replay: exact, and independent of what the lanes did.
///
/// A value at a time is the state after every event up to and including that time. The fills of a run ask for many, so they lie
/// where its other rows do.
struct MarketProbe {
  /// What is known of an instrument at a time.
  private struct Values: BitwiseCopyable, Sendable {
    /// Bid plus ask in ticks; Int64.min where a side was empty or the data had ended.
    var middle: Int64
    /// Marks of longs and of shorts, the last one kept where there is no price; Int64.min before the first and never past the
    /// end.
    var long: Int64
    var short: Int64
  }

  /// Ascending, without repeats.
  let times: RowFile<Int64>
  let instrumentCount: Int
  /// Of time × instrument.
  private let values: RowFile<Values>
  /// Prices from before a split, until there are new ones.
  private var former: [FormerPrices?] = []
  /// Lots that the market traded in each instrument, over the whole replay.
  private(set) var tradedLots: [Int64]
  /// When in the week the market traded; when it moved at all, where nothing did trade.
  private(set) var hours: TradingHours
  /// When nothing moved for longer than a day.
  private(set) var rests: [MarketRest]

  init(
    times: RowFile<Int64>, windows: inout WindowCapture, replay: Replay, rule: MarkRule = .middle,
    storage: RowStorage = RowStorage(), progress: @escaping ProgressHandler
  ) throws {
    self.times = times
    instrumentCount = replay.instruments.count
    values = storage.file()
    tradedLots = []
    rests = []
    hours = TradingHours()
    var source = ReplaySource(replay, stage: "marking", progress: progress)
    var books = BookSet(instrumentCount: instrumentCount)
    var batch = source.makeBatch()
    var volume = TradedVolume(instrumentCount: instrumentCount)
    var latest = Array(repeating: (long: Int64.min, short: Int64.min), count: instrumentCount)
    former = Array(repeating: nil, count: replay.splits.isEmpty ? 0 : instrumentCount)
    var next = 0
    var nextSplit = 0
    while try source.nextBatch(into: &batch) {
      var cursor = EventCursor()
      while cursor.event < batch.count {
        let splitTime = nextSplit < replay.splits.count ? replay.splits[nextSplit].time : .max
        let time = next < times.count ? times[next] : .max
        books.apply(batch, from: &cursor, upTo: min(time, splitTime), observer: &volume)
        guard cursor.event < batch.count else { break }
        if splitTime <= time {
          // A split before the first event is none of the run's.
          if source.firstTime.map({ $0 <= splitTime }) ?? false {
            carry(through: replay.splits[nextSplit], books, &latest, rule)
          }
          nextSplit += 1
          continue
        }
        try note(books, &latest, rule)
        windows.note(time, books)
        next += 1
      }
    }
    tradedLots = volume.lots
    hours = volume.hours.isEmpty ? volume.eventHours : volume.hours
    rests = volume.rests.all
    // The last event's own moment is still in the data; later ones are not.
    while next < times.count {
      try note(books, &latest, rule, isPastEnd: times[next] > source.lastTime)
      windows.note(times[next], books)
      next += 1
    }
    try values.finish()
  }

  /// Brings marks through a split, as the lanes' accounts do.
  private mutating func carry(
    through change: InstrumentChanges.Split, _ books: borrowing BookSet, _ latest: inout [(long: Int64, short: Int64)],
    _ rule: MarkRule
  ) {
    let instrument = Int(change.instrument)
    let (bid, ask) = (
      books.bestPrice(.buy, instrument: instrument), books.bestPrice(.sell, instrument: instrument)
    )
    let middle = bid.isNone || ask.isNone ? .min : Int64(bid.ticks) + Int64(ask.ticks)
    if former[instrument] == nil {
      MarkFinder.note(
        &latest[instrument], middle: middle, instrument: instrument, rule: rule, books: books)
    }
    MarkFinder.carry(&latest[instrument], through: change.split)
    former[instrument] = FormerPrices(books, instrument: instrument)
  }

  /// Notes the next time.
  private mutating func note(
    _ books: borrowing BookSet, _ latest: inout [(long: Int64, short: Int64)], _ rule: MarkRule, isPastEnd: Bool = false
  ) throws(RunError) {
    for instrument in 0..<instrumentCount {
      var middle = Int64.min
      var isFormer = false
      if !former.isEmpty, let prices = former[instrument] {
        isFormer = prices.stand(books, instrument: instrument)
        if !isFormer { former[instrument] = nil }
      }
      if !isFormer {
        let bid = books.bestPrice(.buy, instrument: instrument)
        let ask = books.bestPrice(.sell, instrument: instrument)
        if !bid.isNone, !ask.isNone { middle = Int64(bid.ticks) + Int64(ask.ticks) }
        MarkFinder.note(&latest[instrument], middle: middle, instrument: instrument, rule: rule, books: books)
      }
      let mark = latest[instrument]
      try values.append(Values(middle: isPastEnd ? .min : middle, long: mark.long, short: mark.short))
    }
  }

  /// The row of a time that was asked for.
  func row(of time: Int64) -> Int {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func middle(at time: Int64, instrument: Int) -> Int64 {
    values[row(of: time) * instrumentCount + instrument].middle
  }

  /// The mark of a position of so many lots.
  func mark(at time: Int64, instrument: Int, lots: Int64) -> Int64 {
    let mark = values[row(of: time) * instrumentCount + instrument]
    return lots < 0 ? mark.short : mark.long
  }
}

/// Adds up what the market trades, and when.
private struct TradedVolume: BookObserver {
  private(set) var lots: [Int64]
  private(set) var hours = TradingHours()
  private(set) var eventHours = TradingHours()
  private(set) var rests = MarketRests()
  /// Until when trades, and events, fall into an hour already noted.
  private var noted = Int64.min
  private var eventNoted = Int64.min

  init(instrumentCount: Int) { lots = Array(repeating: 0, count: instrumentCount) }

  mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    if change.time >= eventNoted { eventNoted = eventHours.note(change.time) }
    switch change.code.operation {
    // The venue said something, and nobody else did.
    case .status, .clear, .snapshotBegin, .snapshotEnd: return
    default: rests.note(change.time)
    }
    switch change.code.operation {
    // Sources that print a trade and fill or execute orders apart say the quantity twice: the print counts.
    case .executeWhole where change.code.isMarked, .executePart where change.code.isMarked,
      .executePriced where change.code.isMarked:
      return
    case .executeWhole, .executePart, .executePriced, .trade, .bar:
      let instrument = Int(change.instrument)
      if change.time >= noted { noted = hours.note(change.time) }
      guard change.quantity > 0, lots.indices.contains(instrument) else { return }
      lots[instrument] = lots[instrument].addingReportingOverflow(change.quantity).partialValue
    default: return
    }
  }
}
