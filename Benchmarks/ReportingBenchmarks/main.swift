import BenchmarkHarness
import Foundation
import MarketTypes
import Numerics
import Reporting

// The result of a run of 10 million events: a day of 100 ms samples (864,000, so one to every dozen events), 100,000 fills
// and 200,000 orders, with an account row at every sample and fill.

var runner = BenchmarkRunner()
let isTiny = runner.options.isTiny

func result(samples: Int, fillCount: Int) -> RunResult {
  let day: Int64 = 86_400_000_000_000
  let start: Int64 = 1_709_251_200_000_000_000
  let step = day / Int64(samples)
  let normals = RandomStream(seed: 1, stream: 1).normals(count: samples)
  let uniforms = RandomStream(seed: 1, stream: 2).normals(count: fillCount)
  var run = RunResult(
    identity: RunIdentity(
      name: "benchmark", startingCapital: 1e6, start: start, end: start + day, eventCount: 10_000_000,
      strategy: "grid-maker"),
    scenario: "name = \"benchmark\"", instruments: [Instrument(symbol: "BTC-USD", tick: .one)],
    lanes: [LaneResult(name: "base", finalEquity: 1e6, profit: 0, fills: fillCount)],
    sampleTimes: (0..<samples).map { start + Int64($0) * step })
  var equity = 1e6
  run.laneEquity = normals.map { normal in
    // Cents, as accounts have them.
    equity += (normal * 100).rounded() / 100
    return equity
  }
  let every = max(1, samples / max(1, fillCount))
  var position: Int64 = 0
  var cash = 1e6
  var fees = 0.0
  var fill = 0
  for sample in 0..<samples {
    let time = run.sampleTimes[sample]
    let mark = Int64(6_000_000 + sample % 5_000)
    func account(_ time: Int64) {
      run.account.times.append(time)
      run.account.equity.append(run.laneEquity[sample])
      run.account.cash.append(cash)
      run.account.fees.append(fees)
      run.account.carry.append(0)
      run.account.grossExposure.append(abs(Double(position)) * Double(mark) / 2)
      run.account.netExposure.append(Double(position) * Double(mark) / 2)
      run.account.lots.append(position)
      run.account.markHalfTicks.append(mark)
    }
    account(time)
    guard sample % every == 0, fill < fillCount else { continue }
    let isBuy = uniforms[fill] > 0
    let price = Int32(mark / 2) + Int32(uniforms[fill] * 3)
    for side in 0..<2 {
      run.orders.append(
        RunOrder(
          identifier: UInt64(2 * fill + side), instrument: 0, side: side == 0 ? .buy : .sell, limitTicks: price,
          lots: 1 + Int64(fill % 7), filledLots: (side == 0) == isBuy ? 1 : 0, decisionTime: time - 5_000_000,
          venueTime: time - 1_000_000 - Int64(fill % 999), endTime: time + 1, outcome: (side == 0) == isBuy ? 0 : 1,
          reason: (side == 0) == isBuy ? "" : "requested", arrivalMidHalfTicks: mark))
    }
    position += isBuy ? 1 : -1
    cash -= (isBuy ? 1 : -1) * Double(price)
    fees += 0.01
    run.fills.append(
      RunFill(
        time: time + 7, order: UInt64(2 * fill), instrument: 0, side: isBuy ? .buy : .sell, priceTicks: price, lots: 1,
        fee: 0.01, isMaker: fill % 3 != 0, cause: fill % 3 != 0 ? "queue-reached" : "took-liquidity",
        model: "order-level", causePriceTicks: price, causeArrival: Int64(fill) * 31, joinedTime: time - 900_000,
        aheadWhenJoined: Int64(fill % 50), frontTime: time - 100, decisionTime: time - 5_000_000,
        arrivalMidHalfTicks: mark, fillMidHalfTicks: mark + 1, markoutMidHalfTicks: [mark + 2, mark - 3, mark + 5]))
    account(time + 7)
    fill += 1
  }
  return run
}

func hash(_ bytes: Data) -> UInt64 {
  bytes.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
}

let run = result(samples: isTiny ? 2_000 : 864_000, fillCount: isTiny ? 200 : 100_000)
let file = FileManager.default.temporaryDirectory.appending(path: "lockstep-benchmark-\(getpid()).h5")
defer { try? FileManager.default.removeItem(at: file) }
try RunResultFile.write(run, to: file.path)
let bytes = try Data(contentsOf: file)
let fileHash = hash(bytes)
let note = "\(bytes.count) B, \(run.account.times.count) account rows, \(run.fills.count) fills"

try runner.measure("write result.h5 of 10 M events", items: 1, unit: "files", note: note) {
  try RunResultFile.write(run, to: file.path)
  return fileHash
}
try runner.measure("read it back", items: 1, unit: "files") {
  UInt64(try RunResultFile.read(file.path).fills.count)
}
runner.measure("hash its content", items: 1, unit: "results") {
  UInt64(run.contentHash().prefix(15), radix: 16) ?? 0
}
var settings = RunAnalysisSettings()
if isTiny {
  settings.resamples = 100
  settings.simulatedPaths = 32
}
runner.measure("analyse it", items: 1, unit: "results") {
  UInt64(RunAnalysis(run, settings: settings).sampledMetrics.count)
}
