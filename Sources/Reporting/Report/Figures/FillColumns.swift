import MarketTypes

/// What charts and tables need of all fills, from one look at each: rows are long, may lie in a file, and may be many.
struct FillColumns: Sendable {
  private(set) var times: [Int64] = []
  private(set) var instruments: [Int] = []
  private(set) var isSell: [Bool] = []
  private(set) var isMaker: [Bool] = []
  private(set) var priceTicks: [Int32] = []
  private(set) var fees: [Double] = []
  /// Ticks in favour of the fill by which the market moved within the first horizon; NaN where that is not known.
  private(set) var firstMoves: [Double] = []
  /// Nanoseconds that fills of resting orders stood in their queues, in the order of the fills.
  private(set) var waits: [Double] = []
  /// Ticks worse than the mid at decision, of fills that know it, in the order of the fills.
  private(set) var slippage: [Double] = []
  /// Whether the middle of the market was known at any decision or fill: data of bars or prints alone has none.
  private(set) var knowsMiddle = false
  private(set) var makers = Role()
  private(set) var takers = Role()

  /// All fills of one kind.
  struct Role: Sendable {
    var count = 0
    var lots: Int64 = 0
    var fees = 0.0
  }

  var count: Int { times.count }

  init(_ fills: RunRows<RunFill>) {
    times.reserveCapacity(fills.count)
    instruments.reserveCapacity(fills.count)
    isSell.reserveCapacity(fills.count)
    isMaker.reserveCapacity(fills.count)
    priceTicks.reserveCapacity(fills.count)
    fees.reserveCapacity(fills.count)
    firstMoves.reserveCapacity(fills.count)
    fills.visit { fill in add(fill) }
  }

  private mutating func add(_ fill: RunFill) {
    let isSale = fill.side == .sell
    let turn: Double = isSale ? -1 : 1
    times.append(fill.time)
    instruments.append(fill.instrument)
    isSell.append(isSale)
    isMaker.append(fill.isMaker)
    priceTicks.append(fill.priceTicks)
    fees.append(fill.fee)
    let mark = fill.markoutMidHalfTicks.first ?? .min
    firstMoves.append(mark == .min ? .nan : turn * (Double(mark) - 2 * Double(fill.priceTicks)))
    if fill.isMaker {
      makers.add(fill.lots, fill.fee)
      if fill.joinedTime != .min { waits.append(Double(fill.time - fill.joinedTime)) }
    } else {
      takers.add(fill.lots, fill.fee)
    }
    if fill.arrivalMidHalfTicks != .min || fill.fillMidHalfTicks != .min { knowsMiddle = true }
    if fill.arrivalMidHalfTicks != .min {
      slippage.append(turn * (2 * Double(fill.priceTicks) - Double(fill.arrivalMidHalfTicks)) / 2)
    }
  }
}

extension FillColumns.Role {
  mutating func add(_ lots: Int64, _ fee: Double) {
    count += 1
    self.lots = self.lots.addingReportingOverflow(lots).partialValue
    fees += fee
  }
}
