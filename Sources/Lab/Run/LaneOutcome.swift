import Accounting
import Execution
import Ledger
import MarketTypes
import RiskControls

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
  /// Of recorded lanes, oldest first.
  var fills: [LaneFill] = []
  var transitions: [OrderTransition] = []
  /// Exchange times of the samples: the start, multiples of the interval, the end.
  var sampleTimes: [Int64] = []
  /// Bid plus ask of sample × instrument; Int64.min before the first.
  var sampleMarks: [Int64] = []
  /// By lane, then sample; in the account's currency.
  var equity: [[Double]] = []
  /// Of the fills so far, for checkpoints.
  var fillDigest = RunningDigest()

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

  /// Keeps fills and adds them to the digest.
  mutating func take(_ fresh: [LaneFill]) {
    for fill in fresh {
      fillDigest.add(fill.time)
      fillDigest.add(fill.quantity)
      fillDigest.add(fill.identifier)
      fillDigest.add(fill.lane)
      fillDigest.add(fill.price)
      fillDigest.add(fill.fee)
    }
    fills += fresh
  }
}

extension RunningDigest {
  mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { update($0) }
  }
}
