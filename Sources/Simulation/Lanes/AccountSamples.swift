public import Accounting
import Execution
import OrderBooks

/// All lanes' accounts at moments of exchange time.
public struct AccountSampleBlock: Sendable {
  public let laneCount: Int
  public let instrumentCount: Int
  public fileprivate(set) var times: [Int64] = []
  /// Bid plus ask in ticks of sample × instrument, the last known when a side is empty; Int64.min before the first.
  public fileprivate(set) var marks: [Int64] = []
  /// Positions of sample × lane × instrument.
  public fileprivate(set) var ledgers: [PositionLedger] = []

  init(laneCount: Int, instrumentCount: Int) {
    self.laneCount = laneCount
    self.instrumentCount = instrumentCount
  }

  public func ledger(sample: Int, lane: Int, instrument: Int) -> PositionLedger {
    ledgers[(sample * laneCount + lane) * instrumentCount + instrument]
  }

  public func mark(sample: Int, instrument: Int) -> Int64 { marks[sample * instrumentCount + instrument] }
}

/// Takes samples at an interval, and decides when drawdown stops are looked at.
struct AccountSamples {
  /// Where a drawdown is watched without samples, this often.
  static let watchNanoseconds: Int64 = 1_000_000_000

  let interval: Int64
  let keeps: Bool
  /// The next moment; Int64.max when there is nothing to do.
  private(set) var next = Int64.max
  private(set) var block: AccountSampleBlock

  init(intervalNanoseconds: Int64, watches: Bool, laneCount: Int, instrumentCount: Int) {
    keeps = intervalNanoseconds > 0
    interval = keeps ? intervalNanoseconds : watches ? Self.watchNanoseconds : 0
    block = AccountSampleBlock(laneCount: laneCount, instrumentCount: instrumentCount)
  }

  /// The first sample is the start; the others lie on multiples of the interval.
  mutating func start(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    guard interval > 0 else { return }
    if keeps { record(at: time, engine: engine, books: books) }
    next = (time / interval - (time % interval < 0 ? 1 : 0) + 1) * interval
  }

  mutating func take(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    if keeps { record(at: next, engine: engine, books: books) }
    next += interval
  }

  mutating func takeLast(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    if keeps, block.times.last != time { record(at: time, engine: engine, books: books) }
    next = .max
  }

  private mutating func record(
    at time: Int64, engine: UnsafeMutablePointer<ExecutionEngine>, books: UnsafeMutablePointer<BookSet>
  ) {
    block.times.append(time)
    for instrument in 0..<block.instrumentCount {
      engine.pointee.noteMiddle(instrument: instrument, time: time, books: books.pointee)
      block.marks.append(engine.pointee.lastBidPlusAsk(instrument: instrument))
    }
    for lane in 0..<block.laneCount {
      for instrument in 0..<block.instrumentCount {
        block.ledgers.append(engine.pointee.ledger(lane: lane, instrument: instrument))
      }
    }
  }

  /// The samples kept so far; empties the store.
  mutating func drain() -> AccountSampleBlock {
    defer { block = AccountSampleBlock(laneCount: block.laneCount, instrumentCount: block.instrumentCount) }
    return block
  }
}
