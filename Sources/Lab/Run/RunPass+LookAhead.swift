import Analytics
import Execution
import Ledger
import MarketTypes
import Reporting

/// The look-ahead check: the lanes again on data that ends early, which must decide the same until then.
///
/// It removes the future from what the engine hands over and from what a strategy keeps between runs of one process; a
/// strategy that opens the data file itself goes around it.
extension RunPass {
  /// Nil where the scenario wants none.
  func lookAhead(_ outcome: LaneOutcome) throws -> LookAheadResult? {
    guard plan.keepsDecisions else { return nil }
    let whole = timed(outcome)
    let cutoffs = LaneLookAheadCheck.sampledCutoffs(
      of: whole, count: scenario.lookAhead.cutoffs, seed: scenario.run.seed)
    var truncated: [LaneLookAheadCheck<LaneDecision>.TruncatedReplay] = []
    for (number, cutoff) in cutoffs.enumerated() {
      truncated.append(.init(cutoff: cutoff, decisions: timed(try lanes(through: cutoff))))
      log?.note("looked ahead", ["cutoff": .integer(number + 1), "of": .integer(cutoffs.count)])
    }
    let check = try LaneLookAheadCheck(whole: whole, truncated: truncated)
    return LookAheadResult(
      cutoffs: cutoffs,
      lanes: try check.lanes.map {
        LookAheadResult.Lane(comparedDecisions: $0.comparedDecisions, undetectedShare: try $0.undetectedShare())
      },
      differences: check.lanes.enumerated().flatMap { lane, check in check.differences.map { words($0, lane: lane) } })
  }

  /// The scenario's own lanes on the data up to a moment, which is included.
  private func lanes(through cutoff: Int64) throws -> LaneOutcome {
    var cut = replay
    cut.until = Timestamp(nanoseconds: min(cut.until?.nanoseconds ?? .max, cutoff &+ 1))
    var job = job(plan.withoutDraws, cut, eventLimit: nil)
    job.endTime = cutoff
    do { return try entry.run(job) } catch RunStop.interrupted {
      // Where the check stood is no place to go on from.
      throw RunStop.interrupted(nil)
    }
  }

  /// Decisions by the venue's clock, to which data is cut: a lane that knows the market late decides on older data than its
  /// own clock says.
  private func timed(_ outcome: LaneOutcome) -> [[TimedDecision<LaneDecision>]] {
    plan.variants.indices.map { lane in
      let shift = plan.terms[lane].latency.clockShift ?? 0
      return outcome.decisions[lane].enumerated()
        .map { place, decision in (decision.step == .received ? decision.time - shift : decision.time, place, decision)
        }
        .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        .map { TimedDecision(time: $0.0, content: $0.2) }
    }
  }

  private func words(_ difference: LookAheadCheck<LaneDecision>.Difference, lane: Int) -> LookAheadResult.Difference {
    func words(_ decision: TimedDecision<LaneDecision>?) -> String {
      decision.map { "\(UTCText.text($0.content.time)) \($0.content.words(replay.instruments))" } ?? "nothing"
    }
    return LookAheadResult.Difference(
      lane: lane, cutoff: difference.cutoff, decision: difference.index, whole: words(difference.whole),
      truncated: words(difference.truncated))
  }
}
