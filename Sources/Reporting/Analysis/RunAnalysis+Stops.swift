import Analytics

/// Where the history of a lane ends that a risk control stopped.
///
/// A stopped lane that holds nothing lives through nothing: the steps after that are no calm of a strategy, and they would
/// flatter every ratio, shrink its volatility and lengthen its record. So statistics end when its last position is gone. A
/// lane that was stopped but kept its positions goes on to the end, because what they do is its result. Either way nothing
/// that was earned or lost is left out.
extension RunAnalysis {
  /// When a stopped lane had nothing left; nil for one that was not stopped, or that held positions until the end.
  static func settledTime(of run: RunResult, lane: Int) -> Int64? {
    guard run.lanes.indices.contains(lane),
      run.lanes[lane].isStoppedByRisk || (lane == run.shownLane && run.identity.isStoppedByRisk)
    else { return nil }
    let stop = stopTime(of: run, lane: lane) ?? .min
    let account = run.account
    if lane == run.shownLane, !account.times.isEmpty {
      let isComplete = account.equity.count == account.times.count && account.grossExposure.count == account.times.count
      guard isComplete else { return nil }
      let lots = run.instruments.count
      let hasLots = account.lots.count == account.times.count * lots
      return settled(account.times, stop) { row in
        account.equity[row] == account.equity[account.times.count - 1] && account.grossExposure[row] == 0
          && !(hasLots && account.lots[(row * lots)..<((row + 1) * lots)].contains { $0 != 0 })
      }
    }
    let (first, count) = (lane * run.sampleTimes.count, run.sampleTimes.count)
    guard count > 0, run.laneEquity.count >= first + count else { return nil }
    return settled(run.sampleTimes, stop) { run.laneEquity[first + $0] == run.laneEquity[first + count - 1] }
  }

  /// When a risk control stopped a lane, as far as its events say.
  static func stopTime(of run: RunResult, lane: Int) -> Int64? {
    run.riskEvents.first { $0.lane == lane && $0.kind == "drawdown-stop" }?.time
  }

  /// The first moment at or after the stop from which on every row is at rest; nil when the last one is not.
  private static func settled(_ times: [Int64], _ stop: Int64, isAtRest: (Int) -> Bool) -> Int64? {
    var row = times.count
    while row > 0, isAtRest(row - 1) { row -= 1 }
    guard row < times.count else { return nil }
    let time = max(times[row], stop)
    return time < times[times.count - 1] ? time : nil
  }

  /// Rows up to a moment, the one in force then repeated at it.
  static func prefix(_ times: [Int64], through end: Int64?) -> (count: Int, endsBetween: Bool) {
    guard let end else { return (times.count, false) }
    let count = times.firstIndex { $0 > end } ?? times.count
    return (count, count > 0 && times[count - 1] < end && count < times.count)
  }
}
