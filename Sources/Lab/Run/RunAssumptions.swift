import Accounting
import Analytics
import MarketTypes
import Reporting
import TickStore

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
    let worth = replay.instruments.prefix(8).map { instrument in
      let formula =
        instrument.settlement == .inverse
        ? "quantity × \(instrument.multiplier) / price" : "price × quantity × \(instrument.multiplier)"
      return "\(instrument.symbol) is worth \(formula) \(instrument.currency)"
    }
    add(
      "contracts", .neutral,
      worth.joined(separator: "; ") + (replay.instruments.count > 8 ? "; and so on" : "") + "."
        + (scenario.market == nil ? " Data often does not say it; data.contract does." : ""))
    if let text = ContractWarning.text(scenario, replay.instruments) { add(ContractWarning.topic, .neutral, text) }
    let isBarsOnly = holdsBarsOnly(replay)
    if scenario.run.hasImpact {
      addImpact(add)
    } else if isBarsOnly {
      addBars(lane.fills, add)
    } else {
      add(
        "impact", .optimistic,
        "Own orders do not move the market: nobody reacts to them, and what they take is there again "
          + "for others, though not for the same lane.")
      add(
        "fills", .pessimistic,
        "A resting order fills only when the market proves it: an order behind it in its queue was "
          + "executed, the market traded through its price, or an order arrived at it from the other side.")
      addChance(lane.fills.probability, add)
      add(
        "queue", .neutral,
        "Where the feed names single orders, places in queues are exact; where it names levels only, the "
          + "model '\(lane.fills.queue.rawValue)' says which side of an order a level shrinks.")
    }
    if lane.fills.tradesAtLastPrice, !isBarsOnly {
      add("bars", .optimistic, "Where data holds no book, orders fill at the last price at once, however many lots.")
    }
    add("latency", lane.latency.isZero ? .optimistic : .neutral, latency(lane.latency))
    let fees = lane.fees
    add(
      "fees", fees.isPlain && fees.makerRate <= 0 && fees.takerRate <= 0 ? .optimistic : .neutral,
      "Makers pay \(rate(fees.makerRate)) of the notional and takers \(rate(fees.takerRate)); negative is a rebate."
        + (fees.isPlain ? "" : " \(more(fees, scenario.account.currency))"))
    add(
      "marks", .neutral,
      isBarsOnly
        ? "Positions are valued at the close of the last bar, which stands for bid and offer alike."
        : marks(scenario.account.mark))
    addStop(lane.risk, add)
    addCarry(lane.carry, add)
    addFigures(
      scenario.metrics, replay.instruments.map(\.symbol), paysDividends: !scenario.carry.dividends.isEmpty, add)
    addAccount(scenario.account, add)
    addSplits(scenario.data.splits, add)
    return list
  }

  /// Bars, and nothing that a book could be made of.
  private static func holdsBarsOnly(_ replay: Replay) -> Bool {
    func count(_ operation: EventCode.Operation) -> UInt64 {
      replay.parts.reduce(0) { $0 + $1.file.count(of: operation) }
    }
    return count(.bar) > 0 && [.add, .setLevel, .quote, .trade].allSatisfy { count($0) == 0 }
  }

  private static func addBars(_ fills: FillTerms, _ add: (String, Assumption.Direction, String) -> Void) {
    add("impact", .optimistic, "Own orders do not move the market: the bars would have been the same without them.")
    add(
      "bars", .optimistic,
      fills.tradesAtLastPrice
        ? "The data holds bars only: market orders fill at the last price at once, with no spread and no slippage, however "
          + "many lots."
        : "The data holds bars only: market orders fill at the next bar's open (at its close if they came while it ran), with "
          + "no spread and no slippage, for up to the bar's volume where it has one.")
    add(
      "fills", .pessimistic,
      "A resting order fills only when a bar's range goes through its price; a bar that only touches it does not prove a "
        + "fill. Queue models and chances of fills have nothing to work on.")
  }

  private static func addSplits(_ splits: [SplitTerms], _ add: (String, Assumption.Direction, String) -> Void) {
    guard !splits.isEmpty else { return }
    add(
      "splits", .neutral,
      "\(splits.count) splits change positions and lots at their times: what is below a whole lot is paid in cash at the last "
        + "middle, rounded to a tick on a lot, the instrument's orders are cancelled, and the last mark is carried through to "
        + "half a tick until the market has a new price; orders that arrive before that are refused. Strategies "
        + "are told; those built in carry the prices and lots that they remember through it.")
  }

  private static func addAccount(
    _ account: AccountSettings, _ add: (String, Assumption.Direction, String) -> Void
  ) {
    if account.settlementDays > 0 {
      let rest =
        account.credit == .cash
        ? "what was sold for cannot be spent before." : "money and lots count at once."
      add(
        "settlement", .neutral, "What is traded changes hands \(account.settlementDays) business days later; \(rest)")
    }
    for rate in account.rates {
      let first = TomlNumber.text(rate.first)
      add(
        "currency", .neutral,
        rate.points.isEmpty
          ? "One \(rate.currency) is worth \(first) \(account.currency) all the time: instruments in it are "
            + "shown with their multiplier in \(account.currency), and no gain or loss comes from the rate."
          : "What is earned in \(rate.currency) stays in it and is worth what the rate of the moment makes of it, with "
            + "\(rate.points.count) rates over time; equity, margins and the account follow them. Instruments in it are shown with "
            + "their multiplier at the first rate, \(first), by which single trades, lots, limits of risk controls and amounts of "
            + "fees are counted.")
    }
    switch account.credit {
    case .unlimited:
      add(
        "margin", .optimistic,
        "There is no margin call: a lane may lose more than its capital unless a control stops it.")
    case .cash:
      add(
        "margin", .neutral,
        "The account is paid in cash: orders that it cannot pay for, and short sales, are refused; open orders count as "
          + "if they fill, and an order's own fees do not.")
    case .margin:
      let rule = account.marginRule
      add(
        "margin", .optimistic,
        "Opening is refused where equity is less than \(percent(rule.initialLong.rate)) of all positions' value "
          + "(\(percent(rule.initialShort.rate)) for shorts). Equity below \(percent(rule.maintenanceLong.rate)) "
          + "(\(percent(rule.maintenanceShort.rate)) for shorts) is noted as a margin call at samples; "
          + (account.margin.onCall == .close
            ? "all orders are then cancelled and all positions closed at market, and the lane goes on."
            : "nobody liquidates the positions, and only orders that do not raise the requirement pass until it is met "
              + "again."))
    }
  }

  private static func marks(_ mark: AccountSettings.Mark) -> String {
    switch mark {
    case .mid: "Positions are valued at the middle of the best bid and offer; while a side is empty, at the last one."
    case .last: "Positions are valued at the last trade; before the first one, at the middle of the best bid and offer."
    case .touch:
      "Positions are valued at what closing them would get: longs at the best bid, shorts at the best offer, whatever "
        + "their size; while there is none, at the last one."
    }
  }

  private static func addStop(_ risk: RiskTerms, _ add: (String, Assumption.Direction, String) -> Void) {
    guard risk.drawdown != nil else { return }
    let rest =
      switch risk.afterStop {
      case .close: "closes all positions at market, and the strategy is not called again."
      case .hold: "leaves positions as they are, and the strategy is not called again."
      case .reduce: "lets the strategy go on, which may only reduce its positions."
      }
    add("drawdown stop", .neutral, "The drawdown is looked at every second. The stop cancels all orders; it \(rest)")
  }

  private static func percent(_ billionths: Int64) -> String { "\(TomlNumber.text(Double(billionths) / 1e7)) %" }

  private static func addChance(
    _ probability: Double, _ add: (String, Assumption.Direction, String) -> Void
  ) {
    if probability >= 1 {
      add(
        "chance of fills", .optimistic,
        "An order whose turn comes at its own price always fills: nobody who would have traded with it stays away.")
    } else {
      add(
        "chance of fills", .neutral,
        "An order whose turn comes at its own price fills with probability \(TomlNumber.text(probability)), drawn for each "
          + "fill; a missed one sends it to the back of its queue. What the market trades through always fills.")
    }
  }

  /// What figures are measured against and by.
  private static func addFigures(
    _ terms: MetricTerms, _ symbols: [String], paysDividends: Bool,
    _ add: (String, Assumption.Direction, String) -> Void
  ) {
    let held =
      terms.benchmark.isEmpty
      ? (symbols.count == 1 ? symbols[0] : "all \(symbols.count) instruments in equal parts") : terms.benchmark
    add(
      "benchmark", .neutral,
      terms.benchmark == RunAnalysis.noBenchmark
        ? "The run is measured against no benchmark."
        : "The benchmark is holding \(held) from its first mark on, valued at marks and without costs"
          + (paysDividends ? ", its dividends kept as cash" : "")
          + (terms.benchmark.isEmpty ? "; the scenario names no other." : ", as the scenario says."))
    func percent(_ rate: Double) -> String { "\(TomlNumber.text((rate * 1e8).rounded() / 1e6)) %" }
    add(
      "figures", .neutral,
      "Figures follow the convention '\(terms.convention.rawValue)', with a risk-free rate of \(percent(terms.riskFreeRate)) "
        + "and a minimum acceptable return of \(percent(terms.minimumAcceptableReturn)) a year, and "
        + (terms.periodsPerYear.map { "\(TomlNumber.text($0)) sessions a year." }
          ?? "the sessions a year of the data's calendar."))
  }

  private static func addImpact(_ add: (String, Assumption.Direction, String) -> Void) {
    add(
      "impact", .neutral,
      "Own orders are matched in the simulated market: they stand in its book and take its liquidity, and agents act on "
        + "what they see. Rates of the background flow and the fundamental value do not react.")
    add("fills", .neutral, "Every fill is a trade of the market's matching engine, in its order of price and time.")
    add("lanes", .neutral, "Lanes do not meet: each trades in a copy of the market of its own.")
  }

  private static func addCarry(_ carry: HoldingTerms, _ add: (String, Assumption.Direction, String) -> Void) {
    if carry.borrowRate == 0 {
      add("borrowing", .optimistic, "Short positions cost nothing to borrow, and cash earns and costs no interest.")
    } else {
      add(
        "borrowing", .neutral,
        "Short positions pay \(rate(carry.borrowRate)) of their value a year of \(carry.borrowDaysPerYear) days, at the "
          + "end of each day of UTC and when they change; cash earns and costs no interest.")
    }
    if !carry.dividends.isEmpty {
      add(
        "dividends", .optimistic,
        "\(carry.dividends.count) dividends are paid at once and untaxed, on the position that is held at their times; "
          + "shorts pay them.")
    }
    guard carry.fundingRate != 0 || !carry.funding.isEmpty else { return }
    var text = "At funding times longs pay shorts"
    if carry.fundingRate != 0 {
      text += ": \(rate(carry.fundingRate)) of the position's value every \(carry.fundingIntervalSeconds) s"
    }
    if !carry.funding.isEmpty { text += "; \(carry.funding.count) single payments are given" }
    add("funding", .neutral, text + "; the mark is the last middle.")
  }

  /// What a schedule asks for beyond two rates.
  private static func more(_ fees: FeeSettings, _ currency: String) -> String {
    func amount(_ value: Double) -> String { "\(TomlNumber.text(value)) \(currency)" }
    var parts: [String] = []
    if fees.rates.makerPerUnit != 0 || fees.rates.takerPerUnit != 0 {
      parts.append("\(amount(fees.rates.makerPerUnit)) and \(amount(fees.rates.takerPerUnit)) per unit")
    }
    if fees.perFill != 0 { parts.append("\(amount(fees.perFill)) per fill") }
    if fees.perOrder != 0 { parts.append("\(amount(fees.perOrder)) per order") }
    let bounds = [
      ("at least", fees.fillMinimum, "a fill"), ("at most", fees.fillMaximum, "a fill"),
      ("at least", fees.orderMinimum, "an order"), ("at most", fees.orderMaximum, "an order"),
    ]
    for (word, bound, what) in bounds { if let bound { parts.append("\(word) \(amount(bound)) \(what)") } }
    if let largest = fees.orderMaximumRate { parts.append("at most \(rate(largest)) of an order's value") }
    if fees.buyDutyRate != 0 || fees.buyDutyPerUnit != 0 || fees.sellDutyRate != 0 || fees.sellDutyPerUnit != 0 {
      parts.append("duties on buys or sells")
    }
    if !fees.tiers.isEmpty { parts.append("\(fees.tiers.count) tiers by traded \(fees.volume.rawValue)") }
    if fees.volumeWindow == .month, !fees.tiers.isEmpty { parts.append("whose volume begins anew each month") }
    if fees.increment > 0 { parts.append("rounded to \(amount(fees.increment))") }
    return "Besides: " + parts.joined(separator: ", ") + "."
  }

  private static func latency(_ terms: LatencyTerms) -> String {
    if terms.isZero { return "Messages take no time in either direction." }
    let feed =
      switch terms.feed {
      case .constant: "the feed takes \(time(terms.feedNanoseconds))"
      case .recorded: "the feed is as late as the data recorded it"
      case .measured:
        "the feed is as late as measured at \(terms.feedPoints.count) moments, "
          + "\(time(terms.feedPoints.map(\.nanoseconds).min() ?? 0)) to "
          + time(terms.feedPoints.map(\.nanoseconds).max() ?? 0)
      case .drawn:
        "the feed's delay is drawn for each event from \(time(terms.feedQuantiles.first ?? 0)) to "
          + "\(time(terms.feedQuantiles.last ?? 0)), and no event overtakes another"
      }
    return
      "Messages travel: \(feed), a new order \(rule(terms.newOrder)), a cancel \(rule(terms.cancel ?? terms.newOrder)), "
      + "an amend \(rule(terms.amend ?? terms.newOrder)) and an answer \(rule(terms.acknowledgement))."
  }

  private static func rule(_ rule: LatencyTerms.Rule) -> String {
    switch rule.law {
    case .constant: time(rule.nanoseconds)
    case .recorded:
      "\(rule.recordedThousandths) thousandths of the feed's recorded latency and \(time(rule.nanoseconds))"
    case .measured:
      "as measured at \(rule.points.count) moments, \(time(rule.points.map(\.nanoseconds).min() ?? 0)) to "
        + time(rule.points.map(\.nanoseconds).max() ?? 0)
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
