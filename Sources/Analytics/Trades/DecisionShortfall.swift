import MarketTypes

/// Perold's implementation shortfall (1988) of one decision that is worked in many orders: what filling them cost against
/// the middle of the market when the first one was decided, so that moves of the price while they were sent count.
///
/// Quantity that was wanted and never sent is in no record of orders; its opportunity cost is not part of it.
public struct DecisionShortfall: Sendable, Hashable {
  /// Cost of all fills against the first order's arrival mid of their instrument, fees apart.
  public let executionCost: Double
  public let fees: Double
  /// Value of the filled quantity at those mids.
  public let paperValue: Double

  public var total: Double { executionCost + fees }

  /// Only for fills that are all on one side of each instrument: others are more than one decision.
  public init(_ log: TradeLog) throws(AnalyticsError) {
    guard !log.fills.isEmpty else {
      throw AnalyticsError(series: "this run", reason: .undefined("it has no fills"))
    }
    var cost = CompensatedSum()
    var fees = CompensatedSum()
    var paper = CompensatedSum()
    var sides = [Side?](repeating: nil, count: log.instruments.count)
    for fill in log.fills {
      guard sides[fill.instrument] ?? fill.side == fill.side else {
        throw AnalyticsError(
          series: log.instruments[fill.instrument].symbol,
          reason: .undefined("it was bought and sold, so that its orders are more than one decision"))
      }
      sides[fill.instrument] = fill.side
    }
    var first = [OrderRecord?](repeating: nil, count: log.instruments.count)
    for order in log.orders where order.side == sides[order.instrument] && order.outcome != .rejected {
      if let earlier = first[order.instrument], earlier.decisionTime <= order.decisionTime { continue }
      first[order.instrument] = order
    }
    for fill in log.fills {
      let instrument = log.instruments[fill.instrument]
      guard let mid = first[fill.instrument]?.arrivalMidHalfTicks, instrument.settlement != .inverse || mid > 0 else {
        throw AnalyticsError(
          series: instrument.symbol, reason: .undefined("the middle of its market at the first order is not known"))
      }
      cost.add(-instrument.profit(fromHalfTicks: fill.priceHalfTicks, toHalfTicks: mid, lots: fill.signedLots))
      paper.add(abs(instrument.value(halfTicks: mid, lots: fill.lots)))
      fees.add(fill.fee)
    }
    executionCost = cost.value
    self.fees = fees.value
    paperValue = paper.value
  }
}
