public import Accounting
public import MarketTypes

/// The fees of one lane, the obvious way: keeps every fill and charges each order from its beginning. Twin of `FeeMeter`
/// for linear contracts and amounts that need no rounding.
///
/// Money is in 10^-27 of the currency: a billionth of 10^-18, so that rates multiply exactly.
public struct ReferenceFees {
  public struct Fill {
    public var instrument: Int
    public var order: Int
    public var side: Side
    public var isMaker: Bool
    public var price: Int32
    public var quantity: Int64

    public init(instrument: Int, order: Int, side: Side, isMaker: Bool, price: Int32, quantity: Int64) {
      self.instrument = instrument
      self.order = order
      self.side = side
      self.isMaker = isMaker
      self.price = price
      self.quantity = quantity
    }
  }

  let schedule: FeeSchedule
  let instruments: [Instrument]
  var fills: [Fill] = []

  public init(schedule: FeeSchedule, instruments: [Instrument]) {
    self.schedule = schedule
    self.instruments = instruments
  }

  /// 10^-18 of the currency, or of a unit of quantity.
  private static func atomic(_ unit: DecimalUnit) -> Int128 {
    var value = Int128(unit.mantissa)
    for _ in Int(unit.exponent)..<18 { value *= 10 }
    return value
  }

  private func quantity(_ fill: Fill) -> Int128 {
    Int128(fill.quantity) * Self.atomic(instruments[fill.instrument].lot)
  }

  private func value(_ fill: Fill) -> Int128 {
    let instrument = instruments[fill.instrument]
    let unit = DecimalUnit(
      mantissa: instrument.tick.mantissa * instrument.lot.mantissa * instrument.multiplier.mantissa,
      exponent: instrument.tick.exponent + instrument.lot.exponent + instrument.multiplier.exponent)
    return Int128(fill.price.magnitude) * Int128(fill.quantity) * Self.atomic(unit!)
  }

  private func rates(at place: Int) -> FeeSchedule.Rates {
    var volume = Int128(schedule.startingVolume) * 1_000_000_000_000_000_000
    for fill in fills[..<place] { volume += schedule.volumeMeasure == .value ? value(fill) : quantity(fill) }
    return schedule.tiers.last { Int128($0.volume) * 1_000_000_000_000_000_000 <= volume }?.rates ?? schedule.rates
  }

  private func commission(order: Int, through end: Int) -> Int128 {
    let places = fills.indices.filter { $0 <= end && fills[$0].order == order }
    guard !places.isEmpty else { return 0 }
    let currency: Int128 = 1_000_000_000_000_000_000  // 10^-9 of a unit
    var total = Int128(schedule.perOrder) * currency
    var traded: Int128 = 0
    for place in places {
      let (fill, rates) = (fills[place], rates(at: place))
      var amount = value(fill) * Int128(fill.isMaker ? rates.makerRate : rates.takerRate)
      amount += quantity(fill) * Int128(fill.isMaker ? rates.makerPerUnit : rates.takerPerUnit)
      amount += Int128(schedule.perFill) * currency
      if let minimum = schedule.fillBounds.minimum { amount = max(amount, Int128(minimum) * currency) }
      if let maximum = schedule.fillBounds.maximum { amount = min(amount, Int128(maximum) * currency) }
      total += amount
      traded += value(fill)
    }
    if let minimum = schedule.orderBounds.minimum { total = max(total, Int128(minimum) * currency) }
    if let maximum = schedule.orderBounds.maximum { total = min(total, Int128(maximum) * currency) }
    if let rate = schedule.maximumOrderRate { total = min(total, traded * Int128(rate)) }
    if schedule.increment > 0 {
      let step = Int128(schedule.increment) * currency
      let sign: Int128 = total < 0 ? -1 : 1
      total = sign * ((sign * total + step / 2) / step) * step
    }
    return total
  }

  /// The fee of a fill in 10^-27 of the currency.
  public mutating func charge(_ fill: Fill) -> Int128 {
    fills.append(fill)
    let end = fills.count - 1
    let duty = fill.side == .sell ? schedule.sellDuty : schedule.buyDuty
    return commission(order: fill.order, through: end) - commission(order: fill.order, through: end - 1)
      + value(fill) * Int128(duty.rate) + quantity(fill) * Int128(duty.perUnit)
  }

  /// The tier of the next fill: 0 below the first border.
  public var tier: Int {
    var volume = Int128(schedule.startingVolume) * 1_000_000_000_000_000_000
    for fill in fills { volume += schedule.volumeMeasure == .value ? value(fill) : quantity(fill) }
    return schedule.tiers.count { Int128($0.volume) * 1_000_000_000_000_000_000 <= volume }
  }
}
