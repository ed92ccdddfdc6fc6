import Analytics
import MarketTypes
import Numerics

/// Everything a report shows that neither the run nor its analysis holds, computed once.
struct RunFigures: Sendable {
  let analysis: RunAnalysis
  let basis: ReportBasis
  let returns: Part<ReturnSeries>
  let benchmark: Part<Benchmark>
  /// Of daily returns where there are enough, else of the steps; trades, execution and exposure in either case.
  let metrics: [MetricValue]
  let fills: FillColumns
  let span: SpanFigures
  let activity: SpanFigures.Activity
  let trades: Part<RunTrades>
  let exposure: Part<ExposureStatistics>
  let drawdown: Part<DrawdownCurve>
  /// Depth at every recorded row of the account.
  let underwater: [Double]
  let studentT: Part<StudentTFit>
  let backtests: Part<[Backtest]>
  let simulation: Part<MonteCarloResult>
  let simulationMethod: String
  let recovery: Part<RecoverySurvival>
  let search: Part<SearchRecord>
  let ranking: LaneRanking
  let moneyDecimals: Int

  /// What the run is measured against, with the run's capital and periods.
  struct Benchmark: Sendable {
    let name: String
    let times: [Int64]
    let equity: [Double]
    /// At the ends of the basis' periods.
    let returns: [Double]
  }

  /// One method's record with its rows as rows of the basis.
  struct Backtest: Sendable {
    let entry: TailBacktestEntry
    let result: RollingBacktest
    let rows: [Int]
  }

  init(_ result: RunResult, _ analysis: RunAnalysis) {
    self.analysis = analysis
    let basis = ReportBasis(result, analysis)
    self.basis = basis
    moneyDecimals = Self.moneyDecimals(result)
    returns = basis.absence.map { .absent($0) } ?? Part { try basis.series() }
    benchmark = Part(analysis.benchmark).map { found in
      Benchmark(
        name: found.name, times: found.times, equity: found.levels.map { $0 * result.identity.startingCapital },
        returns: found.returns(from: basis.start, ends: basis.times))
    }
    trades =
      result.fills.isEmpty ? .absent("the run has no fills") : Part(analysis.trades).map { RunTrades(findings: $0) }
    fills = FillColumns(result.fills)
    activity = SpanFigures.Activity(basis, fills: fills, trips: analysis.trades.value?.fillToFill.trips ?? [])
    span = SpanFigures(basis, activity, rows: 0..<basis.returns.count, moneyDecimals: moneyDecimals)
    exposure = Part(analysis.exposure)
    drawdown = Part {
      try DrawdownCurve(equity: basis.equity, times: [basis.start] + basis.times, sampling: .dailyClose)
    }
    var peak = max(result.identity.startingCapital, result.account.equity.first ?? 0)
    underwater = result.account.equity.map { value in
      peak = max(peak, value)
      return peak > 0 ? value / peak - 1 : 0
    }
    ranking = LaneRanking(result)
    search = Part(analysis.luck).map(\.search)
    let values = basis.returns
    studentT =
      values.count >= 20
      ? Part { try StudentTFit(values) } : .absent("\(Format.counted(values.count, "return")) are too few")
    backtests = Self.backtests(analysis, count: values.count)
    recovery = drawdown.map { try RecoverySurvival($0) }
    simulation = Part(analysis.simulation).map(\.result)
    simulationMethod = Resampling.described(Self.rounded(analysis.simulation.value?.method ?? ""))
    if basis.isDaily {
      metrics = analysis.metrics
    } else {
      let kept: Set<MetricGroup> = [.trades, .execution, .exposure]
      metrics = analysis.sampledMetrics + analysis.metrics.filter { kept.contains($0.group) }
    }
  }

  func metric(_ id: String) -> MetricValue? { metrics.first { $0.id == id } }

  /// What the shown lane came to in all.
  var profit: Double { span["profit"] ?? 0 }

  /// The share of periods in which the account did not move at all; what follows its ruin is no idle time.
  var idleShare: Double {
    let lived = basis.returns.prefix((basis.returns.firstIndex { $0 <= -1 } ?? basis.returns.count - 1) + 1)
    return lived.isEmpty ? 0 : Double(lived.count { $0 == 0 }) / Double(lived.count)
  }

  /// No fill, and an account that never moved: charts and tables of it would be flat.
  var neverTraded: Bool { fills.count == 0 && basis.returns.allSatisfy { $0 == 0 } }

  /// The strictest confidence whose forecasts the run is long enough to judge.
  private static func backtests(_ analysis: RunAnalysis, count: Int) -> Part<[Backtest]> {
    let found = analysis.tailBacktests.compactMap { entry -> Backtest? in
      guard let result = entry.backtest.value else { return nil }
      let offset = count - min(count, entry.window + analysis.settings.backtestLimit)
      return Backtest(entry: entry, result: result, rows: result.rows.map { $0 + offset })
    }
    let levels = Set(found.map(\.entry.confidence)).sorted(by: >)
    guard let strictest = levels.first else {
      return .absent(
        analysis.tailBacktestAbsence ?? analysis.tailBacktests.first?.backtest.reason ?? "the run is too short")
    }
    // Where fewer than one exception is expected, a count of them says nothing.
    let chosen =
      levels.first { level in
        Double(found.first { $0.entry.confidence == level }?.rows.count ?? 0) * (1 - level) >= 1
      } ?? strictest
    return .present(found.filter { $0.entry.confidence == chosen })
  }

  /// Long fractions inside a text, cut to two decimals.
  private static func rounded(_ text: String) -> String {
    text.split(separator: " ", omittingEmptySubsequences: false).map { word in
      word.contains(".") && word.count > 5 ? Double(word).map { Format.plain($0, 2) } ?? String(word) : String(word)
    }.joined(separator: " ")
  }

  private static let currenciesOfCents: Set<String> = [
    "USD", "EUR", "GBP", "CHF", "AUD", "CAD", "NZD", "SGD", "HKD", "CNY", "CNH", "INR", "BRL", "MXN", "ZAR", "SEK",
    "NOK",
    "DKK", "PLN", "CZK", "TRY", "ILS", "THB", "TWD", "USDT", "USDC",
  ]

  /// Cents where the currency has them, whatever the account's size; of others more where a coin is worth many of them.
  private static func moneyDecimals(_ result: RunResult) -> Int {
    var decimals = 2
    if currenciesOfCents.contains(result.identity.currency) { return decimals }
    var capital = result.identity.startingCapital.magnitude
    while capital > 0, capital < 1000, decimals < 8 {
      capital *= 10
      decimals += 1
    }
    return decimals
  }
}

/// Where the shown lane stands among all lanes by profit.
struct LaneRanking: Sendable {
  /// Lanes from the most profitable to the least; of equal ones the earlier first.
  let order: [Int]
  /// Counted from one.
  let rank: Int
  let medianProfit: Double
  let profitable: Int

  init(_ result: RunResult) {
    let lanes = result.lanes
    order = lanes.indices.sorted { (-lanes[$0].profit, $0) < (-lanes[$1].profit, $1) }
    rank = (order.firstIndex(of: result.shownLane) ?? 0) + 1
    medianProfit = lanes.isEmpty ? 0 : Quantile.value(lanes.map(\.profit).sorted(), probability: 0.5)
    profitable = lanes.count { $0.profit > 0 }
  }
}
