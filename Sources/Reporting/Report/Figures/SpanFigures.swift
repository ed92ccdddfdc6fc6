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
    init(_ basis: ReportBasis, fills: FillColumns, trips: [RoundTrip]) {
      let count = basis.times.count
      self.fills = Array(repeating: 0, count: count)
      self.trips = Array(repeating: 0, count: count)
      wins = Array(repeating: 0, count: count)
      fees = Array(repeating: 0, count: count)
      gains = Array(repeating: 0, count: count)
      losses = Array(repeating: 0, count: count)
      guard count > 0 else { return }
      var period = 0
      for (time, fee) in zip(fills.times, fills.fees) {
        while period + 1 < count, basis.times[period] < time { period += 1 }
        self.fills[period] += 1
        fees[period] += fee
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
    let ratios = Ratios(basis, rows)
    let tail = returns.isEmpty ? nil : try? HistoricalTail.estimate(returns, confidence: 0.95)
    let trips = activity.trips[rows].reduce(0, +)
    let losses = activity.losses[rows].reduce(0, +)
    let several = basis.period.shortPlural.prefix(1).uppercased() + basis.period.shortPlural.dropFirst()
    func isConventional(_ id: String) -> Bool {
      MetricCatalogue.standard[id]?.differs(under: basis.convention) ?? false
    }
    let unit = year == nil ? "per " + basis.periodName : "a year"
    let money = NumberStyle.money(moneyDecimals)
    /// The formula by the convention in use, which says so where it is not the default one.
    func formula(_ id: String, _ text: String) -> String {
      guard let definition = MetricCatalogue.standard[id], definition.differs(under: basis.convention) else {
        return text
      }
      return "\(definition.formula(basis.convention, of: basis.period)) (convention \(basis.convention.rawValue))"
    }
    func rate(_ name: String, _ annual: Double) -> String { "\(name) \(Format.plain(annual * 100, 4))% a year" }
    let riskFree = basis.annualRates.riskFree
    let acceptable = basis.annualRates.minimumAcceptable
    let all = [
      Figure(
        id: "profit", name: "Profit", style: money, value: equity[equity.count - 1] - equity[0],
        formula: "equity at the end − equity at the start of the span"),
      Figure(
        id: "total_return", name: "Return", style: .percent(2), value: returns.isEmpty ? nil : ratios.total,
        formula: "product of (1 + r) − 1"),
      Figure(
        id: "cagr", name: "Annual growth", style: .percent(2), value: ratios.growth,
        formula: formula("cagr", "(1 + return)^(P/n) − 1") + "; only for daily returns"),
      Figure(
        id: "volatility", name: "Volatility \(unit)", style: year == nil ? .percent(4) : .percent(2),
        value: ratios.volatility,
        formula: formula("volatility", "sd(r) × √P, divisor n − 1")),
      Figure(
        id: "sharpe", name: "Sharpe ratio \(unit)", style: .number(year == nil ? 3 : 2), value: ratios.sharpe,
        formula: riskFree == 0 && !isConventional("sharpe")
          ? "mean(r) / sd(r) × √P, risk-free rate 0"
          : formula("sharpe", "mean(r − rf) / sd(r) × √P") + ", " + rate("rf", riskFree)),
      Figure(
        id: "sortino", name: "Sortino ratio \(unit)", style: .number(year == nil ? 3 : 2),
        value: ratios.sortino,
        formula: acceptable == 0 && !isConventional("sortino")
          ? "mean(r) × P / (√mean(min(r, 0)²) × √P)"
          : formula("sortino", "mean(r − MAR) × P / (√mean(min(r − MAR, 0)²) × √P)") + ", " + rate("MAR", acceptable)),
      Figure(
        id: "max_drawdown", name: "Deepest drawdown by \(basis.isDaily ? "daily closes" : basis.period.shortPlural)",
        style: .percent(2),
        value: ratios.deepest,
        formula: formula("max_drawdown", "min of equity / highest equity so far − 1, at ends of periods")),
      Figure(
        id: "calmar", name: "Calmar ratio", style: .number(2),
        value: ratios.growth.flatMap { growth in ratios.deepest.flatMap { $0 < 0 ? growth / -$0 : nil } },
        formula: formula("calmar", "annual growth / |deepest drawdown|")),
      Figure(
        id: "best_period", name: "Best \(basis.period.short)", style: .percent(3), value: returns.max(),
        formula: "max(r)"),
      Figure(
        id: "worst_period", name: "Worst \(basis.period.short)", style: .percent(3),
        value: returns.min(), formula: "min(r)"),
      Figure(
        id: "win_periods", name: "\(several) with a gain", style: .percent(1),
        value: ratios.wins, formula: formula("win_days", "share of r > 0")),
      Figure(
        id: "var_95", name: "Value at risk 95%", style: .percent(3), value: tail?.valueAtRisk,
        formula: "−inf{x : F(x) ≥ 5%}, empirical F"),
      Figure(
        id: "es_95", name: "Expected shortfall 95%", style: .percent(3), value: tail?.expectedShortfall,
        formula: "−mean of the worst 5% of returns, the last one counted by its fraction"),
      Figure(
        id: "skewness", name: "Skewness", style: .number(2),
        value: returns.count > 2 && ratios.hasSpread ? (try? Moments(returns))?.unbiasedSkewness : nil,
        formula: "bias-corrected third moment"),
      Figure(
        id: "periods", name: several, style: .number(0), value: count, formula: "number of r"),
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
    // Where the account was gone before the span began, there is nothing to have a return on.
    figures =
      equity[0] > 0
      ? all
      : all.map { figure in
        Self.known.contains(figure.id)
          ? figure
          : Figure(id: figure.id, name: figure.name, style: figure.style, value: nil, formula: figure.formula)
      }
  }

  /// What a span without an account has all the same.
  private static let known: Set<String> = [
    "profit", "periods", "fills", "fees", "trades", "win_rate", "profit_factor",
  ]

  subscript(id: String) -> Double? { figures.first { $0.id == id }?.value }
}

extension SpanFigures {
  /// The figures that conventions define differently, by the catalogue's own functions.
  struct Ratios: Sendable {
    let total: Double
    let hasSpread: Bool
    let growth: Double?
    let volatility: Double?
    let sharpe: Double?
    let sortino: Double?
    let deepest: Double?
    let wins: Double?

    init(_ basis: ReportBasis, _ rows: Range<Int>) {
      let values = Array(basis.returns[rows])
      let convention = basis.convention
      let series = try? ReturnSeries(
        name: "returns", values: values, dates: basis.dates.map { Array($0[rows]) },
        periodsPerYear: basis.periodsPerYear ?? 1, period: basis.period)
      total = values.reduce(1) { $0 * (1 + $1) } - 1
      hasSpread = values.count > 1 && values.contains { $0 != values[0] }
      growth = basis.periodsPerYear == nil || total <= -1 ? nil : try? series?.annualGrowth(convention)
      volatility = try? series?.volatility(convention)
      sharpe = hasSpread ? try? series?.sharpeRatio(riskFree: basis.riskFree, convention: convention) : nil
      sortino = try? series?.sortinoRatio(minimumAcceptable: basis.minimumAcceptable, convention: convention)
      deepest = series?.maximumDrawdown(convention)
      let counted = convention == .empyrical ? values.filter { $0 != 0 } : values
      wins = counted.isEmpty ? nil : Double(counted.count { $0 > 0 }) / Double(counted.count)
    }
  }
}
