import MarketTypes

/// What trading cost against the mid at decision, and how orders fared.
public struct ExecutionQuality: Sendable, Hashable {
  /// Fills with a known arrival mid.
  public let slippageCount: Int
  /// Mean cost of a lot in ticks against the arrival mid, weighted by lots: positive when it was worse than the mid.
  public let slippageTicks: Double?
  public let slippageStandardError: Double?
  /// The same over all lots in currency, and over the value traded; nil without any known mid.
  public let slippageMoney: Double?
  public let slippageFraction: Double?

  public let fillCount: Int
  public let lots: Int64
  public let makerLots: Int64
  public let takerLots: Int64
  public let makerFees: Double
  public let takerFees: Double
  public let otherFees: Double
  /// Value of all fills, buys and sells alike.
  public let valueTraded: Double

  /// Time that maker fills had rested; nil without any.
  public let meanQueueNanoseconds: Double?
  public let medianQueueNanoseconds: Double?
  public let ninetiethQueueNanoseconds: Double?
  public let meanQueueAheadLots: Double?

  public let orderCount: Int
  public let filledOrders: Int
  public let partlyFilledOrders: Int
  public let cancelledOrders: Int
  public let rejectedOrders: Int
  public let expiredOrders: Int
  public let openOrders: Int
  /// Lots filled over lots sent to the market; nil without orders that passed.
  public let fillRatio: Double?

  public init(_ log: TradeLog) {
    self.init(fills: log.fills, orders: log.orders, of: log)
  }

  /// A selection of the log's fills and orders, for example of one venue.
  public init(fills: [FillRecord], orders: [OrderRecord], of log: TradeLog) {
    var ticks: [Double] = []
    var weights: [Double] = []
    var money = CompensatedSum()
    var valueWithArrival = CompensatedSum()
    var value = CompensatedSum()
    var fees = [CompensatedSum](repeating: CompensatedSum(), count: LiquidityRole.allCases.count)
    var roleLots = [Int64](repeating: 0, count: LiquidityRole.allCases.count)
    for fill in fills {
      let instrument = log.instruments[fill.instrument]
      let fillValue = abs(instrument.value(halfTicks: fill.priceHalfTicks, lots: fill.lots))
      value.add(fillValue)
      fees[Int(fill.role.rawValue)].add(fill.fee)
      roleLots[Int(fill.role.rawValue)] += fill.lots
      guard let arrival = fill.arrivalMidHalfTicks else { continue }
      ticks.append((fill.side == .sell ? -1 : 1) * Double(fill.priceHalfTicks - arrival) / 2)
      weights.append(Double(fill.lots))
      valueWithArrival.add(fillValue)
      if instrument.settlement != .inverse || arrival > 0 {
        money.add(-instrument.profit(fromHalfTicks: fill.priceHalfTicks, toHalfTicks: arrival, lots: fill.signedLots))
      }
    }
    let slippage = WeightedMean(ticks, weights: weights)
    slippageCount = ticks.count
    slippageTicks = slippage?.mean
    slippageStandardError = slippage?.standardError
    // Positive when buying above the mid: the loss of marking the fill at the mid.
    slippageMoney = ticks.isEmpty ? nil : money.value
    slippageFraction = valueWithArrival.value > 0 ? money.value / valueWithArrival.value : nil
    fillCount = fills.count
    lots = roleLots.reduce(0, +)
    makerLots = roleLots[Int(LiquidityRole.maker.rawValue)]
    takerLots = roleLots[Int(LiquidityRole.taker.rawValue)]
    makerFees = fees[Int(LiquidityRole.maker.rawValue)].value
    takerFees = fees[Int(LiquidityRole.taker.rawValue)].value
    otherFees = fees[Int(LiquidityRole.other.rawValue)].value
    valueTraded = value.value

    let queue = fills.compactMap(\.queueNanoseconds).map(Double.init).sorted()
    meanQueueNanoseconds = queue.isEmpty ? nil : queue.mean
    medianQueueNanoseconds = queue.isEmpty ? nil : queue.sortedQuantile(0.5)
    ninetiethQueueNanoseconds = queue.isEmpty ? nil : queue.sortedQuantile(0.9)
    let ahead = fills.compactMap(\.queueAheadLots).map(Double.init)
    meanQueueAheadLots = ahead.isEmpty ? nil : ahead.mean

    func count(_ outcome: OrderRecord.Outcome) -> Int { orders.lazy.filter { $0.outcome == outcome }.count }
    orderCount = orders.count
    filledOrders = count(.filled)
    partlyFilledOrders = orders.lazy.filter { $0.filledLots > 0 && $0.filledLots < $0.lots }.count
    cancelledOrders = count(.cancelled)
    rejectedOrders = count(.rejected)
    expiredOrders = count(.expired)
    openOrders = count(.open)
    let passed = orders.lazy.filter { $0.outcome != .rejected }
    let sent = passed.map { Double($0.lots) }.compensatedSum
    fillRatio = sent > 0 ? passed.map { Double($0.filledLots) }.compensatedSum / sent : nil
  }

  /// Cancelled orders over orders that neither risk gate nor venue rejected; nil without any.
  public var cancelRatio: Double? {
    let passed = orderCount - rejectedOrders
    return passed > 0 ? Double(cancelledOrders) / Double(passed) : nil
  }

  /// Lots traded as maker over all lots; nil without fills.
  public var makerShare: Double? { lots > 0 ? Double(makerLots) / Double(lots) : nil }
  public var takerShare: Double? { lots > 0 ? Double(takerLots) / Double(lots) : nil }
  /// Orders for each fill, which venues limit; nil without fills.
  public var orderToTradeRatio: Double? { fillCount > 0 ? Double(orderCount) / Double(fillCount) : nil }
  public var fees: Double { makerFees + takerFees + otherFees }
}

/// Perold's implementation shortfall (1988) of each order on its own: paper profit at the mid when that order was decided
/// minus real profit. Of a decision that is worked in many orders see `DecisionShortfall`.
public struct ImplementationShortfall: Sendable, Hashable {
  /// Cost of the executed lots against their arrival mids, fees apart.
  public let executionCost: Double
  /// What the lots that were never filled would have earned from arrival to the end of their order.
  public let opportunityCost: Double
  public let fees: Double
  /// Orders left out, in whole or in what was not filled, because a mid was unknown.
  public let unknownOrders: Int

  public var total: Double { executionCost + opportunityCost + fees }

  /// Marks, one series for each instrument, give the mid when an order ended. Refused where nothing of it can be known: no
  /// fill has a mid at its order's decision, or no order that was left unfilled one at both ends.
  public init(_ log: TradeLog, marks: [MarkSeries]) throws(AnalyticsError) {
    guard marks.count == log.instruments.count else {
      throw AnalyticsError(
        series: "mark series", reason: .lengthMismatch(found: marks.count, expected: log.instruments.count))
    }
    let quality = ExecutionQuality(log)
    guard let cost = log.fills.isEmpty ? 0 : quality.slippageMoney else {
      throw AnalyticsError(
        series: "this run", reason: .undefined("the middle of the market was known at no filled order's decision"))
    }
    executionCost = cost
    fees = quality.fees
    var opportunity = CompensatedSum()
    var (unknown, missed, unpriced) = (0, 0, 0)
    for order in log.orders where order.outcome != .rejected {
      let instrument = log.instruments[order.instrument]
      guard order.filledLots < order.lots else {
        if order.arrivalMidHalfTicks.map({ instrument.settlement == .inverse && $0 <= 0 }) ?? true { unknown += 1 }
        continue
      }
      missed += 1
      guard let arrival = order.arrivalMidHalfTicks, let end = marks[order.instrument].mark(at: order.endTime),
        instrument.settlement != .inverse || (arrival > 0 && end > 0)
      else {
        unknown += 1
        unpriced += 1
        continue
      }
      let left = order.lots - order.filledLots
      opportunity.add(
        instrument.profit(fromHalfTicks: arrival, toHalfTicks: end, lots: order.side == .sell ? -left : left))
    }
    if missed > 0, unpriced == missed {
      throw AnalyticsError(
        series: "this run", reason: .undefined("the middle of the market was known for no order that was left unfilled")
      )
    }
    opportunityCost = opportunity.value
    unknownOrders = unknown
  }
}
