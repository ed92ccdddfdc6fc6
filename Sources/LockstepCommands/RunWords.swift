import CommandLineInterface
import Lab
import Ledger
import MarketTypes
import Reporting

/// A finished run in words and as JSON.
enum RunWords {
  static func report(_ finished: FinishedRun, seconds: Double, _ invocation: Invocation) throws {
    let result = finished.result
    if invocation[CommonParameters.json] {
      return try invocation.console.writeLine(try RunSummary.json(result).canonicalText())
    }
    let console = invocation.console
    for line in summary(of: result) { try console.writeLine(line) }
    for assumption in result.assumptions where assumption.topic == ContractWarning.topic {
      console.remark("warning: \(assumption.text)")
    }
    let length = Double(result.identity.end - result.identity.start) / 1e9
    console.remark(
      "\(finished.folder): \(Words.grouped(UInt64(result.identity.eventCount))) events in "
        + "\(Words.decimal(seconds, 2)) s, \(Words.grouped(UInt64(max(0, length / max(seconds, 1e-6))))) × real time")
  }

  private static func words(of check: LookAheadResult, in result: RunResult) -> String {
    let compared = check.lanes.reduce(0) { $0 + $1.comparedDecisions }
    if let first = check.differences.first {
      return "look-ahead check: FAILED in \(check.failingLanes.count) of \(check.lanes.count) lanes; lane "
        + "\(result.lanes[first.lane].name) with data until \(TimeText.iso8601(first.cutoff)) decided \(first.truncated), "
        + "not \(first.whole)"
    }
    return check.isVacuous
      ? "look-ahead check: nothing was decided, so nothing could be compared"
      : "look-ahead check: passed, \(compared) decisions repeated with data ending at \(check.cutoffs.count) of them"
  }

  /// What was not traded, and why: a run without fills must not look like one that had nothing to do.
  static func refusals(of result: RunResult) -> [String] {
    guard result.lanes.indices.contains(result.shownLane) else { return [] }
    let shown = result.lanes[result.shownLane]
    var lines: [String] = []
    for refusal in OrderRefusal.list(of: result) {
      lines.append(
        "refused: \(Words.grouped(UInt64(max(0, refusal.count)))) orders of lane \(shown.name) by "
          + "\(refusal.byVenue ? "the venue" : "a risk control"): \(refusal.reason), first at "
          + "\(TimeText.iso8601(refusal.firstTime)); \(refusal.advice)")
    }
    for (number, lane) in result.lanes.enumerated()
    where number != result.shownLane && lane.riskRejects + lane.venueRejects > 0 && lines.count < 12 {
      lines.append(
        "refused: \(Words.grouped(UInt64(max(0, lane.riskRejects)))) orders of lane \(lane.name) by risk controls, "
          + "\(Words.grouped(UInt64(max(0, lane.venueRejects)))) by the venue; report.shown_lane tells why")
    }
    if shown.ordersSent == 0, shown.riskRejects == 0 { lines.append("lane \(shown.name) sent no order") }
    return lines
  }

  static func summary(of result: RunResult) -> [String] {
    let identity = result.identity
    var lines = [
      "\(identity.name): \(identity.strategy) on \(result.instruments.map(\.symbol).joined(separator: ", ")), "
        + "\(TimeText.iso8601(identity.start).prefix(19)) to \(TimeText.iso8601(identity.end).prefix(19)) UTC"
    ]
    var rows = [["lane", "profit \(identity.currency)", "fees", "drawdown at samples %", "fills", "lots", "stopped"]]
    for lane in result.lanes.prefix(20) {
      rows.append([
        lane.name, Words.money(lane.profit), Words.money(lane.fees),
        Words.decimal(lane.deepestDrawdown * 100, 3), String(lane.fills), String(lane.tradedLots),
        lane.isStoppedByRisk ? "yes" : "no",
      ])
    }
    lines += Words.columns(rows)
    if result.lanes.count > 20 { lines.append("and \(result.lanes.count - 20) more lanes") }
    lines += refusals(of: result)
    if let check = result.lookAhead { lines.append(words(of: check, in: result)) }
    lines.append("result hash \(identity.resultHash)")
    return lines
  }
}
