import CommandLineInterface
import MarketTypes
import Reporting

/// Why a fill came about, in sentences.
struct FillStory {
  let result: RunResult
  let number: Int

  private var fill: RunFill { result.fills[number] }
  private var instrument: Instrument { result.instruments[fill.instrument] }

  var lines: [String] {
    var lines = [head]
    lines.append(sending)
    if let missed { lines.append(missed) }
    if let queue { lines.append(queue) }
    lines.append(cause)
    lines.append("Queue model \(fill.model): \(model)")
    if let chance { lines.append(chance) }
    if let middles { lines.append(middles) }
    return lines
  }

  private var head: String {
    let verb = fill.side == .buy ? "bought" : "sold"
    let fee =
      fill.fee == 0
      ? "without a fee"
      : "\(fill.fee < 0 ? "rebate" : "fee") \(Words.fee(fill.fee)) \(result.identity.currency)"
    return "Fill \(number) of order \(fill.order): \(verb) \(instrument.lot.text(count: fill.lots)) "
      + "\(instrument.symbol) at \(price(fill.priceTicks)) on \(TimeText.iso8601(fill.time)), "
      + "as \(fill.isMaker ? "maker" : "taker"), \(fee)."
  }

  private var sending: String {
    guard fill.decisionTime != .min else { return "When it was decided is not recorded." }
    var text = "The strategy decided on \(TimeText.iso8601(fill.decisionTime))"
    text += ", \(Words.duration(fill.time - fill.decisionTime)) before the fill"
    if let order {
      text +=
        ": \(order.type == .market ? "a market order" : "\(order.timeInForce == .immediateOrCancel ? "an immediate" : "a limit") order")"
      text += " for \(instrument.lot.text(count: order.lots))"
      if order.limitTicks != .min { text += " at \(price(order.limitTicks))" }
      if order.venueTime != .min {
        text += "; the venue had it \(Words.duration(order.venueTime - order.decisionTime)) later"
      }
    }
    return text + "."
  }

  private var order: RunOrder? {
    result.orders.indices.contains(fill.orderRow) ? result.orders[fill.orderRow] : nil
  }

  private var queue: String? {
    guard fill.joinedTime != .min else { return nil }
    var text = "It joined the queue \(missedBefore.isEmpty ? "" : "anew ")on \(TimeText.iso8601(fill.joinedTime)) "
    text +=
      fill.aheadWhenJoined == 0
      ? "at its front" : "behind \(instrument.lot.text(count: fill.aheadWhenJoined))"
    if fill.frontTime != .min, fill.aheadWhenJoined > 0 {
      text += " and stood at the front \(Words.duration(fill.frontTime - fill.joinedTime)) later"
    } else if fill.aheadWhenJoined > 0 {
      text += "; not everything ahead had gone when it filled"
    }
    return text + "."
  }

  /// Fills of the order that were drawn as missed before this one.
  private var missedBefore: [MissedFill] {
    result.missedFills.filter {
      $0.orderRow == fill.orderRow && $0.order == fill.order && $0.time <= fill.time
    }
  }

  private var missed: String? {
    guard let last = missedBefore.last else { return nil }
    let (count, moment) = (missedBefore.count, TimeText.iso8601(last.time))
    return count == 1
      ? "A fill of it at its price was drawn as missed on \(moment): it went to the back of its queue."
      : "\(count) fills of it at its price were drawn as missed, the last on \(moment): each sent it to the queue's back."
  }

  /// What was drawn, where the model says so.
  private var chance: String? {
    fill.model.firstRange(of: RunFill.chanceMark).map {
      "An order whose turn comes at its price fills with probability \(fill.model[$0.upperBound...]) here, drawn for each "
        + "fill; this one was drawn as happening."
    }
  }

  private var cause: String {
    let rule =
      switch fill.cause {
      case "aggressed": "its own arrival took what rested on the other side"
      case "queue-reached": "an order behind it in the same queue was executed, so it would have been executed before"
      case "traded-through": "the market traded at a worse price, so it went through this one"
      case "crossed-by-arrival": "an order arrived on the other side at its price or through it"
      case "trade-at-price": "trades at its price used up what was ahead"
      case "bar-range": "a bar's range went through its price"
      case "auction": "the auction traded at its price or better"
      case "own-order": "another order of the same lane met it"
      case "counterparty": "a participant of the market that it trades in took it"
      default: "of the rule named so"
      }
    var text = "It filled (\(fill.cause)) because \(rule)"
    if fill.causePriceTicks != .min { text += "; the market's event was at \(price(fill.causePriceTicks))" }
    return text + "."
  }

  private var model: String {
    switch fill.model.firstRange(of: RunFill.chanceMark).map({ String(fill.model[..<$0.lowerBound]) }) ?? fill.model {
    case "order-level": "the feed names single orders, so its place in the queue is known, not estimated."
    case "matched": "a matching engine filled it; nothing is estimated."
    case "displayed-liquidity": "it took what the book showed, less what it had taken before."
    case "price-priority": "its price was better than what traded, so its place in the queue does not matter."
    case "bar-range": "bars hold no queue, so a price that was gone through is taken as filled."
    case "auction": "an auction trades at one price, so better prices fill for certain."
    case "own-order": "both orders were the lane's own."
    default: "the feed names levels only, so where they shrink relative to the order is assumed by this rule."
    }
  }

  /// The middle around the fill, and what it meant for the position.
  private var middles: String? {
    guard fill.fillMidHalfTicks != .min else { return nil }
    var parts: [String] = []
    if fill.arrivalMidHalfTicks != .min { parts.append("\(middle(fill.arrivalMidHalfTicks)) when decided") }
    parts.append("\(middle(fill.fillMidHalfTicks)) at the fill")
    for (horizon, value) in zip(["1 s", "10 s", "60 s"], fill.markoutMidHalfTicks) where value != .min {
      let gain = (fill.side == .buy ? 1 : -1) * (value - 2 * Int64(fill.priceTicks))
      parts.append(
        "\(middle(value)) \(horizon) later (\(gain < 0 ? "" : "+")\(Words.decimal(Double(gain) / 2, 1)) ticks)")
    }
    return "The middle was \(parts.joined(separator: ", "))."
  }

  // MARK: - For machines

  /// The same as data; what is not known is null. Times are nanoseconds since the epoch, as in result.h5.
  var json: JSONValue {
    func optional(_ value: Int64) -> JSONValue { value == .min ? .null : .integer(Int(value)) }
    func decimal(_ ticks: Int32) -> JSONValue { ticks == .min ? .null : .decimal(price(ticks)) }
    func halves(_ value: Int64) -> JSONValue { value == .min ? .null : .decimal(middle(value)) }
    let turn: Double = fill.side == .buy ? 1 : -1
    var markouts: [JSONValue] = []
    for (horizon, value) in zip(RunFill.markoutHorizons, fill.markoutMidHalfTicks) {
      let gain = turn * (Double(value) - 2 * Double(fill.priceTicks)) / 2
      markouts.append(
        .object([
          "nanoseconds": .integer(Int(horizon)), "mid": halves(value),
          "gain_ticks": value == .min ? .null : .number(gain),
        ]))
    }
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue) { members.append(.init(key: key, value: value)) }
    add("run", .string(result.identity.name))
    add("result_hash", .string(result.identity.resultHash))
    add("fill", .integer(number))
    add("time", .string(TimeText.iso8601(fill.time)))
    add("time_nanoseconds", .integer(Int(fill.time)))
    add("order", .decimal(String(fill.order)))
    add("order_row", fill.orderRow < 0 ? .null : .integer(fill.orderRow))
    add("instrument", .string(instrument.symbol))
    add("side", .string(fill.side == .buy ? "buy" : "sell"))
    add("price", decimal(fill.priceTicks))
    add("price_ticks", .integer(Int(fill.priceTicks)))
    add("quantity", .decimal(instrument.lot.text(count: fill.lots)))
    add("lots", .integer(Int(fill.lots)))
    add("fee", .number(fill.fee))
    add("currency", .string(result.identity.currency))
    add("is_maker", .bool(fill.isMaker))
    add("cause", .string(fill.cause))
    add("model", .string(fill.model))
    add("cause_price", decimal(fill.causePriceTicks))
    add("decision_nanoseconds", optional(fill.decisionTime))
    add("venue_nanoseconds", optional(order?.venueTime ?? .min))
    add("joined_nanoseconds", optional(fill.joinedTime))
    add("ahead_when_joined", optional(fill.aheadWhenJoined))
    add("front_nanoseconds", optional(fill.frontTime))
    add("missed_before", .integer(missedBefore.count))
    add("mid_at_decision", halves(fill.arrivalMidHalfTicks))
    add("mid_at_fill", halves(fill.fillMidHalfTicks))
    add("markouts", .array(markouts))
    add("story", .array(lines.map { .string($0) }))
    return .object(members)
  }

  private func price(_ ticks: Int32) -> String { instrument.tick.text(count: Int64(ticks)) }

  private func middle(_ halfTicks: Int64) -> String {
    Words.decimal(Double(halfTicks) / 2 * instrument.tick.doubleValue, 6).trimmedDecimals
  }
}

extension String {
  /// Without zeros at the end of its decimals.
  fileprivate var trimmedDecimals: String {
    guard contains(".") else { return self }
    var text = self
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
