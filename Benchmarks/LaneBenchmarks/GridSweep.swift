import Accounting
import BenchmarkHarness
import Execution
import Foundation
import MarketTypes
import Simulation
import Strategies
import TickStore

/// Grid makers over one replay of a tick file, or of a simulated day.
enum GridSweep {
  static func measure(_ options: LaneOptions, runner: inout BenchmarkRunner) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var path = options.ticks
    if path.isEmpty {
      path = folder.appendingPathComponent("simulated.ticks").path
      var model = MarketModel()
      model.continuousSeconds = runner.options.isTiny ? 30 : 3_600
      var market = try SimulatedMarket(model)
      try MarketRecording.record(&market, to: path)
    }
    let file = try TickFile(path: path)
    if let fills = options.fills { return try FillTable.write(options, file: file, to: fills) }
    for lanes in options.laneCounts {
      let strategies = try options.strategies(lanes)
      let terms = Array(repeating: options.terms(isRecorded: false), count: lanes)
      try runner.measure("grid maker, \(lanes) lanes", items: Int(file.eventCount) * lanes, unit: "lane-events") {
        var run = try LaneRunner(strategies: strategies, terms: terms, instruments: file.instruments)
        var source = try TickEventSource(file)
        try run.run(&source)
        var hash: UInt64 = 0
        for lane in 0..<lanes {
          let ledger = run.ledger(lane: lane)
          hash =
            hash &* 31 &+ UInt64(bitPattern: ledger.lots &+ ledger.fillCount)
            &+ UInt64(truncatingIfNeeded: ledger.cash)
        }
        return hash
      }
    }
  }
}
