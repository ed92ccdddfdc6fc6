import MarketTypes
import OrderBooks
import TickStore

/// Finds the stretches in which an instrument's best bid stood above its best ask.
struct CrossedSpans: BookObserver {
  /// From the first crossed state to the event that uncrossed it, or to the last crossed state of the file.
  struct Span: Hashable {
    var from: Int64
    var to: Int64
    var states: Int
  }

  struct Findings {
    var open: Span?
    var first: [Span] = []
    var count = 0
  }

  /// At most this many spans of an instrument are kept; the rest are counted.
  static let limit = 10

  private(set) var instruments: [Findings]

  init(instrumentCount: Int) {
    instruments = Array(repeating: Findings(), count: instrumentCount)
  }

  /// One pass over the hot columns of a file, with the books rebuilt; `isStopped` is asked once a block.
  init(_ file: TickFile, isStopped: () -> Bool) throws {
    self.init(instrumentCount: file.instruments.count)
    var books = BookSet(instrumentCount: file.instruments.count)
    let reader = try ReadAheadTickReader(file)
    var batch = file.makeBatch()
    while !isStopped(), try reader.nextBatch(into: &batch) {
      books.apply(batch, observer: &self)
    }
    finish()
  }

  var total: Int { instruments.reduce(0) { $0 + $1.count } }

  mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    let index = Int(change.instrument)
    // Between the messages of one exchange event, a crossed book means nothing.
    guard change.code.isEndOfEvent, index < instruments.count else { return }
    let bid = books.bestPrice(.buy, instrument: index)
    let ask = books.bestPrice(.sell, instrument: index)
    if !bid.isNone, !ask.isNone, bid > ask {
      var span = instruments[index].open ?? Span(from: change.time, to: change.time, states: 0)
      span.to = change.time
      span.states += 1
      instruments[index].open = span
    } else if var span = instruments[index].open {
      span.to = change.time
      close(span, index)
    }
  }

  private mutating func close(_ span: Span, _ index: Int) {
    instruments[index].open = nil
    instruments[index].count += 1
    if instruments[index].first.count < Self.limit { instruments[index].first.append(span) }
  }

  /// Ends the spans that are still open.
  mutating func finish() {
    for index in instruments.indices {
      if let span = instruments[index].open { close(span, index) }
    }
  }
}
