/// How far worse assumptions reach into a run: a re-run that is the run again says nothing about them.
enum PessimisticReach {
  /// Every figure and every sample of equity is the same.
  case nothing
  /// The same fills, at other fees.
  case feesAlone
  case fills

  /// Nil without a re-run.
  init?(_ result: RunResult) {
    guard let worse = result.pessimistic, let base = result.lanes[safe: result.shownLane] else { return nil }
    let other = worse.outcome
    func isEqual(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude <= 1e-9 * max(1, a.magnitude, b.magnitude) }
    let isTradedAlike =
      base.fills == other.fills && base.tradedLots == other.tradedLots && base.ordersSent == other.ordersSent
      && base.cancels == other.cancels && base.riskRejects == other.riskRejects
      && base.venueRejects == other.venueRejects
      && isEqual(base.profit + base.fees + base.carry.total, other.profit + other.fees + other.carry.total)
    guard isTradedAlike else {
      self = .fills
      return
    }
    let equity = result.laneEquity.isEmpty ? [] : Array(result.equity(ofLane: result.shownLane))
    let isSame =
      isEqual(base.profit, other.profit) && isEqual(base.fees, other.fees)
      && isEqual(base.carry.total, other.carry.total) && isEqual(base.deepestDrawdown, other.deepestDrawdown)
      && equity.count == worse.equity.count && zip(equity, worse.equity).allSatisfy(isEqual)
    if isSame {
      self = .nothing
    } else {
      self = isEqual(base.fees, other.fees) ? .fills : .feesAlone
    }
  }
}
