import Accounting
import BenchmarkHarness
import Execution
import Foundation
import MarketTypes
import Simulation
import Strategies

/// A moving-average sweep over bars: one replay of a million closes, a lane for each of 100 parameter sets.
///
/// Every lane puts all its money in at the close of the bar where the fast average rises above the slow one, and takes
/// all out where it falls below, for a fee of one in ten thousand.
enum BarSweep {
  static let fast = Array(stride(from: 5, through: 50, by: 5))
  static let slow = [60, 80, 100, 120, 150, 200, 250, 300, 400, 500]
  static let feeBillionths: Int64 = 100_000
  /// Money at the start, in ticks × lots: with lots this fine, what is left over in cash does not show in the result.
  static let notional: Int64 = 1_000_000_000_000_000

  static func measure(_ options: LaneOptions, runner: inout BenchmarkRunner) throws {
    let closes = try options.closes.map(read) ?? walk(runner.options.isTiny ? 2_000 : 1_000_000)
    var returns: [Double] = []
    try runner.measure(
      "moving-average cross, \(fast.count * slow.count) lanes", items: closes.count * fast.count * slow.count,
      unit: "lane-bars"
    ) {
      returns = try self.returns(closes)
      return returns.reduce(0) { $0 &* 31 &+ $1.bitPattern }
    }
    if let path = options.returns {
      try returns.map { "\($0)\n" }.joined().write(toFile: path, atomically: true, encoding: .utf8)
    }
  }

  /// The total return of each parameter set, slow lengths running fastest.
  static func returns(_ closes: [Int32]) throws -> [Double] {
    let strategies = try fast.flatMap { fast in
      try slow.map { slow in
        MovingAverageCross(
          try ParameterValues(
            [
              "fast": Double(fast), "slow": Double(slow), "notional": Double(notional),
              "fee_billionths": Double(feeBillionths),
            ], for: MovingAverageCross.self))
      }
    }
    guard let millionth = DecimalUnit(mantissa: 1, exponent: 6) else {
      throw LaneOptionError(text: "a millionth is no unit")
    }
    let terms = LaneTerms(
      fees: FeeSchedule(makerRate: feeBillionths, takerRate: feeBillionths), tradesAtLastPrice: true, isRecorded: false)
    var run = try LaneRunner(
      strategies: strategies, terms: Array(repeating: terms, count: strategies.count),
      instruments: [Instrument(symbol: "WALK", tick: millionth, lot: millionth)])
    var source = CloseSource(closes: closes)
    run.run(&source)
    let last = Int128(closes.last ?? 0)
    return strategies.indices.map { lane in
      let ledger = run.ledger(lane: lane)
      // Money is cash and the position at the last close, less fees, which are kept in billionths.
      let billionths = (ledger.cash + Int128(ledger.lots) * last) * 1_000_000_000 - Int128(ledger.fees)
      return Double(billionths) / (Double(notional) * 1e9)
    }
  }

  private static func read(_ path: String) throws -> [Int32] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return data.withUnsafeBytes { bytes in
      (0..<(bytes.count / 4)).map {
        Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
      }
    }
  }

  /// A random walk around 100 in millionths.
  private static func walk(_ count: Int) -> [Int32] {
    var value: Int32 = 100_000_000
    var state: UInt64 = 3
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      value += Int32(state >> 33 & 0x7FFF) - 16_383
      return value
    }
  }
}

/// Bars that consist of a close, a minute apart.
struct CloseSource: EventSource {
  let closes: [Int32]
  private var next = 0

  init(closes: [Int32]) { self.closes = closes }

  var instrumentCount: Int { 1 }

  func makeBatch() -> EventBatch { EventBatch(capacity: 8_192) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    batch.removeAll()
    while next < closes.count, !batch.isFull {
      batch.append(EventCode(.bar), time: Int64(next + 1) * 60_000_000_000)
      for _ in 0..<4 { batch.append(price: closes[next], sideIndex: 0) }
      batch.append(quantity: 0)
      next += 1
    }
    return batch.count > 0
  }
}
