import Accounting
import Execution
import Foundation
import MarketTypes
import Simulation
import TickStore

/// Runs lanes once and writes every fill as a row, oldest first, for comparison with another simulator.
enum FillTable {
  static func write(_ options: LaneOptions, file: TickFile, to path: String) throws {
    let lanes = options.laneCounts[0]
    let start = ContinuousClock().now
    var run = try LaneRunner(
      strategies: try options.strategies(lanes),
      terms: Array(repeating: options.terms(isRecorded: true), count: lanes), instruments: file.instruments)
    var source = try TickEventSource(file)
    var text = "time,lane,side,price,lots,maker,cause,cause_price,ahead_when_joined,sent_time\n"
    var batch = source.makeBatch()
    var count = 0
    let output = try Output(path)
    while try source.nextBatch(into: &batch) {
      run.apply(batch)
      count += append(run.takeFills(), to: &text)
      _ = run.takeTransitions()
      _ = run.takeMiddles()
      try output.write(&text)
    }
    run.finish()
    count += append(run.takeFills(), to: &text)
    try output.write(&text)
    let statistics = run.statistics
    print(
      "{\"events\": \(file.eventCount), \"fills\": \(count), \"sent\": \(statistics.sent), "
        + "\"cancels\": \(statistics.cancels), \"venueRejects\": \(statistics.venueRejects), "
        + "\"lots\": \(run.ledger(lane: 0).lots), \"cash\": \(run.ledger(lane: 0).cash), "
        + "\"seconds\": \((ContinuousClock().now - start) / .seconds(1))}")
  }

  private static func append(_ fills: [LaneFill], to text: inout String) -> Int {
    for fill in fills {
      text +=
        "\(fill.time),\(fill.lane),\(fill.side == .buy ? "B" : "S"),\(fill.price),\(fill.quantity),"
        + "\(fill.isMaker ? 1 : 0),\(fill.cause),\(fill.causePrice),\(fill.aheadWhenJoined),\(fill.sentTime)\n"
    }
    return fills.count
  }

  /// A text file, written piece by piece.
  private struct Output {
    let handle: FileHandle

    init(_ path: String) throws {
      try Data().write(to: URL(fileURLWithPath: path))
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    func write(_ text: inout String) throws {
      try handle.write(contentsOf: Data(text.utf8))
      text.removeAll(keepingCapacity: true)
    }
  }
}
