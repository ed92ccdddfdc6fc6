import Execution
import MarketTypes
import Numerics
import Reporting

/// The work after a replay, done once on a made-up run of the same size: what it takes depends on the number of samples,
/// lanes, resamples and simulated paths, and hardly on what the strategy does.
struct RunRehearsal {
  private(set) var seconds = 0.0
  private(set) var pageBytes = 0.0

  /// More samples than this only repeat what is known.
  private static let sampleLimit = 20_000.0
  /// A fill costs its row of the files, its marks and its part of the statistics of trades.
  private static let secondsOfFill = 20e-6

  init(_ scenario: Scenario, _ plan: LanePlan, instruments: [Instrument], size: RunSize) {
    let watch = Stopwatch()
    let count = Int(max(2, min(size.samples, Self.sampleLimit)))
    let run = Self.madeUp(scenario, plan, instruments, samples: count)
    let analysis = RunAnalysis(run, settings: scenario.analysisSettings)
    if scenario.report.isHTML {
      let page = Double(ReportPage(run, analysis).html().utf8.count)
      // Plots of fills are thinned, and a page ends at 600 KB.
      pageBytes = min(600_000, page + 40_000 + min(size.fills, 2_000) * 80)
    }
    seconds = watch.seconds * max(1, size.samples / Double(count)) + (size.fills + size.orders / 4) * Self.secondsOfFill
  }

  /// Every lane's equity is a random walk.
  private static func madeUp(
    _ scenario: Scenario, _ plan: LanePlan, _ instruments: [Instrument], samples: Int
  ) -> RunResult {
    let capital = scenario.account.capital
    let interval = Int64(scenario.run.equityIntervalSeconds * 1e9)
    let start: Int64 = 1_709_303_400_000_000_000
    var equity: [Double] = []
    var lanes: [LaneResult] = []
    for (lane, variant) in plan.variants.enumerated() {
      let random = RandomStream(seed: 1, stream: UInt64(lane))
      var value = capital
      for sample in 0..<samples {
        equity.append(value)
        value *= 1 + 1e-5 * random.normal(at: UInt64(sample))
      }
      let final = equity.last ?? capital
      lanes.append(LaneResult(name: variant.name, finalEquity: final, profit: final - capital))
    }
    let times = (0..<samples).map { start + Int64($0) * interval }
    var run = RunResult(
      identity: RunIdentity(
        name: scenario.name, currency: scenario.account.currency, startingCapital: capital, start: start,
        end: times.last ?? start), scenario: "", instruments: instruments, lanes: lanes, shownLane: plan.shown,
      sampleTimes: times, laneEquity: equity)
    let shown = Array(run.equity(ofLane: plan.shown))
    let none = [Double](repeating: 0, count: samples)
    run.account.times = times
    run.account.equity = shown
    run.account.cash = shown
    run.account.fees = none
    run.account.carry = none
    run.account.grossExposure = none
    run.account.netExposure = none
    run.account.lots = [Int64](repeating: 0, count: samples * instruments.count)
    run.account.markHalfTicks = [Int64](repeating: .min, count: samples * instruments.count)
    return run
  }
}
