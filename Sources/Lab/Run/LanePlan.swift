import Accounting
import Execution
import MarketTypes
import Numerics
import Reporting
import RiskControls
import Strategies

/// The lanes of one pass: the scenario's variants first, then what the run adds to learn how uncertain they are.
struct LanePlan: Sendable {
  var variants: [LaneVariant]
  /// Index of the lane that is kept in full.
  var shown: Int
  var parameters: [ParameterValues]
  /// In the order the strategy declares them.
  var parameterNames: [String]
  var terms: [LaneTerms]
  /// Lanes of the shown strategy under drawn execution, after the variants.
  var draws: Range<Int>
  var drawnVariants: [LaneVariant] = []
  /// What was drawn for each.
  var drawnSettings: [DrawnExecution] = []
  /// The shown strategy with everything uncertain set against it: the last lane, where there is one.
  var pessimistic: Int?
  var pessimisticVariant: LaneVariant?
  /// What every variant decides is kept, for the look-ahead check.
  var keepsDecisions = false

  /// `span` is the time the data covers, as far as it is known.
  init(
    _ scenario: Scenario, entry: StrategyEntry, instruments: [Instrument], span: ClosedRange<Int64>?
  ) throws {
    let variants = scenario.variants
    self.variants = variants
    shown = variants.firstIndex { $0.name == scenario.report.shownLane } ?? 0
    var all = variants
    draws = all.count..<(all.count + scenario.monteCarlo.executionDraws)
    for draw in 0..<scenario.monteCarlo.executionDraws {
      let (variant, setting) = Self.drawn(variants[shown], draw: draw, scenario)
      drawnVariants.append(variant)
      drawnSettings.append(setting)
    }
    all += drawnVariants
    if scenario.monteCarlo.runsPessimistic {
      let worse = Self.worse(variants[shown], scenario)
      pessimisticVariant = worse
      pessimistic = all.count
      all.append(worse)
    }
    parameters = try all.map { try entry.values($0.parameters) }
    parameterNames = entry.parameters.map(\.name)
    terms = []
    let credit = try scenario.account.creditTerms(instruments)
    for (index, lane) in all.enumerated() {
      let draw = draws.contains(index) ? index - draws.lowerBound + 1 : 0
      terms.append(
        LaneTerms(
          latency: lane.latency.model(seed: scenario.run.seed, stream: UInt64(draw)), fees: lane.fees.schedule,
          limits: try Self.limits(lane.risk, instruments: instruments), queueModel: lane.fills.queueModel,
          tradesAtLastPrice: lane.fills.tradesAtLastPrice,
          carry: try lane.carry.engineTerms(instruments: instruments, span: span),
          settlementDays: scenario.account.settlementDays, credit: credit,
          fillChance: lane.fills.probability < 1
            ? FillChance(probability: lane.fills.probability, seed: scenario.run.seed, stream: UInt64(draw)) : nil,
          account: AccountBasis(
            capital: scenario.account.exactCapital, lotMethod: scenario.account.lotMethod ?? .averageCost),
          isRecorded: index == shown || (scenario.lookAhead.cutoffs > 0 && index < variants.count)))
    }
    keepsDecisions = scenario.lookAhead.cutoffs > 0
  }

  /// Whose equity over time is kept: of draws only the outcome counts.
  func keepsEquity(_ lane: Int) -> Bool { lane < variants.count || lane == pessimistic }

  /// The scenario's own lanes alone.
  var withoutDraws: LanePlan {
    var plan = self
    plan.parameters.removeSubrange(variants.count...)
    plan.terms.removeSubrange(variants.count...)
    plan.draws = variants.count..<variants.count
    plan.drawnVariants = []
    plan.drawnSettings = []
    (plan.pessimistic, plan.pessimisticVariant) = (nil, nil)
    return plan
  }

  // MARK: - Uncertain execution

  /// One draw: all latencies times a common factor, both fee rates moved, a queue model and a chance of fills. Lanes that
  /// trade in a market of their own need no model of fills, so only latencies and fees are drawn for them.
  private static func drawn(
    _ base: LaneVariant, draw: Int, _ scenario: Scenario
  ) -> (variant: LaneVariant, setting: DrawnExecution) {
    let random = RandomStream(seed: scenario.run.seed, stream: 0x6578_6563 << 16 | UInt64(draw))
    let factor = Elementary.exp(scenario.monteCarlo.latencySpread * random.normal(at: 0))
    var lane = base
    lane.name = "draw-\(draw)"
    lane.latency = base.latency.scaled(by: factor)
    let spread = Double(scenario.monteCarlo.feeSpread)
    let change = Int64((spread * (2 * random.uniform(at: 2) - 1)).rounded())
    lane.fees.raiseRates(maker: change, taker: change)
    if !scenario.run.hasImpact {
      let models = FillTerms.Queue.allCases
      lane.fills.queue = models[random.integer(at: 3, below: models.count)]
      let range = base.fills.probability - min(base.fills.probability, scenario.monteCarlo.leastFillProbability)
      lane.fills.probability = base.fills.probability - range * random.uniform(at: 4)
    }
    return (
      lane,
      DrawnExecution(
        latencyFactor: factor, feeChange: change, queueModel: lane.fills.queue.rawValue,
        fillProbability: lane.fills.probability)
    )
  }

  /// What messages take at least on each way in the pessimistic run of a scenario without any latency.
  static let pessimisticNanoseconds: Int64 = 1_000_000

  /// Latencies doubled, fees up by the spread or a tenth, the queue model that believes the least, and the least chance
  /// of fills at the price.
  private static func worse(_ base: LaneVariant, _ scenario: Scenario) -> LaneVariant {
    var lane = base
    lane.name = "pessimistic"
    lane.latency = base.latency.scaled(by: 2)
    if base.latency.isZero {
      lane.latency.feedNanoseconds = pessimisticNanoseconds
      lane.latency.newOrder.nanoseconds = pessimisticNanoseconds
      lane.latency.cancel = nil
      lane.latency.amend = nil
      lane.latency.acknowledgement.nanoseconds = pessimisticNanoseconds
    }
    lane.fees.raiseRates(
      maker: max(scenario.monteCarlo.feeSpread, Int64(base.fees.makerRate.magnitude) / 10),
      taker: max(scenario.monteCarlo.feeSpread, Int64(base.fees.takerRate.magnitude) / 10))
    if !scenario.run.hasImpact {
      lane.fills.queue = .riskAverse
      lane.fills.probability = min(base.fills.probability, scenario.monteCarlo.leastFillProbability)
    }
    return lane
  }

  // MARK: - Terms

  private static func limits(_ terms: RiskTerms, instruments: [Instrument]) throws(RunError) -> RiskLimits {
    var limits = RiskLimits()
    limits.orderQuantity = terms.orderQuantity
    limits.position = terms.position
    limits.priceCollarTicks = terms.priceCollarTicks
    limits.orderRate = terms.orderRate
    limits.orderRateWindowNanoseconds = terms.orderRateWindowNanoseconds
    limits.afterStop =
      switch terms.afterStop {
      case .close: .closes
      case .hold: .holds
      case .reduce: .continues
      }
    let value = instruments.first?.tickLotValue ?? 1
    if terms.notional != nil || terms.drawdown != nil {
      guard instruments.allSatisfy({ $0.tickLotValue == value }) else {
        throw RunError(
          .badData, "risk.notional and risk.drawdown need instruments whose tick is worth the same on a lot",
          advice: "choose such instruments with data.instruments, or leave these controls out")
      }
    }
    limits.notional = terms.notional.map { Int64(clamping: Int128(($0 / value).rounded())) }
    limits.drawdown = terms.drawdown.map { Int64(clamping: Int128(($0 / value).rounded())) }
    return limits
  }
}

extension LatencyTerms {
  func model(seed: UInt64, stream: UInt64) -> LatencyModel {
    LatencyModel(
      feed: engineFeed, newOrder: newOrder.engineLaw,
      cancel: cancel?.engineLaw, amend: amend?.engineLaw, acknowledgement: acknowledgement.engineLaw, seed: seed,
      stream: stream)
  }

  private var engineFeed: LatencyModel.Feed {
    switch feed {
    case .constant: .constant(nanoseconds: feedNanoseconds)
    case .recorded: .recorded
    case .drawn: .varying(.drawn(quantiles: feedQuantiles))
    case .measured:
      .varying(.measured(feedPoints.map { LatencyPoint(time: $0.time ?? 0, nanoseconds: $0.nanoseconds) }))
    }
  }

  /// All constants and quantiles times a factor; recorded latencies too, except the feed's.
  func scaled(by factor: Double) -> LatencyTerms {
    var terms = self
    terms.feedNanoseconds = Self.scaled(feedNanoseconds, factor)
    terms.feedQuantiles = feedQuantiles.map { Self.scaled($0, factor) }
    for place in terms.feedPoints.indices {
      terms.feedPoints[place].nanoseconds = Self.scaled(feedPoints[place].nanoseconds, factor)
    }
    terms.newOrder = newOrder.scaled(by: factor)
    terms.cancel = cancel?.scaled(by: factor)
    terms.amend = amend?.scaled(by: factor)
    terms.acknowledgement = acknowledgement.scaled(by: factor)
    return terms
  }

  static func scaled(_ nanoseconds: Int64, _ factor: Double) -> Int64 {
    Int64(min(Double(longest.upperBound), (Double(nanoseconds) * factor).rounded()))
  }
}

extension LatencyTerms.Rule {
  var engineLaw: LatencyLaw {
    switch law {
    case .constant: .constant(nanoseconds: nanoseconds)
    case .recorded: .recorded(thousandths: recordedThousandths, addedNanoseconds: nanoseconds)
    case .drawn: .drawn(quantiles: quantiles)
    case .measured: .measured(points.map { LatencyPoint(time: $0.time ?? 0, nanoseconds: $0.nanoseconds) })
    }
  }

  func scaled(by factor: Double) -> LatencyTerms.Rule {
    var rule = self
    rule.nanoseconds = LatencyTerms.scaled(nanoseconds, factor)
    rule.recordedThousandths = Int64(min(1e6, (Double(recordedThousandths) * factor).rounded()))
    rule.quantiles = quantiles.map { LatencyTerms.scaled($0, factor) }
    for place in rule.points.indices {
      rule.points[place].nanoseconds = LatencyTerms.scaled(points[place].nanoseconds, factor)
    }
    return rule
  }
}

extension FillTerms {
  var queueModel: QueueModel {
    switch queue {
    case .riskAverse: .riskAverse
    case .uniform: .uniform
    case .power: .power(queueExponent)
    case .powerOfTotal: .powerOfTotal(queueExponent)
    case .powerOfAhead: .powerOfAhead(queueExponent)
    case .logarithm: .logarithm
    case .logarithmOfTotal: .logarithmOfTotal
    }
  }
}

extension Instrument {
  /// What one tick on one lot is worth, in the instrument's currency.
  var tickLotValue: Double { tick.doubleValue * lot.doubleValue * multiplier.doubleValue }
}
