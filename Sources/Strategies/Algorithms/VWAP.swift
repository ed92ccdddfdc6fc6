/// Works an order along a stated profile of the market's volume.
///
/// The profile has ten weights, one for each tenth of the duration; within a tenth the volume is taken as even. The
/// defaults are the U of a stock's day.
public struct VWAP: Strategy {
  public static let name = "vwap"
  public static let summary = "Works an order along a stated profile of the market's volume."
  public static let parameters = ScheduledOrder.parameters + weightParameters

  static let weightParameters = [18, 11, 9, 7, 6, 6, 7, 9, 11, 16].enumerated().map { place, weight in
    Parameter(
      "weight_\(place + 1)", "volume in tenth \(place + 1) of the duration, in any unit", default: Double(weight),
      in: 0...1_000_000, isWhole: true)
  }

  public let subscriptions: Subscriptions
  var order: ScheduledOrder

  public init(_ parameters: ParameterValues) {
    subscriptions = ScheduledOrder.subscriptions(parameters)
    order = ScheduledOrder(
      parameters,
      cumulative: Self.cumulative(
        of: parameters.whole("quantity"), slices: Int(parameters.whole("slices")),
        weights: Self.weightParameters.map { parameters.whole($0.name) }))
  }

  public mutating func started(_ desk: inout Desk) {
    order.start(desk)
    order.work(desk)
  }

  public mutating func timer(_ desk: inout Desk) { order.work(desk) }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) { order.carry(through: split) }

  /// Lots after each slice: quantity × the profile's share of volume until then, rounded down. Weights of zero alone make
  /// an even profile.
  static func cumulative(of quantity: Int64, slices: Int, weights: [Int64]) -> [Int64] {
    let weights = weights.allSatisfy { $0 == 0 } ? weights.map { _ in 1 } : weights
    let total = Int128(weights.reduce(0, +)) * Int128(slices)
    return (0...slices).map { slice in
      // The slice ends at `slice · buckets / slices` buckets: whole ones, and a remainder in parts of `slices`.
      let (whole, part) = (slice * weights.count).quotientAndRemainder(dividingBy: slices)
      var volume = Int128(weights[..<whole].reduce(0, +)) * Int128(slices)
      if part > 0 { volume += Int128(weights[whole]) * Int128(part) }
      return Int64(Int128(quantity) * volume / total)
    }
  }
}
