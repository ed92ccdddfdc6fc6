import Accounting
import Execution
import MarketTypes
import Reporting
import RiskControls
import Simulation
import Strategies
import TickStore

/// The queue model that a fill rests on, by name: exact where the feed names orders.
private struct FillModel: Sendable {
  private let atPrice: String
  private let suffix: String
  private let isMatched: Bool

  init(_ terms: FillTerms, isMatched: Bool) {
    self.isMatched = isMatched
    atPrice = terms.queueModel.name
    suffix = terms.probability < 1 ? RunFill.chanceMark + TomlNumber.text(terms.probability) : ""
  }

  func name(of fill: LaneFill) -> String {
    if isMatched { return "matched" }
    func drawn(_ name: String) -> String { fill.causePrice == fill.price && !suffix.isEmpty ? name + suffix : name }
    return switch fill.cause {
    case .queueReached: drawn("order-level")
    case .tradeAtPrice: drawn(atPrice)
    case .aggressed: "displayed-liquidity"
    case .tradedThrough: "price-priority"
    case .crossedByArrival: drawn("price-priority")
    case .barRange: "bar-range"
    case .auction: "auction"
    case .ownOrder: "own-order"
    case .counterparty: "matched"
    }
  }
}

/// Turns what a pass left into the result that files and reports are made from.
struct RunAssembly {
  let scenario: Scenario
  let plan: LanePlan
  let replay: Replay
  private(set) var outcome: LaneOutcome
  private var history: OrderHistory { outcome.history }
  let lookAhead: LookAheadResult?
  var storage = RowStorage()

  /// After a fill, for its markouts.
  static let markoutNanoseconds = RunFill.markoutHorizons

  init(
    scenario: Scenario, plan: LanePlan, replay: Replay, outcome: LaneOutcome, lookAhead: LookAheadResult? = nil
  ) {
    self.lookAhead = lookAhead
    self.scenario = scenario
    self.plan = plan
    self.replay = replay
    self.outcome = outcome
  }

  /// Every moment at which the market's middle is needed, ascending and without repeats.
  func probeTimes(with windows: WindowCapture) throws(RunError) -> RowFile<Int64> {
    let times: RowFile<Int64> = storage.file()
    let further = (windows.times + outcome.splits.map(\.time)).sorted()
    let fills = outcome.fills
    // Fills come in order of time, so each distance from them is a list in order, and nothing has to be sorted.
    let distances = [0] + Self.markoutNanoseconds
    var (next, nextFurther) = ([Int](repeating: 0, count: distances.count), 0)
    while true {
      var time = nextFurther < further.count ? further[nextFurther] : .max
      for (list, distance) in distances.enumerated() where next[list] < fills.count {
        time = min(time, fills[next[list]].time + distance)
      }
      guard time != .max else { break }
      try times.append(time)
      while nextFurther < further.count, further[nextFurther] == time { nextFurther += 1 }
      for (list, distance) in distances.enumerated() {
        while next[list] < fills.count, fills[next[list]].time + distance == time { next[list] += 1 }
      }
    }
    try times.finish()
    return times
  }

  /// Where the lane's own orders stand in the book, what was ahead of them cannot be read from it.
  func windowCapture(showsOwnOrders: Bool) -> WindowCapture {
    WindowCapture(
      fills: outcome.fills, count: scenario.report.windows, windowSeconds: scenario.report.windowSeconds,
      start: outcome.start, end: outcome.end, followsQueues: !showsOwnOrders)
  }

  mutating func result(_ probe: MarketProbe, windows: WindowCapture) throws -> RunResult {
    let differences = try LaneDifferences(plan.variants).settings
    var result = RunResult(
      identity: try identity(), scenario: try scenario.text(), instruments: replay.instruments,
      lanes: plan.variants.indices.map { laneResult($0, plan.variants[$0], differences[$0]) }, shownLane: plan.shown,
      sampleTimes: outcome.sampleTimes)
    result.pessimistic = try pessimistic()
    result.laneInstruments = laneInstruments()
    result.laneEquity.reserveCapacity(plan.variants.count * outcome.sampleTimes.count)
    for lane in plan.variants.indices {
      result.laneEquity += outcome.equity[lane]
      // Of many lanes it is all the memory there is, and nobody needs it twice.
      outcome.equity[lane] = []
    }
    result.account =
      AccountHistory(
        outcome, capital: scenario.account.capital, method: scenario.account.lotMethod ?? .averageCost, replay: replay,
        probe: probe
      ).columns
    result.marketLots = probe.tradedLots
    result.marketHours = probe.hours
    result.marketRests = probe.rests
    result.orders = history.orders.rows(\.row)
    result.fills = try fills(probe)
    result.missedFills = history.missed.rows(\.row)
    if let steps = history.steps { result.orderSteps = steps.rows(\.row) }
    result.closedLots = try LotHistory.closedLots(
      scenario.account, instruments: replay.instruments, fills: outcome.fills, splits: outcome.splits)
    result.splits = splits()
    result.riskEvents = riskEvents()
    result.executionDraws = draws()
    result.lookAhead = lookAhead
    result.windows = windows.windows
    result.assumptions = RunAssumptions.list(scenario, lane: plan.variants[plan.shown], replay: replay)
    result.identity.resultHash = result.contentHash()
    return result
  }

  /// `differences` are the terms of trade by which the lane can be told from others.
  private func laneResult(
    _ lane: Int, _ variant: LaneVariant, _ differences: [LaneResult.Setting] = []
  ) -> LaneResult {
    let capital = scenario.account.capital
    let final = outcome.finalEquity[lane]
    let statistics = outcome.statistics[lane]
    var result = LaneResult(name: variant.name, finalEquity: final, profit: final - capital)
    result.settings = plan.parameterNames.map { LaneResult.Setting(name: $0, value: plan.parameters[lane][$0]) }
    result.settings += differences
    // Balances in other currencies are worth what their rate is at the end.
    let contracts = replay.contracts(at: outcome.sampleTimes.last ?? outcome.end)
    for (instrument, ledger) in outcome.ledgers[lane].enumerated() {
      let contract = contracts[instrument]
      let carry = outcome.carries[lane][instrument]
      result.fees += contract.currencyAmount(ledger.fees - carry.total) / 1e9
      result.carry.funding += contract.currencyAmount(carry.funding) / 1e9
      result.carry.borrow += contract.currencyAmount(carry.borrow) / 1e9
      result.carry.dividends += contract.currencyAmount(carry.dividends) / 1e9
      result.tradedLots += ledger.turnoverLots
    }
    result.ordersSent = Int(statistics.sent)
    result.riskRejects = Int(statistics.riskRejects)
    result.venueRejects = Int(statistics.venueRejects)
    result.cancels = Int(statistics.cancels)
    result.fills = Int(statistics.fills)
    result.deepestDrawdown = outcome.deepestDrawdowns[lane]
    result.isStoppedByRisk = outcome.riskStates[lane].isStopped
    return result
  }

  /// What each of several lanes made in each instrument that it traded.
  private func laneInstruments() -> [LaneInstrumentResult] {
    guard plan.variants.count > 1 else { return [] }
    let contracts = replay.contracts(at: outcome.sampleTimes.last ?? outcome.end)
    return plan.variants.indices.flatMap { lane in
      contracts.indices.compactMap { instrument in
        let ledger = outcome.ledgers[lane][instrument]
        guard ledger.fillCount > 0 else { return nil }
        let (contract, carry) = (contracts[instrument], outcome.carries[lane][instrument])
        return LaneInstrumentResult(
          lane: lane, instrument: instrument, fills: Int(ledger.fillCount), tradedLots: ledger.turnoverLots,
          grossProfit: outcome.gains[lane][instrument],
          fees: contract.currencyAmount(ledger.fees - carry.total) / 1e9,
          carry: contract.currencyAmount(carry.total) / 1e9)
      }
    }
  }

  /// The fills with what the market did after them.
  private func fills(_ probe: MarketProbe) throws(RunError) -> RunRows<RunFill> {
    let marked: RowFile<MarkedFill> = storage.file()
    for shown in history.fills {
      let (time, instrument) = (shown.fill.time, Int(shown.fill.instrument))
      let later = Self.markoutNanoseconds.map { distance in
        // Prices of old and of new shares do not compare.
        replay.splits.contains { Int($0.instrument) == instrument && $0.time >= time && $0.time <= time + distance }
          ? .min : probe.middle(at: time + distance, instrument: instrument)
      }
      try marked.append(
        MarkedFill(
          shown: shown, fillMid: probe.middle(at: time, instrument: instrument),
          markouts: (later[0], later[1], later[2])))
    }
    try marked.finish()
    let model = FillModel(plan.variants[plan.shown].fills, isMatched: scenario.run.hasImpact)
    let worth = replay
    return marked.rows { marked in
      let (fill, markouts) = (marked.shown.fill, marked.markouts)
      return RunFill(
        time: fill.time, order: fill.identifier, orderRow: marked.shown.orderRow, instrument: Int(fill.instrument),
        side: fill.side, priceTicks: fill.price, lots: fill.quantity,
        fee: worth.contracts(at: fill.time)[Int(fill.instrument)].currencyAmount(Int128(fill.fee)) / 1e9,
        isMaker: fill.isMaker,
        cause: fill.cause.name, model: model.name(of: fill), causePriceTicks: fill.causePrice,
        causeArrival: fill.causeArrival == .max ? .min : fill.causeArrival,
        joinedTime: fill.isMaker ? fill.joinedTime : .min, aheadWhenJoined: fill.isMaker ? fill.aheadWhenJoined : .min,
        frontTime: fill.isMaker ? fill.frontTime : .min, decisionTime: fill.sentTime,
        arrivalMidHalfTicks: marked.shown.arrivalMidHalfTicks, fillMidHalfTicks: marked.fillMid,
        markoutMidHalfTicks: [markouts.0, markouts.1, markouts.2])
    }
  }

  /// Every split that lay within the data, with what it did to the shown lane's position.
  private func splits() -> [RunSplit] {
    replay.splits.filter { (outcome.start...max(outcome.start, outcome.end)).contains($0.time) }.map { change in
      let note = outcome.splits.first { $0.time == change.time && $0.instrument == change.instrument }
      let contract = replay.contracts(at: change.time)[Int(change.instrument)]
      return RunSplit(
        time: change.time, instrument: Int(change.instrument), newShares: change.split.numerator,
        oldShares: change.split.denominator, lotsBefore: note?.lotsBefore ?? 0, lotsAfter: note?.lotsAfter ?? 0,
        cash: contract.currencyAmount(note?.cash ?? 0))
    }
  }

  private func riskEvents() -> [RiskEvent] {
    var events =
      history.refusals
      + MarginCalls.events(outcome, account: scenario.account, contracts: replay.contracts(at:))
    for (lane, variant) in plan.variants.enumerated() where outcome.riskStates[lane].isStopped {
      events.append(
        RiskEvent(
          time: outcome.riskStates[lane].stoppedTime, lane: lane, kind: "drawdown-stop",
          detail:
            "equity fell by more than \(TomlNumber.text(variant.risk.drawdown ?? 0)) \(scenario.account.currency) "
            + "from its high; \(Self.words(variant.risk.afterStop))"))
    }
    for (closing, count) in outcome.closings where closing.lane < plan.variants.count && closing.reason == .marginCall {
      events.append(
        RiskEvent(
          time: closing.time, lane: closing.lane, kind: "margin-closing",
          detail:
            "equity was less than keeping the positions asks for: orders were cancelled, positions closed at market",
          count: count))
    }
    return events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
  }

  /// What became of a fee rate, in basis points; nil where it is the same.
  static func words(_ role: String, _ before: Int64, _ after: Int64) -> String? {
    guard before != after else { return nil }
    let (old, new) = (basisPoints(before), basisPoints(after))
    if before >= 0 { return "\(role) fee raised from \(old) to \(new) bp" }
    if after > 0 { return "\(role) rebate of \(old) bp turned into a fee of \(new) bp" }
    return "\(role) rebate cut from \(old) to \(new) bp"
  }

  /// Billionths of the notional as basis points without a sign: two decimals, or as many as there are.
  private static func basisPoints(_ billionths: Int64) -> String {
    let (whole, rest) = billionths.magnitude.quotientAndRemainder(dividingBy: 100_000)
    var digits = String(String(100_000 + rest).dropFirst())
    while digits.count > 2, digits.hasSuffix("0") { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  private static func words(_ after: RiskTerms.AfterStop) -> String {
    switch after {
    case .close: "its orders were cancelled and its positions closed at market"
    case .hold: "its orders were cancelled and its positions held"
    case .reduce: "the lane may only reduce its position"
    }
  }

  private func draws() -> ExecutionDraws? {
    guard !plan.draws.isEmpty else { return nil }
    let terms = scenario.monteCarlo
    var drawn = [
      "all latencies times one factor, log-normal with standard deviation \(TomlNumber.text(terms.latencySpread)) of its "
        + "logarithm"
    ]
    if !scenario.run.hasImpact {
      let most = plan.variants[plan.shown].fills.probability
      drawn.append("a queue model for level feeds, each of \(FillTerms.Queue.allCases.count) as likely")
      drawn.append(
        "the chance that an order fills when its turn comes at its price, uniform from "
          + "\(TomlNumber.text(min(most, terms.leastFillProbability))) to \(TomlNumber.text(most))")
    }
    if terms.feeSpread > 0 {
      drawn.append("both fee rates moved by up to \(Self.basisPoints(terms.feeSpread)) bp of the notional")
    }
    let results = plan.draws.map { laneResult($0, plan.drawnVariants[$0 - plan.draws.lowerBound]) }
    return ExecutionDraws(
      drawn: drawn, settings: plan.drawnSettings, profits: results.map(\.profit), fills: results.map(\.fills),
      deepestDrawdowns: results.map(\.deepestDrawdown))
  }

  private func pessimistic() throws(ScenarioError) -> PessimisticRun? {
    guard let lane = plan.pessimistic, let variant = plan.pessimisticVariant else { return nil }
    let base = plan.variants[plan.shown]
    var changes = ["all latencies doubled"]
    if base.latency.isZero {
      changes = ["the feed and messages each way take \(LanePlan.pessimisticNanoseconds / 1_000_000) ms, not no time"]
    }
    if variant.fees != base.fees {
      let rates = [
        Self.words("maker", base.fees.makerRate, variant.fees.makerRate),
        Self.words("taker", base.fees.takerRate, variant.fees.takerRate),
      ].compactMap(\.self)
      let tiers = base.fees.tiers.isEmpty ? [] : ["fees of its tiers raised by as much"]
      changes.append((rates + tiers).joined(separator: ", "))
    }
    if variant.fills.queue != base.fills.queue { changes.append("the queue model '\(variant.fills.queue.rawValue)'") }
    if variant.fills.probability != base.fills.probability {
      changes.append(
        "an order whose turn comes at its price fills with probability \(TomlNumber.text(variant.fills.probability)), not "
          + TomlNumber.text(base.fills.probability))
    }
    return PessimisticRun(
      changes: changes, outcome: laneResult(lane, variant, try LaneDifferences([base, variant]).settings[1]),
      equity: outcome.equity[lane])
  }

  private func identity() throws -> RunIdentity {
    RunIdentity(
      name: scenario.name, scenarioHash: try scenario.fingerprint(), engineVersion: ScenarioRun.engineVersion,
      seed: scenario.run.seed,
      sources: replay.parts.map {
        RunIdentity.Source(path: $0.name, sha256: $0.sha256, eventCount: Int($0.file.eventCount))
      },
      currency: scenario.account.currency, startingCapital: scenario.account.capital, start: outcome.start,
      end: outcome.end, eventCount: outcome.eventCount, strategy: scenario.strategy.name,
      isStoppedByRisk: outcome.riskStates[plan.shown].isStopped)
  }
}

extension FillCause {
  /// A stable name of the rule that filled an order.
  var name: String {
    switch self {
    case .aggressed: "aggressed"
    case .queueReached: "queue-reached"
    case .tradedThrough: "traded-through"
    case .crossedByArrival: "crossed-by-arrival"
    case .tradeAtPrice: "trade-at-price"
    case .barRange: "bar-range"
    case .auction: "auction"
    case .ownOrder: "own-order"
    case .counterparty: "counterparty"
    }
  }
}
