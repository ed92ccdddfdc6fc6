import MarketTypes
import Reporting

/// What a run takes for granted, in words, from its scenario and its data.
enum RunAssumptions {
  static func list(_ scenario: Scenario, lane: LaneVariant, replay: Replay) -> [Assumption] {
    var list: [Assumption] = []
    func add(_ topic: String, _ direction: Assumption.Direction, _ text: String) {
      list.append(Assumption(topic: topic, text: text, direction: direction))
    }
    if scenario.market != nil {
      add("data", .neutral, "The market is simulated by agents; no real market data is involved.")
    } else {
      add("data", .neutral, "The recorded market would have been the same without these orders.")
    }
    add(
      "impact", .optimistic,
      "Own orders do not move the market: nobody reacts to them, and what they take is there again "
        + "for others, though not for the same lane.")
    add(
      "fills", .pessimistic,
      "A resting order fills only when the market proves it: an order behind it in its queue was "
        + "executed, the market traded through its price, or an order arrived at it from the other side.")
    add(
      "queue", .neutral,
      "Where the feed names single orders, places in queues are exact; where it names levels only, the "
        + "model '\(lane.fills.queue.rawValue)' says which side of an order a level shrinks.")
    add("latency", lane.latency.isZero ? .optimistic : .neutral, latency(lane.latency))
    let fees = lane.fees
    add(
      "fees", fees.makerRate <= 0 && fees.takerRate <= 0 ? .optimistic : .neutral,
      "Makers pay \(rate(fees.makerRate)) of the notional and takers \(rate(fees.takerRate)); negative is a rebate.")
    add(
      "marks", .neutral,
      "Positions are valued at the middle of the best bid and offer; while a side is empty, at the last one.")
    add("borrowing", .optimistic, "Short positions cost nothing to borrow, and cash earns and costs no interest.")
    add(
      "margin", .optimistic, "There is no margin call: a lane may lose more than its capital unless a control stops it."
    )
    return list
  }

  private static func latency(_ terms: LatencyTerms) -> String {
    if terms.isZero { return "Messages take no time in either direction." }
    let feed =
      terms.feed == .recorded
      ? "the feed is as late as the data recorded it" : "the feed takes \(time(terms.feedNanoseconds))"
    return
      "Messages travel: \(feed), a new order \(rule(terms.newOrder)), a cancel \(rule(terms.cancel ?? terms.newOrder)), "
      + "an amend \(rule(terms.amend ?? terms.newOrder)) and an answer \(rule(terms.acknowledgement))."
  }

  private static func rule(_ rule: LatencyTerms.Rule) -> String {
    switch rule.law {
    case .constant: time(rule.nanoseconds)
    case .recorded:
      "\(rule.recordedThousandths) thousandths of the feed's recorded latency and \(time(rule.nanoseconds))"
    case .drawn:
      "drawn anew each time from \(time(rule.quantiles.first ?? 0)) to \(time(rule.quantiles.last ?? 0))"
    }
  }

  private static func time(_ nanoseconds: Int64) -> String {
    switch nanoseconds {
    case 0: "no time"
    case ..<1_000: "\(nanoseconds) ns"
    case ..<1_000_000: "\(TomlNumber.text(Double(nanoseconds) / 1e3)) µs"
    case ..<1_000_000_000: "\(TomlNumber.text(Double(nanoseconds) / 1e6)) ms"
    default: "\(TomlNumber.text(Double(nanoseconds) / 1e9)) s"
    }
  }

  /// Billionths in basis points.
  private static func rate(_ billionths: Int64) -> String {
    "\(TomlNumber.text(Double(billionths) / 1e5)) basis points"
  }
}

extension LatencyTerms {
  /// Nothing takes any time.
  var isZero: Bool {
    let rules = [newOrder, cancel ?? newOrder, amend ?? newOrder, acknowledgement]
    return feed == .constant && feedNanoseconds == 0 && rules.allSatisfy { $0.law == .constant && $0.nanoseconds == 0 }
  }
}
