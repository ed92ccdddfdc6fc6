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
  /// Samples there were, and exchange times of those that are kept of all lanes: the start, multiples of the interval, where
  /// sessions may close, the end.
  var sampleCount = 0
  var sampleTimes: [Int64] = []
  /// By lane, then kept sample, in the account's currency; of draws only the figures below are kept.
  var equity: [[Double]] = []
  /// By lane, over all samples.
  var finalEquity: [Double] = []
  var deepestDrawdowns: [Double] = []
  /// By lane and instrument, at the last sample: what it made before fees and carrying costs.
  var gains: [[Double]] = []
  /// The recorded lane's account.
  var samples = ShownSamples()
  /// Funding, borrow and dividends at the end, by lane and instrument.
  var carries: [[CarryLedger]] = []
  /// The recorded lane's own market, where lanes trade in one.
  var market: Replay.Part?
  /// Of the fills so far, for checkpoints.
  var fillDigest = RunningDigest()

  /// Positions that were closed for lanes, in order of time for each; from `OrderHistory.mostEvents` of a lane on the last one
  /// counts all.
  private(set) var closings: [(note: ForcedClosing.Note, count: Int)] = []
  private var closingPlaces: [Int: (count: Int, last: Int)] = [:]

  /// What splits did to the recorded lane.
  private(set) var splits: [SplitNote] = []

  /// What carrying positions cost the recorded lane, oldest first.
  let payments: RowFile<CarryNote>

  /// What each variant decided first, where it is kept, and how many decisions of a lane are.
  private(set) var decisions: [[LaneDecision]] = []
  private var mostDecisions = 0

  /// The lane that is recorded.
  let shown: Int

  init(laneCount: Int, shown: Int, storage: RowStorage = RowStorage(), keepsSteps: Bool = false) {
    self.shown = shown
    history = OrderHistory(storage, keepsSteps: keepsSteps)
    payments = storage.file()
    equity = Array(repeating: [], count: laneCount)
    finalEquity = Array(repeating: 0, count: laneCount)
    deepestDrawdowns = finalEquity
    gains = Array(repeating: [], count: laneCount)
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

  /// Keeps that a lane's positions were closed for it.
  mutating func take(_ note: ForcedClosing.Note) {
    var place = closingPlaces[note.lane] ?? (0, 0)
    if place.count < OrderHistory.mostEvents {
      place = (place.count + 1, closings.count)
      closings.append((note, 1))
    } else {
      closings[place.last].count += 1
    }
    closingPlaces[note.lane] = place
  }

  /// Keeps what splits did to the shown lane; notes count lanes from `firstLane` on.
  mutating func take(_ notes: [SplitNote], firstLane: Int) {
    splits += notes.filter { Int($0.lane) + firstLane == shown }
  }

  /// Keeps what carrying positions cost the shown lane.
  mutating func take(_ notes: [CarryNote], firstLane: Int) throws(RunError) {
    for note in notes where Int(note.lane) + firstLane == shown { try payments.append(note) }
  }

  /// Keeps the shown lane's steps, and every variant's decisions where they are wanted.
  mutating func take(_ fresh: [OrderTransition]) throws(RunError) {
    try history.take(fresh, lane: shown)
    guard !decisions.isEmpty else { return }
    for step in fresh {
      let lane = Int(step.lane)
      guard decisions[lane].count < mostDecisions, let decision = LaneDecision(step) else { continue }
      decisions[lane].append(decision)
    }
  }

  /// Keeps the first decisions of every variant: four million of all together, but at least a thousand of each.
  mutating func keepDecisions(of variants: Int) {
    decisions = Array(repeating: [], count: equity.count)
    mostDecisions = max(1 << 10, (1 << 22) / max(1, variants))
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
