import Accounting
import Execution
import MarketTypes
import Simulation

/// The shown lane's account at its samples.
struct ShownSamples {
  var times: [Int64] = []
  /// Bid plus ask of sample × instrument; Int64.min before the first.
  var marks: [Int64] = []
  /// Of sample × instrument.
  var ledgers: [PositionLedger] = []
  /// In the account's currency.
  var equity: [Double] = []
}

/// What is kept of the samples of some lanes that run together, so that memory does not grow with the length of a run: their
/// equity at the moments that `SampleTimes` chooses, and figures over all samples.
///
/// It belongs to the thread that runs the lanes, and between two rounds to who asks for them.
final class LaneSamples {
  /// Numbers of the lanes in the run.
  let lanes: Range<Int>
  /// Whose equity is kept; figures are those of all.
  private let kept: [Bool]
  private let shown: Int?
  private let replay: Replay
  private let capital: Double
  private let instrumentCount: Int
  private var all: SampleTimes
  private var own: SampleTimes
  /// Of each lane, at `times`; empty where it is not kept.
  private(set) var equity: [[Double]]
  private(set) var ofShown = ShownSamples()
  /// How many samples there were.
  private(set) var count = 0
  /// Equity at the latest sample, the highest, and the deepest fall from a high, a fraction of it.
  private(set) var latest: [Double]
  private var high: [Double]
  private(set) var deepest: [Double]
  /// What each lane made in each instrument up to the latest sample, before fees and carrying costs.
  private(set) var gains: [Double]

  init(_ job: LaneJob, lanes: Range<Int>) {
    self.lanes = lanes
    replay = job.replay
    capital = job.capital
    instrumentCount = job.replay.contracts.count
    let plan = job.plan
    kept = lanes.map { plan.keepsEquity($0) }
    shown = lanes.contains(plan.shown) ? plan.shown - lanes.lowerBound : nil
    let keeping = plan.terms.indices.count { plan.keepsEquity($0) }
    all = SampleTimes(
      interval: job.sampleNanoseconds, closes: job.closes, limit: job.limits.ofLane(among: keeping))
    own = SampleTimes(interval: job.sampleNanoseconds, closes: job.closes, limit: job.limits.shown)
    equity = Array(repeating: [], count: lanes.count)
    latest = Array(repeating: job.capital, count: lanes.count)
    high = Array(repeating: -.infinity, count: lanes.count)
    deepest = Array(repeating: 0, count: lanes.count)
    gains = Array(repeating: 0, count: lanes.count * instrumentCount)
  }

  /// When the equity is known.
  var times: [Int64] { all.times }

  /// Takes the next samples of these lanes.
  func take(_ block: AccountSampleBlock) {
    for sample in block.times.indices {
      let contracts = replay.contracts(at: block.times[sample])
      count += 1
      let replaces = all.add(block.times[sample])
      for lane in latest.indices {
        let value = value(of: lane, sample, block, contracts)
        latest[lane] = value
        high[lane] = max(high[lane], value)
        if high[lane] > 0 { deepest[lane] = min(deepest[lane], value / high[lane] - 1) }
        guard kept[lane] else { continue }
        if replaces { equity[lane][equity[lane].count - 1] = value } else { equity[lane].append(value) }
      }
      if let rows = all.thin() {
        for lane in equity.indices where kept[lane] { equity[lane].keep(rows) }
      }
      if let shown { takeShown(shown, sample, block) }
    }
  }

  private func value(
    of lane: Int, _ sample: Int, _ block: AccountSampleBlock, _ contracts: [ContractValue]
  ) -> Double {
    var sum = capital
    for (instrument, contract) in contracts.enumerated() {
      let ledger = block.ledger(sample: sample, lane: lane, instrument: instrument)
      let mark = block.mark(sample: sample, instrument: instrument, lots: ledger.lots)
      var gain = contract.currencyAmount(ledger.cash)
      sum += gain - contract.currencyAmount(ledger.fees) / 1e9
      if mark != .min {
        let worth =
          contract.currencyAmount(contract.doubledValue(lots: ledger.lots, mark: MarkPrice(halfTicks: mark))) / 2
        sum += worth
        gain += worth
      }
      gains[lane * instrumentCount + instrument] = gain
    }
    return sum
  }

  private func takeShown(_ lane: Int, _ sample: Int, _ block: AccountSampleBlock) {
    if own.add(block.times[sample]) {
      ofShown.equity.removeLast()
      ofShown.marks.removeLast(instrumentCount)
      ofShown.ledgers.removeLast(instrumentCount)
    }
    for instrument in 0..<instrumentCount {
      let ledger = block.ledger(sample: sample, lane: lane, instrument: instrument)
      ofShown.marks.append(block.mark(sample: sample, instrument: instrument, lots: ledger.lots))
      ofShown.ledgers.append(ledger)
    }
    ofShown.equity.append(latest[lane])
    if let rows = own.thin() {
      ofShown.equity.keep(rows)
      ofShown.marks.keep(rows, width: instrumentCount)
      ofShown.ledgers.keep(rows, width: instrumentCount)
    }
  }

  /// Hands everything to an outcome and keeps nothing.
  func give(to outcome: inout LaneOutcome) {
    outcome.sampleCount = count
    if shown != nil {
      ofShown.times = own.times
      outcome.samples = ofShown
      ofShown = ShownSamples()
    }
    precondition(
      outcome.sampleTimes.isEmpty || outcome.sampleTimes == times, "lanes were sampled at different moments")
    outcome.sampleTimes = times
    for (own, lane) in lanes.enumerated() {
      swap(&outcome.equity[lane], &equity[own])
      outcome.finalEquity[lane] = latest[own]
      outcome.deepestDrawdowns[lane] = deepest[own]
      outcome.gains[lane] = Array(gains[(own * instrumentCount)..<((own + 1) * instrumentCount)])
    }
  }
}
