/// Parameters that several built-in strategies share.
extension Parameter {
  static let instrument = Parameter(
    "instrument", "which instrument of the market, from 0", default: 0, in: 0...65_535, isInstrument: true)

  static let barMilliseconds = Parameter(
    "bar_ms", "milliseconds of each bar made from trades; 0 takes the bars of the data", default: 0,
    in: 0...86_400_000, isWhole: true)

  static func quantity(_ summary: String, default value: Double = 100) -> Parameter {
    Parameter("quantity", summary, default: value, in: 1...1_000_000_000, isWhole: true)
  }

  static func period(default milliseconds: Double = 100) -> Parameter {
    Parameter(
      "period_ms", "milliseconds between decisions", default: milliseconds, in: 1...86_400_000, isWhole: true)
  }

  static let positionLimit = Parameter(
    "position_limit", "lots at which a side stops", default: 1_000, in: 0...1_000_000_000, isWhole: true)

  static let canSellShort = Parameter(
    "short", "1 also sells short, 0 is long or flat", default: 1, in: 0...1, isWhole: true)
}

extension ParameterValues {
  /// An instrument's place in the market.
  func place(_ name: String = "instrument") -> Int { Int(whole(name)) }

  func isOn(_ name: String) -> Bool { whole(name) != 0 }

  func nanoseconds(milliseconds name: String) -> Int64 { whole(name) * 1_000_000 }

  /// The bars that `bar_ms` asks for.
  func barSubscription(fills: Bool = false, history: Int = 0) -> Subscriptions {
    let interval = nanoseconds(milliseconds: "bar_ms")
    return Subscriptions(fills: fills, bars: interval == 0, barIntervalNanoseconds: interval, barHistory: history)
  }
}
