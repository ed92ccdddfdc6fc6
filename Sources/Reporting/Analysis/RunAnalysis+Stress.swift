public import Analytics
import MarketTypes
import Numerics

/// A span of returns with its days: those of the sessions, or by the clock in UTC where periods are shorter.
public struct StressWindow: Sendable, Hashable {
  /// Where its first period begins and its last one ends.
  public let start: Int64
  public let end: Int64
  public let firstDay: CalendarDate
  public let lastDay: CalendarDate

  init(_ basis: ReturnBasis, rows: Range<Int>, origin: Int64) {
    start = rows.lowerBound == 0 ? min(origin, basis.ends[0]) : basis.ends[rows.lowerBound - 1]
    end = basis.ends[rows.upperBound - 1]
    if let dates = basis.returns.dates {
      (firstDay, lastDay) = (dates[rows.lowerBound], dates[rows.upperBound - 1])
    } else {
      // A period that ends at midnight belongs to the day before.
      firstDay = CalendarDate(nanoseconds: basis.ends[rows.lowerBound] &- 1)
      lastDay = CalendarDate(nanoseconds: end &- 1)
    }
  }
}

/// What the largest positions would have lost under shocks, and the worst spans that happened.
public struct StressFindings: Sendable {
  /// One stress with its loss by cause, in the account's currency; losses are positive.
  public struct Entry: Sendable, Hashable {
    public let name: String
    public let formula: String
    /// Of the moment of the largest positions, or the end of the span that happened.
    public let time: Int64
    /// The span that happened; nil for shocks.
    public let window: StressWindow?
    /// Nil for what happened, which is not split.
    public let parts: StressResult?
    public let loss: Double
    /// Of the equity at that moment, or at the span's start; nil without any.
    public let share: Double?
  }

  /// What is held of one instrument, with what the shocks act on.
  public struct Position: Sendable, Hashable {
    public let position: StressPosition
    /// Where its spread comes from, in words.
    public let spreadSource: String
  }

  /// Value at risk and expected shortfall of one period, from the window of returns in which the shortfall was worst.
  public struct StressedTail: Sendable, Hashable {
    public let window: StressWindow
    public let periods: Int
    public let risk: TailRisk
  }

  /// By level of confidence; empty when the returns are too few to choose a window from, for which there is a reason.
  public let stressedTails: [StressedTail]
  public let stressedTailAbsence: String?
  /// When gross exposure was highest.
  public let time: Int64
  public let equity: Double
  public let positions: [Position]
  public let entries: [Entry]
  /// Stresses that could not be computed, and why.
  public let refusals: [String]
}

extension RunAnalysis {
  static func stress(
    of run: RunResult, basis: Finding<ReturnBasis>, equity: Finding<EquityCurve>, sessions: Int,
    settings: RunAnalysisSettings
  ) -> Finding<StressFindings> {
    let peak = largestPositions(of: run)
    var positions: [StressFindings.Position] = []
    var entries: [StressFindings.Entry] = []
    var refusals: [String] = []
    if let peak {
      positions = stressPositions(of: run, row: peak, sessions: sessions)
      let (time, worth) = (run.account.times[peak], run.account.equity[peak])
      let inverse =
        positions.contains(where: \.position.isInverse)
        ? "; of inverse contracts −v (1 − 1/(1 + m)), and v / (1 + m) for v (1 + m)" : ""
      for scenario in settings.stresses {
        do throws(AnalyticsError) {
          let outcome = try scenario.apply(to: positions.map(\.position))
          entries.append(
            StressFindings.Entry(
              name: scenario.name, formula: scenario.formula + inverse, time: time, window: nil, parts: outcome,
              loss: outcome.totalLoss, share: worth > 0 ? outcome.totalLoss / worth : nil))
        } catch {
          refusals.append("\(error)")
        }
      }
    }
    if let basis = basis.value, let equity = equity.value { entries += worstSpans(basis, equity) }
    let stressed = stressedTails(basis, origin: equity.value?.times.first, settings)
    guard !entries.isEmpty || !refusals.isEmpty else {
      return .absent(reason: "the run held no position and has too few returns")
    }
    return .found(
      StressFindings(
        stressedTails: stressed.value ?? [], stressedTailAbsence: stressed.reason,
        time: peak.map { run.account.times[$0] } ?? .min, equity: peak.map { run.account.equity[$0] } ?? 0,
        positions: positions, entries: entries, refusals: refusals))
  }

  /// The account's row with the highest gross exposure; nil when nothing was ever held.
  private static func largestPositions(of run: RunResult) -> Int? {
    let account = run.account
    guard account.lots.count == account.times.count * run.instruments.count,
      account.markHalfTicks.count == account.lots.count,
      let peak = account.grossExposure.indices.max(by: { account.grossExposure[$0] < account.grossExposure[$1] }),
      account.grossExposure[peak] > 0, account.equity.indices.contains(peak)
    else { return nil }
    return peak
  }

  /// Every instrument with a mark: shocks may name one that was not held at that moment.
  private static func stressPositions(of run: RunResult, row: Int, sessions: Int) -> [StressFindings.Position] {
    let count = run.instruments.count
    let days = Double(max(1, sessions))
    let worths = run.worths(atRow: row)
    return (0..<count).compactMap { instrument in
      let lots = run.account.lots[row * count + instrument]
      let mark = run.account.markHalfTicks[row * count + instrument]
      guard mark != .min, mark > 0 else { return nil }
      let traded = TradedInstrument(run.instruments[instrument])
      let (spread, source) = quotedSpread(of: run, instrument: instrument)
      var position = StressPosition(
        asset: traded.symbol, value: traded.value(halfTicks: mark, lots: lots) * worths[instrument],
        relativeSpread: spread / Double(mark),
        dailyVolatility: (realisedVariance(of: run, instrument: instrument) / days).squareRoot())
      position.isInverse = traded.settlement == .inverse
      if run.marketLots.indices.contains(instrument), run.marketLots[instrument] > 0 {
        let perLot = traded.value(halfTicks: mark, lots: 1).magnitude * worths[instrument]
        position.dailyTurnover = Double(run.marketLots[instrument]) / days * perLot
      }
      return StressFindings.Position(position: position, spreadSource: source)
    }
  }

  /// The usual distance between best bid and offer, in half ticks, and what says so.
  private static func quotedSpread(of run: RunResult, instrument: Int) -> (halfTicks: Double, source: String) {
    var spreads: [Double] = []
    for window in run.windows
    where run.fills.indices.contains(window.fill) && run.fills[window.fill].instrument == instrument {
      let rows = window.rowCount
      guard rows > 0, window.depth.count == window.times.count * rows else { continue }
      for column in window.times.indices {
        let depth = window.depth[(column * rows)..<((column + 1) * rows)]
        guard let bid = depth.lastIndex(where: { $0 > 0 }), let offer = depth.firstIndex(where: { $0 < 0 }), offer > bid
        else { continue }
        spreads.append(Double(2 * (offer - bid)))
      }
    }
    if let median = median(&spreads) { return (median, "the order-book windows") }
    var distances: [Double] = []
    for fill in run.fills where fill.instrument == instrument && fill.fillMidHalfTicks != .min {
      let distance = (2 * Double(fill.priceTicks) - Double(fill.fillMidHalfTicks)).magnitude
      if distance > 0 { distances.append(2 * distance) }
    }
    if let median = median(&distances) { return (median, "the fills' distance from the middle") }
    return (2, "one tick, for want of quotes")
  }

  private static func median(_ values: inout [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    values.sort()
    return Quantile.value(values, probability: 0.5)
  }

  /// The worst period and the worst runs of five and twenty-one.
  private static func worstSpans(_ basis: ReturnBasis, _ curve: EquityCurve) -> [StressFindings.Entry] {
    let returns = basis.returns.values
    let equity = [curve.startingCapital] + curve.sampled(at: basis.ends)
    return [1, 5, 21].compactMap { length in
      guard returns.count >= max(2, length * 2) else { return nil }
      var worst: (row: Int, value: Double)?
      for row in 0...(returns.count - length) {
        let value = returns[row..<(row + length)].reduce(1) { $0 * (1 + $1) } - 1
        if worst.map({ value < $0.value }) ?? true { worst = (row, value) }
      }
      guard let worst else { return nil }
      let period = basis.returns.period
      return StressFindings.Entry(
        name: "Worst \(length == 1 ? period.short : "\(length) \(period.shortPlural) in a row") that happened",
        formula: length == 1 ? "min(r)" : "min of the product of (1 + r) over \(length) \(period.shortPlural), less 1",
        time: basis.ends[worst.row + length - 1],
        window: StressWindow(basis, rows: worst.row..<(worst.row + length), origin: curve.times[0]), parts: nil,
        loss: -worst.value * equity[worst.row],
        share: -worst.value)
    }
  }

  /// The window that regulators ask for: a quarter of the returns, at most a year of 250.
  private static func stressedTails(
    _ basis: Finding<ReturnBasis>, origin: Int64?, _ settings: RunAnalysisSettings
  ) -> Finding<[StressFindings.StressedTail]> {
    basis.flatMap { basis in
      let returns = basis.returns.values
      let length = min(250, returns.count / 4)
      guard length >= 20 else {
        return .absent(reason: "\(returns.count) \(basis.label); a stressed window of a quarter of them needs 80")
      }
      return .from { () throws(AnalyticsError) in
        try basis.returns.requireNoRuin()
        var tails: [StressFindings.StressedTail] = []
        for confidence in settings.confidenceLevels where Double(length) * (1 - confidence) >= 1 - 1e-9 {
          let worst = try HistoricalTail.worstWindow(returns, length: length, confidence: confidence)
          tails.append(
            .init(
              window: StressWindow(basis, rows: worst.window, origin: origin ?? basis.ends[0]), periods: length,
              risk: worst.risk))
        }
        return tails
      }
    }
  }
}
