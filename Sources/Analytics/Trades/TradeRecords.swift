public import MarketTypes

/// Whether a fill rested in the book or took from it.
public enum LiquidityRole: UInt8, Sendable, Hashable, CaseIterable {
  case maker = 0
  case taker = 1
  /// An auction or a fill whose role the venue does not say.
  case other = 2
}

/// One execution of one of a lane's orders: what every trade statistic is made of, and nothing else.
public struct FillRecord: Sendable, Hashable {
  /// When it happened at the venue, nanoseconds since the epoch.
  public var time: Int64
  public var order: UInt64
  /// Index into `TradeLog.instruments`.
  public var instrument: Int
  public var side: Side
  public var priceTicks: Int32
  public var lots: Int64
  /// In the instrument's currency; negative for a rebate.
  public var fee: Double
  public var role: LiquidityRole
  /// Bid plus ask in ticks when the strategy decided, that is the mid in half ticks; nil when a side was empty.
  public var arrivalMidHalfTicks: Int64?
  /// How long the order had rested before this fill; nil for a taker.
  public var queueNanoseconds: Int64?
  /// Lots ahead in the queue when the order joined it; nil for a taker.
  public var queueAheadLots: Int64?
  /// Index into `TradeLog.strategies`.
  public var strategy: Int
  /// Index into `TradeLog.predictors`; nil when none was asked.
  public var predictor: Int?

  public init(
    time: Int64, order: UInt64 = 0, instrument: Int = 0, side: Side, priceTicks: Int32, lots: Int64, fee: Double = 0,
    role: LiquidityRole = .taker, arrivalMidHalfTicks: Int64? = nil, queueNanoseconds: Int64? = nil,
    queueAheadLots: Int64? = nil, strategy: Int = 0, predictor: Int? = nil
  ) {
    self.time = time
    self.order = order
    self.instrument = instrument
    self.side = side
    self.priceTicks = priceTicks
    self.lots = lots
    self.fee = fee
    self.role = role
    self.arrivalMidHalfTicks = arrivalMidHalfTicks
    self.queueNanoseconds = queueNanoseconds
    self.queueAheadLots = queueAheadLots
    self.strategy = strategy
    self.predictor = predictor
  }

  /// The price in half ticks, the unit of mids.
  public var priceHalfTicks: Int64 { Int64(priceTicks) * 2 }
  /// Lots bought, negative when sold.
  public var signedLots: Int64 { side == .sell ? -lots : lots }
}

/// One order of a lane from decision to end.
public struct OrderRecord: Sendable, Hashable {
  /// How an order ended.
  public enum Outcome: UInt8, Sendable, Hashable, CaseIterable {
    case filled = 0
    /// Cancelled by the strategy, possibly after partial fills.
    case cancelled = 1
    /// Refused by the risk gate or the venue.
    case rejected = 2
    /// Ended by its time in force.
    case expired = 3
    /// Still working at the end of the data.
    case open = 4
  }

  public var identifier: UInt64
  public var instrument: Int
  public var side: Side
  /// When the strategy decided, and when the order ended.
  public var decisionTime: Int64
  public var endTime: Int64
  public var lots: Int64
  public var filledLots: Int64
  /// Nil for a market order.
  public var limitTicks: Int32?
  public var outcome: Outcome
  /// The mid in half ticks when the strategy decided; nil when a side was empty.
  public var arrivalMidHalfTicks: Int64?
  public var strategy: Int

  public init(
    identifier: UInt64, instrument: Int = 0, side: Side, decisionTime: Int64, endTime: Int64, lots: Int64,
    filledLots: Int64, limitTicks: Int32? = nil, outcome: Outcome, arrivalMidHalfTicks: Int64? = nil, strategy: Int = 0
  ) {
    self.identifier = identifier
    self.instrument = instrument
    self.side = side
    self.decisionTime = decisionTime
    self.endTime = endTime
    self.lots = lots
    self.filledLots = filledLots
    self.limitTicks = limitTicks
    self.outcome = outcome
    self.arrivalMidHalfTicks = arrivalMidHalfTicks
    self.strategy = strategy
  }
}

/// The fills and orders of one lane with the tables their indices point into, checked once.
public struct TradeLog: Sendable, Hashable {
  public let instruments: [TradedInstrument]
  public let strategies: [String]
  public let predictors: [String]
  /// In order of time.
  public let fills: [FillRecord]
  public let orders: [OrderRecord]

  /// Checks that fills are in order, positive and point into the tables.
  public init(
    instruments: [TradedInstrument], strategies: [String] = ["strategy"], predictors: [String] = [],
    fills: [FillRecord], orders: [OrderRecord] = []
  ) throws(AnalyticsError) {
    for (row, instrument) in instruments.enumerated() {
      for value in [instrument.tick, instrument.unitsPerLot, instrument.payoffRate] {
        guard value.isFinite, value > 0 else {
          throw AnalyticsError(series: "sizes of instrument \(instrument.symbol)", row: row, reason: .notPositive)
        }
      }
    }
    func reject(_ series: String, _ row: Int, _ reason: AnalyticsError.Reason) -> AnalyticsError {
      AnalyticsError(series: series, row: row, reason: reason)
    }
    var previous = Int64.min
    var totalLots: Int64 = 0
    for (row, fill) in fills.enumerated() {
      if fill.time < previous { throw reject("fill times", row, .notAscending) }
      previous = fill.time
      if fill.lots <= 0 { throw reject("fill lots", row, .notPositive) }
      // Positions never exceed the sum of all lots, which must fit.
      let (sum, overflows) = totalLots.addingReportingOverflow(fill.lots)
      if overflows || sum > 1 << 62 { throw reject("fill lots", row, .outOfRange("at most 2^62 in all")) }
      totalLots = sum
      if fill.time.magnitude > 1 << 62 { throw reject("fill times", row, .outOfRange("within 146 years of 1970")) }
      if let arrival = fill.arrivalMidHalfTicks, arrival.magnitude > 1 << 40 {
        throw reject("arrival mids of fills", row, .outOfRange("at most 2^40 half ticks"))
      }
      if fill.side == .none { throw reject("fill sides", row, .outOfRange("buy or sell")) }
      if !fill.fee.isFinite { throw reject("fees", row, .notFinite) }
      if !instruments.indices.contains(fill.instrument) {
        throw reject("fill instruments", row, .outOfRange("below \(instruments.count)"))
      }
      if instruments[fill.instrument].settlement == .inverse, fill.priceTicks <= 0 {
        throw reject("fill prices of an inverse contract", row, .notPositive)
      }
      if !strategies.indices.contains(fill.strategy) {
        throw reject("fill strategies", row, .outOfRange("below \(strategies.count)"))
      }
      if let predictor = fill.predictor, !predictors.indices.contains(predictor) {
        throw reject("fill predictors", row, .outOfRange("below \(predictors.count)"))
      }
    }
    for (row, order) in orders.enumerated() {
      if order.lots <= 0 { throw reject("order lots", row, .notPositive) }
      if !(0...order.lots).contains(order.filledLots) {
        throw reject("filled lots", row, .outOfRange("0 to the order's \(order.lots)"))
      }
      if order.side == .none { throw reject("order sides", row, .outOfRange("buy or sell")) }
      if let arrival = order.arrivalMidHalfTicks, arrival.magnitude > 1 << 40 {
        throw reject("arrival mids of orders", row, .outOfRange("at most 2^40 half ticks"))
      }
      if order.endTime < order.decisionTime { throw reject("order times", row, .notAscending) }
      if !instruments.indices.contains(order.instrument) {
        throw reject("order instruments", row, .outOfRange("below \(instruments.count)"))
      }
      if !strategies.indices.contains(order.strategy) {
        throw reject("order strategies", row, .outOfRange("below \(strategies.count)"))
      }
    }
    self.instruments = instruments
    self.strategies = strategies
    self.predictors = predictors
    self.fills = fills
    self.orders = orders
  }
}
