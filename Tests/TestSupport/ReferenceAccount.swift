public import Accounting

/// An account of one linear instrument, the obvious way: a list of single lots, a list of all cash movements. Twin of
/// `Account` for fills, splits into whole lots and dividends. Amounts are in atoms, 10^-18 of the currency.
public struct ReferenceAccount {
  struct Unit {
    var cost: Int128
    var day: Int
    var sequence: Int
  }

  let method: LotMethod
  let longTermDays: Int
  /// Atoms of a tick of one lot.
  let count: Int128
  var units: [Unit] = []
  var isShort = false
  var sequence = 0
  var movements: [(day: Int, amount: Int128)] = []
  public private(set) var realised: Int128 = 0
  public private(set) var realisedLongTerm: Int128 = 0
  public private(set) var closedUnits = 0

  public init(method: LotMethod, longTermDays: Int, count: Int128, start: Int128) {
    self.method = method
    self.longTermDays = longTermDays
    self.count = count
    movements = [(.min, start)]
  }

  public var lots: Int { isShort ? -units.count : units.count }
  public var cost: Int128 { units.reduce(0) { $0 + $1.cost } }

  public func settled(on day: Int) -> Int128 { movements.filter { $0.day <= day }.reduce(0) { $0 + $1.amount } }

  public func equity(halfTicks: Int128) -> Int128 {
    movements.reduce(0) { $0 + $1.amount } + Int128(lots) * halfTicks * count / 2
  }

  /// Units close one after the other; with average cost the whole fill releases its rounded share of the pool.
  public mutating func fill(lots signed: Int, ticks: Int, fee: Int128, day: Int, settlesOn: Int) {
    let value = Int128(ticks) * count
    movements.append((settlesOn, -Int128(signed) * value - fee))
    let closing = !units.isEmpty && isShort != (signed < 0) ? min(abs(signed), units.count) : 0
    let pool = (cost: cost, units: Int128(units.count))
    var done: Int128 = 0
    var released: Int128 = 0
    for _ in 0..<closing {
      let place = next()
      let unit = units.remove(at: place)
      closedUnits += 1
      done += 1
      var own = unit.cost
      if method == .averageCost {
        let through = rounded(pool.cost * done, pool.units)
        own = through - released
        released = through
      }
      let gain = (isShort ? -value : value) - own
      realised += gain
      if day - unit.day > longTermDays { realisedLongTerm += gain }
    }
    if method == .averageCost, closing > 0 { spread(pool.cost - released) }
    let opening = abs(signed) - closing
    if opening > 0 {
      isShort = signed < 0
      for _ in 0..<opening { units.append(Unit(cost: isShort ? -value : value, day: day, sequence: sequence)) }
      sequence += 1
    }
  }

  public mutating func split(into parts: Int) {
    let pool = cost
    units = units.flatMap { unit in
      (0..<parts).map { _ in Unit(cost: unit.cost / Int128(parts), day: unit.day, sequence: unit.sequence) }
    }
    // A pool need not be divisible; the costs of single lots are.
    if method == .averageCost { spread(pool) }
  }

  public mutating func dividend(atomsPerLot: Int128, day: Int) {
    movements.append((day, Int128(lots) * atomsPerLot))
  }

  private func next() -> Int {
    switch method {
    case .firstInFirstOut, .averageCost: return 0
    case .lastInFirstOut: return units.indices.last { units[$0].sequence == units.last!.sequence }!
    case .highestCostFirst:
      let highest = units.map(\.cost).max()!
      return units.firstIndex { $0.cost == highest }!
    }
  }

  /// Puts the pool on the first unit; only the sum means something.
  private mutating func spread(_ pool: Int128) {
    for place in units.indices { units[place].cost = place == 0 ? pool : 0 }
  }

  private func rounded(_ value: Int128, _ divisor: Int128) -> Int128 {
    let sign: Int128 = value < 0 ? -1 : 1
    return sign * ((2 * sign * value + divisor) / (2 * divisor))
  }
}
