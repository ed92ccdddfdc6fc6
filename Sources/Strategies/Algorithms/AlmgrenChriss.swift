import Numerics

/// Works an order along the cheapest path for its risk: fast at first when risk counts, evenly when it does not.
///
/// R. Almgren and N. Chriss, "Optimal execution of portfolio transactions", Journal of Risk 3 (2000). With N intervals
/// of length τ, volatility σ, temporary impact η and permanent impact γ a lot, and risk aversion λ, the lots left after
/// interval j are
///
///     x(j) = X sinh(κ (T − j τ)) / sinh(κ T),   2 (cosh(κ τ) − 1) = λ σ² τ² / (η − γ τ / 2)
public struct AlmgrenChriss: Strategy {
  public static let name = "almgren-chriss"
  public static let summary = "Works an order along the path with the least cost for its risk."
  public static let parameters =
    ScheduledOrder.parameters + [
      Parameter("risk_aversion", "λ, per tick times lot of cost", default: 1e-6, in: 0...1_000),
      Parameter("volatility", "σ, ticks in the square root of a second", default: 1, in: 0...1_000_000),
      Parameter("temporary_impact", "η, ticks for each lot a second", default: 0.1, in: 0.000_000_1...1_000_000),
      Parameter("permanent_impact", "γ, ticks for each lot traded", default: 0, in: 0...1_000_000),
    ]

  public let subscriptions: Subscriptions
  var order: ScheduledOrder

  public init(_ parameters: ParameterValues) {
    subscriptions = ScheduledOrder.subscriptions(parameters)
    let slices = Int(parameters.whole("slices"))
    let model = Model(
      riskAversion: parameters["risk_aversion"], volatility: parameters["volatility"],
      temporaryImpact: parameters["temporary_impact"], permanentImpact: parameters["permanent_impact"],
      intervalSeconds: parameters["duration_s"] / Double(slices), intervals: slices)
    order = ScheduledOrder(parameters, cumulative: model.cumulative(of: parameters.whole("quantity")))
  }

  public mutating func started(_ desk: inout Desk) {
    order.start(desk)
    order.work(desk)
  }

  public mutating func timer(_ desk: inout Desk) { order.work(desk) }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) { order.carry(through: split) }

  /// The closed form of the paper.
  struct Model: Hashable, Sendable {
    var riskAversion: Double
    var volatility: Double
    var temporaryImpact: Double
    var permanentImpact: Double
    var intervalSeconds: Double
    var intervals: Int

    /// κ τ: how much of the rest is traded in each interval, about.
    ///
    /// A permanent impact that outweighs the temporary one within an interval leaves no optimum; the order then trades
    /// at once, which is the limit of growing urgency.
    var urgency: Double {
      let effective = temporaryImpact - permanentImpact * intervalSeconds / 2
      guard effective > 0 else { return .infinity }
      let half = riskAversion * volatility * volatility * intervalSeconds * intervalSeconds / (2 * effective)
      // acosh(1 + h) without loss for small h: log(1 + h + √(h (h + 2))).
      return Elementary.logOnePlus(half + (half * (half + 2)).squareRoot())
    }

    /// The part of the order that is left after each interval, from 1 to 0.
    var remaining: [Double] {
      let urgency = urgency
      return (0...intervals).map { interval in
        guard interval > 0, interval < intervals else { return interval == 0 ? 1 : 0 }
        guard urgency.isFinite else { return 0 }
        let left = Double(intervals - interval)
        // Below this the hyperbola is the straight line to the last bit or so.
        guard urgency * Double(intervals) > 1e-6 else { return left / Double(intervals) }
        // sinh(a) / sinh(b) = exp(a − b) (1 − exp(−2 a)) / (1 − exp(−2 b)), which never overflows.
        let (a, b) = (urgency * left, urgency * Double(intervals))
        return Elementary.exp(a - b) * Elementary.expMinusOne(-2 * a) / Elementary.expMinusOne(-2 * b)
      }
    }

    /// Lots traded after each interval, to the nearest lot.
    func cumulative(of quantity: Int64) -> [Int64] {
      remaining.map { quantity - Int64((Double(quantity) * $0).rounded()) }
    }

    /// Expected cost in ticks × lots and its variance, for an order of so many lots without a spread: equations 20.
    func costs(of quantity: Double) -> (expected: Double, variance: Double) {
      let effective = temporaryImpact - permanentImpact * intervalSeconds / 2
      let path = remaining.map { $0 * quantity }
      var (squaredTrades, squaredHoldings) = (0.0, 0.0)
      for interval in 1...intervals {
        let trade = path[interval - 1] - path[interval]
        squaredTrades += trade * trade
        squaredHoldings += path[interval] * path[interval]
      }
      return (
        permanentImpact * quantity * quantity / 2 + effective / intervalSeconds * squaredTrades,
        volatility * volatility * intervalSeconds * squaredHoldings
      )
    }
  }
}
