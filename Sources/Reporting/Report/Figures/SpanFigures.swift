import Analytics
import Numerics

/// Figures of any span of the run, by formulas short enough for the page's script to repeat them for a brushed span.
///
/// The same ids as in the metric catalogue mean the same formulas; a test compares the two.
struct SpanFigures: Sendable {
  struct Figure: Sendable {
    let id: String
    let name: String
    let style: NumberStyle
    let value: Double?
    let formula: String
  }

  /// What happened in each period besides the return.
  struct Activity: Sendable {
    var fills: [Int]
    var fees: [Double]
    var trips: [Int]
    var wins: [Int]
    var gains: [Double]
    var losses: [Double]

    /// Counts fills and closed round trips of each period of the basis.
    init(_ basis: ReportBasis, fills: [RunFill], trips: [RoundTrip]) {
      let count = basis.times.count
      self.fills = Array(repeating: 0, count: count)
      self.trips = Array(repeating: 0, count: count)
      wins = Array(repeating: 0, count: count)
      fees = Array(repeating: 0, count: count)
      gains = Array(repeating: 0, count: count)
      losses = Array(repeating: 0, count: count)
      guard count > 0 else { return }
      var period = 0
      for fill in fills {
        while period + 1 < count, basis.times[period] < fill.time { period += 1 }
        self.fills[period] += 1
        fees[period] += fill.fee
      }
      period = 0
      for trip in trips {
        while period + 1 < count, basis.times[period] < trip.exitTime { period += 1 }
        self.trips[period] += 1
        let profit = trip.netProfit
        if profit > 0 {
          wins[period] += 1
          gains[period] += profit
        } else {
          losses[period] -= profit
        }
      }
    }
  }

  let figures: [Figure]

  /// Of the periods in a range.
  init(_ basis: ReportBasis, _ activity: Activity, rows: Range<Int>, moneyDecimals: Int) {
    let returns = Array(basis.returns[rows])
    let equity = Array(basis.equity[rows.lowerBound...rows.upperBound])
    let count = Double(returns.count)
    let year = basis.periodsPerYear
    let total = returns.reduce(1) { $0 * (1 + $1) } - 1
    let mean = returns.isEmpty ? nil : returns.reduce(0, +) / count
    let deviation: Double? =
      if let mean, returns.count > 1 {
        (returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
      } else { nil }
    let downside = (returns.reduce(0) { $0 + min($1, 0) * min($1, 0) } / max(count, 1)).squareRoot()
    let annual = year ?? 1
    let root = annual.squareRoot()
    let growth: Double? =
      year == nil || returns.isEmpty || total <= -1
      ? nil : Elementary.expMinusOne(Elementary.logOnePlus(total) * annual / count)
    let deepest = Self.deepest(returns)
    let tail = returns.isEmpty ? nil : try? HistoricalTail.estimate(returns, confidence: 0.95)
    let hasSpread = (deviation ?? 0) > 0
    let trips = activity.trips[rows].reduce(0, +)
    let losses = activity.losses[rows].reduce(0, +)
    let unit = year == nil ? "per " + basis.periodName : "a year"
    let money = NumberStyle.money(moneyDecimals)
    func sharpe() -> Double? { hasSpread ? mean! / deviation! * root : nil }
    figures = [
      Figure(
        id: "profit", name: "Profit", style: money, value: equity[equity.count - 1] - equity[0],
        formula: "equity at the end − equity at the start of the span"),
      Figure(
        id: "total_return", name: "Return", style: .percent(2), value: returns.isEmpty ? nil : total,
        formula: "product of (1 + r) − 1"),
      Figure(
        id: "cagr", name: "Annual growth", style: .percent(2), value: growth,
        formula: "(1 + return)^(P/n) − 1; only for daily returns"),
      Figure(
        id: "volatility", name: "Volatility \(unit)", style: year == nil ? .percent(4) : .percent(2),
        value: deviation.map { $0 * root }, formula: "sd(r) × √P, divisor n − 1"),
      Figure(
        id: "sharpe", name: "Sharpe ratio \(unit)", style: .number(year == nil ? 3 : 2), value: sharpe(),
        formula: "mean(r) / sd(r) × √P, risk-free rate 0"),
      Figure(
        id: "sortino", name: "Sortino ratio \(unit)", style: .number(year == nil ? 3 : 2),
        value: downside > 0 ? mean! * annual / (downside * root) : nil,
        formula: "mean(r) × P / (√mean(min(r, 0)²) × √P)"),
      Figure(
        id: "max_drawdown", name: "Deepest drawdown", style: .percent(2), value: returns.isEmpty ? nil : deepest,
        formula: "min of equity / highest equity so far − 1, at ends of periods"),
      Figure(
        id: "calmar", name: "Calmar ratio", style: .number(2),
        value: growth.flatMap { deepest < 0 ? $0 / -deepest : nil }, formula: "annual growth / |deepest drawdown|"),
      Figure(
        id: "best_period", name: "Best \(basis.isDaily ? "day" : "step")", style: .percent(3), value: returns.max(),
        formula: "max(r)"),
      Figure(
        id: "worst_period", name: "Worst \(basis.isDaily ? "day" : "step")", style: .percent(3),
        value: returns.min(), formula: "min(r)"),
      Figure(
        id: "win_periods", name: "\(basis.isDaily ? "Days" : "Steps") with a gain", style: .percent(1),
        value: returns.isEmpty ? nil : Double(returns.count { $0 > 0 }) / count, formula: "share of r > 0"),
      Figure(
        id: "var_95", name: "Value at risk 95%", style: .percent(3), value: tail?.valueAtRisk,
        formula: "−inf{x : F(x) ≥ 5%}, empirical F"),
      Figure(
        id: "es_95", name: "Expected shortfall 95%", style: .percent(3), value: tail?.expectedShortfall,
        formula: "−mean of the worst 5% of returns, the last one counted by its fraction"),
      Figure(
        id: "skewness", name: "Skewness", style: .number(2),
        value: returns.count > 2 && hasSpread ? (try? Moments(returns))?.unbiasedSkewness : nil,
        formula: "bias-corrected third moment"),
      Figure(
        id: "periods", name: basis.isDaily ? "Days" : "Steps", style: .number(0), value: count, formula: "number of r"),
      Figure(
        id: "fills", name: "Fills", style: .number(0), value: Double(activity.fills[rows].reduce(0, +)),
        formula: "executions in the span"),
      Figure(
        id: "fees", name: "Fees", style: money, value: activity.fees[rows].reduce(0, +),
        formula: "sum over fills, rebates negative"),
      Figure(
        id: "trades", name: "Round trips", style: .number(0), value: Double(trips),
        formula: "entries matched with exits, first in first out, by time of exit"),
      Figure(
        id: "win_rate", name: "Round trips won", style: .percent(1),
        value: trips > 0 ? Double(activity.wins[rows].reduce(0, +)) / Double(trips) : nil,
        formula: "share with a profit after fees"),
      Figure(
        id: "profit_factor", name: "Profit factor", style: .number(2),
        value: losses > 0 ? activity.gains[rows].reduce(0, +) / losses : nil,
        formula: "sum of gains / sum of losses of round trips, after fees"),
    ]
  }

  private static func deepest(_ returns: [Double]) -> Double {
    var (equity, peak, deepest) = (1.0, 1.0, 0.0)
    for value in returns {
      equity *= 1 + value
      peak = max(peak, equity)
      deepest = min(deepest, equity / peak - 1)
    }
    return deepest
  }

  subscript(id: String) -> Double? { figures.first { $0.id == id }?.value }
}
