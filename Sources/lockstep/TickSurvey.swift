import MarketTypes
import OrderBooks

/// What one pass over the hot columns tells about a tick file: counts, times, silences and crossed books.
struct TickSurvey: BookObserver {
  /// A stretch of time.
  struct Span: Hashable {
    var from: Int64
    var to: Int64
    var events: Int

    var nanoseconds: Int64 { to &- from }
  }

  /// What is known about one instrument.
  struct InstrumentFindings {
    var events = 0
    var firstTime: Int64?
    var lastTime: Int64?
    var crossedSince: Span?
    var crossedSpans: [Span] = []
    var crossedSpanCount = 0
  }

  /// At most this many spans are kept of each sort; the rest are counted.
  static let spanLimit = 20

  let silenceNanoseconds: Int64
  private(set) var events = 0
  private(set) var operations = [Int](repeating: 0, count: 32)
  private(set) var instruments: [InstrumentFindings]
  private(set) var firstTime: Int64?
  private(set) var lastTime: Int64?
  private(set) var stepsBack = 0
  private(set) var largestStepBack: Int64 = 0
  private(set) var silences: [Span] = []
  private(set) var silenceCount = 0

  init(instrumentCount: Int, silenceNanoseconds: Int64) {
    self.silenceNanoseconds = silenceNanoseconds
    instruments = Array(repeating: InstrumentFindings(), count: instrumentCount)
  }

  mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    let time = change.time
    events += 1
    operations[Int(change.code.operationNumber)] += 1
    noteTime(time)
    let index = Int(change.instrument)
    guard index < instruments.count else { return }
    instruments[index].events += 1
    if instruments[index].firstTime == nil { instruments[index].firstTime = time }
    instruments[index].lastTime = time
    if change.code.isEndOfEvent { noteCrossing(index, time, books) }
  }

  private mutating func noteTime(_ time: Int64) {
    if let last = lastTime {
      let (step, overflows) = time.subtractingReportingOverflow(last)
      if overflows || step >= silenceNanoseconds {
        silenceCount += 1
        if silences.count < Self.spanLimit { silences.append(Span(from: last, to: time, events: 0)) }
      } else if step < 0 {
        stepsBack += 1
        largestStepBack = max(largestStepBack, -step)
      }
    } else {
      firstTime = time
    }
    lastTime = time
  }

  private mutating func noteCrossing(_ index: Int, _ time: Int64, _ books: borrowing BookSet) {
    let bid = books.bestPrice(.buy, instrument: index)
    let ask = books.bestPrice(.sell, instrument: index)
    let isCrossed = !bid.isNone && !ask.isNone && bid > ask
    if isCrossed {
      var span = instruments[index].crossedSince ?? Span(from: time, to: time, events: 0)
      span.to = time
      span.events += 1
      instruments[index].crossedSince = span
    } else if var span = instruments[index].crossedSince {
      // The book was crossed until the event that uncrossed it.
      span.to = time
      close(span, index)
      instruments[index].crossedSince = nil
    }
  }

  private mutating func close(_ span: Span, _ index: Int) {
    instruments[index].crossedSpanCount += 1
    if instruments[index].crossedSpans.count < Self.spanLimit { instruments[index].crossedSpans.append(span) }
  }

  /// Ends the spans that are still open at the end of the file.
  mutating func finish() {
    for index in instruments.indices {
      if let span = instruments[index].crossedSince { close(span, index) }
      instruments[index].crossedSince = nil
    }
  }

  /// Counts by event kind, in the order of the kinds; several operations are one kind.
  var countsByKind: [(kind: EventKind, count: Int)] {
    var counts = [Int](repeating: 0, count: EventKind.allCases.count)
    for operation in EventCode.Operation.allCases {
      counts[Int(Self.kind(of: operation).rawValue)] += operations[Int(operation.rawValue)]
    }
    return EventKind.allCases.map { ($0, counts[Int($0.rawValue)]) }.filter { $0.count > 0 }
  }

  static func kind(of operation: EventCode.Operation) -> EventKind {
    switch operation {
    case .add: .add
    case .cancel: .cancel
    case .reduce: .reduce
    case .modify: .modify
    case .executeWhole, .executePart, .executePriced: .execute
    case .fill: .fill
    case .trade: .trade
    case .setLevel: .setLevel
    case .quote: .quote
    case .bar: .bar
    case .status: .status
    case .clear: .clear
    case .snapshotBegin: .snapshotBegin
    case .snapshotEnd: .snapshotEnd
    case .orphan: .orphan
    }
  }
}
