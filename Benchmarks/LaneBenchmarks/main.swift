import Accounting
import BenchmarkHarness
import Execution
import Foundation
import MarketTypes
import Simulation
import Strategies
import TickStore

// One replay with many lanes of a grid maker: LaneBenchmarks [FILE.ticks]; without a file, a simulated day.
//
// Decisions every 100 ms, 0.5 ms to the venue and back, fees, the risk gate and accounting on; decoding and books included.

var runner = BenchmarkRunner()
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
var path = runner.options.rest.first { $0.hasSuffix(".ticks") } ?? ""
if path.isEmpty {
  path = folder.appendingPathComponent("simulated.ticks").path
  var model = MarketModel()
  model.continuousSeconds = runner.options.isTiny ? 30 : 3_600
  var market = try SimulatedMarket(model)
  try MarketRecording.record(&market, to: path)
}
let file = try TickFile(path: path)
let events = Int(file.eventCount)
let spreads = [1.0, 2.0, 3.0, 4.0]
let skews = [0.0, 1.0, 2.0, 4.0]
let terms = LaneTerms(
  latency: LatencyModel(
    feed: .constant(nanoseconds: 60_000), newOrderNanoseconds: 500_000, acknowledgementNanoseconds: 500_000),
  fees: FeeSchedule(makerRate: -20_000, takerRate: 100_000), isRecorded: false)

for lanes in runner.options.isTiny ? [1, 16] : [1, 16, 128, 1_024] {
  let strategies = try (0..<lanes).map { lane in
    GridMaker(
      try ParameterValues(
        ["half_spread": spreads[(lane + 1) % 4], "skew": skews[(lane / 4 + 1) % 4]], for: GridMaker.self))
  }
  runner.measure("grid maker, \(lanes) lanes", items: events * lanes, unit: "lane-events") {
    guard
      var run = try? LaneRunner(
        strategies: strategies, terms: Array(repeating: terms, count: lanes), instruments: file.instruments)
    else { return 0 }
    guard var source = try? TickEventSource(file) else { return 0 }
    do { try run.run(&source) } catch { return 0 }
    var hash: UInt64 = 0
    for lane in 0..<lanes {
      let ledger = run.ledger(lane: lane)
      hash =
        hash &* 31 &+ UInt64(bitPattern: ledger.lots &+ ledger.fillCount) &+ UInt64(truncatingIfNeeded: ledger.cash)
    }
    return hash
  }
}
