import Analytics
import MarketTypes

/// A split of an instrument's shares, and what it did to the shown lane's position.
public struct RunSplit: Sendable, Hashable {
  public var time: Int64
  public var instrument: Int
  public var newShares: Int64
  public var oldShares: Int64
  /// Zero where nothing was held.
  public var lotsBefore: Int64
  public var lotsAfter: Int64
  /// Received for what was below a whole lot; a short paid it.
  public var cash: Double

  public init(
    time: Int64, instrument: Int, newShares: Int64, oldShares: Int64, lotsBefore: Int64 = 0, lotsAfter: Int64 = 0,
    cash: Double = 0
  ) {
    self.time = time
    self.instrument = instrument
    self.newShares = newShares
    self.oldShares = oldShares
    self.lotsBefore = lotsBefore
    self.lotsAfter = lotsAfter
    self.cash = cash
  }
}

extension RunResult {
  /// Lots that one lot of the start had become by a moment: a mark times this compares with one of the start.
  func lotsOfOne(_ instrument: Int, at time: Int64) -> Double {
    splits.reduce(1) { product, split in
      split.instrument == instrument && split.time <= time
        ? product * Double(split.newShares) / Double(split.oldShares) : product
    }
  }
}

/// Lots and prices of one instrument in those of its last shares, as whole numbers: in parts of a lot and of a tick where
/// ratios leave fractions.
struct SplitScale {
  /// By time; lots before it × `over` ÷ `under` are last lots.
  private let steps: [(time: Int64, over: Int64, under: Int64)]
  /// Parts of a lot and of a tick that everything is counted in.
  let lotParts: Int64
  let tickParts: Int64

  /// Nil where the parts become too many to count in.
  init?(_ splits: [RunSplit], instrument: Int) {
    var steps: [(time: Int64, over: Int64, under: Int64)] = []
    var (over, under) = (Int64(1), Int64(1))
    var (lotParts, tickParts) = (Int64(1), Int64(1))
    for split in splits.reversed() where split.instrument == instrument {
      let (left, overflows) = over.multipliedReportingOverflow(by: split.newShares)
      let (right, overflowsToo) = under.multipliedReportingOverflow(by: split.oldShares)
      guard !overflows, !overflowsToo, left > 0, right > 0 else { return nil }
      let common = Self.divisor(left, right)
      (over, under) = (left / common, right / common)
      steps.insert((split.time, over, under), at: 0)
      guard let lots = Self.multiple(lotParts, under), let ticks = Self.multiple(tickParts, over) else { return nil }
      (lotParts, tickParts) = (lots, ticks)
    }
    self.steps = steps
    self.lotParts = lotParts
    self.tickParts = tickParts
  }

  private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }

  /// The least common multiple, up to a million: more parts would not fit beside prices.
  private static func multiple(_ left: Int64, _ right: Int64) -> Int64? {
    let (product, overflows) = (left / divisor(left, right)).multipliedReportingOverflow(by: right)
    return overflows || product > 1_000_000 ? nil : product
  }

  private func ratio(before time: Int64) -> (over: Int64, under: Int64) {
    steps.first { time < $0.time }.map { ($0.over, $0.under) } ?? (1, 1)
  }

  /// Lots of a moment before the split of the same moment, in parts of a last lot.
  func lots(_ lots: Int64, at time: Int64) -> Int64 {
    let (over, under) = ratio(before: time)
    return Int64(clamping: Int128(lots) * Int128(over) * Int128(lotParts) / Int128(under))
  }

  /// A price of a moment in parts of a tick of the last shares.
  func price(_ price: Int64, at time: Int64) -> Int64 {
    let (over, under) = ratio(before: time)
    return Int64(clamping: Int128(price) * Int128(under) * Int128(tickParts) / Int128(over))
  }
}

/// The scales of all instruments of a run; without splits nothing is changed.
struct SplitScales {
  private let scales: [SplitScale?]

  /// Nil where some instrument's ratios have no common parts to count in.
  init?(_ splits: [RunSplit], instrumentCount: Int) {
    guard !splits.isEmpty else {
      scales = []
      return
    }
    var all: [SplitScale?] = []
    for instrument in 0..<instrumentCount {
      guard splits.contains(where: { $0.instrument == instrument }) else {
        all.append(nil)
        continue
      }
      guard let scale = SplitScale(splits, instrument: instrument) else { return nil }
      all.append(scale)
    }
    scales = all
  }

  private func scale(_ instrument: Int) -> SplitScale? {
    scales.indices.contains(instrument) ? scales[instrument] : nil
  }

  func lots(_ lots: Int64, _ instrument: Int, at time: Int64) -> Int64 {
    scale(instrument)?.lots(lots, at: time) ?? lots
  }

  func price(_ price: Int64, _ instrument: Int, at time: Int64) -> Int64 {
    scale(instrument)?.price(price, at: time) ?? price
  }

  func traded(_ instrument: Instrument, _ number: Int) -> TradedInstrument {
    var traded = TradedInstrument(instrument)
    guard let scale = scale(number) else { return traded }
    traded.tick /= Double(scale.tickParts)
    traded.unitsPerLot /= Double(scale.lotParts)
    return traded
  }
}
