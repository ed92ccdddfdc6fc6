import Accounting
import Execution
import Ledger
import MarketTypes
import RiskControls
import Simulation

/// What a pass leaves: every lane's outcome and sampled equity, and the recorded lane in full.
struct LaneOutcome {
  var eventCount = 0
  /// First and last market time.
  var start: Int64 = 0
  var end: Int64 = 0
  /// By lane and instrument.
  var ledgers: [[PositionLedger]] = []
  var statistics: [LaneStatistics] = []
  var riskStates: [RiskState] = []
  /// Orders and fills of the recorded lane.
  var history: OrderHistory
  /// Exchange times of the samples: the start, multiples of the interval, the end.
  var sampleTimes: [Int64] = []
  /// Bid plus ask of sample × instrument; Int64.min before the first.
  var sampleMarks: [Int64] = []
  /// The recorded lane's ledgers of sample × instrument.
  var sampleLedgers: [PositionLedger] = []
  /// By lane, then sample; in the account's currency.
  var equity: [[Double]] = []
  /// Funding, borrow and dividends at the end, by lane and instrument.
  var carries: [[CarryLedger]] = []
  /// The recorded lane's own market, where lanes trade in one.
  var market: Replay.Part?
  /// Of the fills so far, for checkpoints.
  var fillDigest = RunningDigest()

  /// Positions that were closed for lanes, in order of time for each.
  var closings: [ForcedClosing.Note] = []

  /// What splits did to the recorded lane.
  private(set) var splits: [SplitNote] = []

  /// What each variant decided, where it is kept.
  var decisions: [[LaneDecision]] = []

  /// The lane that is recorded.
  let shown: Int

  init(laneCount: Int, shown: Int, storage: RowStorage = RowStorage(), keepsSteps: Bool = false) {
    self.shown = shown
    history = OrderHistory(storage, keepsSteps: keepsSteps)
    equity = Array(repeating: [], count: laneCount)
    ledgers = Array(repeating: [], count: laneCount)
    carries = Array(repeating: [], count: laneCount)
    statistics = Array(repeating: LaneStatistics(), count: laneCount)
    riskStates = Array(repeating: RiskState(), count: laneCount)
  }

  /// The recorded lane's fills, oldest first.
  var fills: LazyMapSequence<RowFile<ShownFill>, LaneFill> { history.fills.lazy.map(\.fill) }

  /// Hex SHA-256 of the fills so far and of every lane's ledgers now.
  var stateHash: String {
    var digest = fillDigest
    for ledgers in ledgers {
      for ledger in ledgers {
        digest.add(ledger.lots)
        digest.add(ledger.cash)
        digest.add(ledger.fees)
        digest.add(ledger.turnoverLots)
        digest.add(ledger.fillCount)
      }
    }
    return digest.digest.description
  }

  /// Takes a lane's samples; `own` is its number in the block.
  mutating func take(
    _ block: AccountSampleBlock, lane: Int, own: Int, replay: Replay, capital: Double
  ) {
    for sample in block.times.indices {
      let contracts = replay.contracts(at: block.times[sample])
      if lane == shown {
        sampleTimes.append(block.times[sample])
        for instrument in contracts.indices {
          let ledger = block.ledger(sample: sample, lane: own, instrument: instrument)
          sampleMarks.append(block.mark(sample: sample, instrument: instrument, lots: ledger.lots))
          sampleLedgers.append(ledger)
        }
      }
      var sum = capital
      for (instrument, contract) in contracts.enumerated() {
        let ledger = block.ledger(sample: sample, lane: own, instrument: instrument)
        let mark = block.mark(sample: sample, instrument: instrument, lots: ledger.lots)
        sum += contract.currencyAmount(ledger.cash) - contract.currencyAmount(ledger.fees) / 1e9
        if mark != .min {
          sum += contract.currencyAmount(contract.doubledValue(lots: ledger.lots, mark: MarkPrice(halfTicks: mark))) / 2
        }
      }
      equity[lane].append(sum)
    }
  }

  /// Keeps what splits did to the shown lane; notes count lanes from `firstLane` on.
  mutating func take(_ notes: [SplitNote], firstLane: Int) {
    splits += notes.filter { Int($0.lane) + firstLane == shown }
  }

  /// Keeps the shown lane's steps, and every variant's decisions where they are wanted.
  mutating func take(_ fresh: [OrderTransition]) throws(RunError) {
    try history.take(fresh, lane: shown)
    guard !decisions.isEmpty else { return }
    for step in fresh { if let decision = LaneDecision(step) { decisions[Int(step.lane)].append(decision) } }
  }

  /// Keeps the shown lane's fills and adds them to the digest; the steps that go with them are taken first.
  mutating func take(_ fresh: [LaneFill]) throws(RunError) {
    let fresh = fresh.contains { $0.lane != shown } ? fresh.filter { $0.lane == shown } : fresh
    for fill in fresh {
      fillDigest.add(fill.time)
      fillDigest.add(fill.quantity)
      fillDigest.add(fill.identifier)
      fillDigest.add(fill.lane)
      fillDigest.add(fill.price)
      fillDigest.add(fill.fee)
    }
    try history.take(fresh)
  }
}

extension RunningDigest {
  mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { update($0) }
  }
}
