import Analytics
import Foundation
import ReportSupport
import Testing

@testable import Reporting

/// Every numeral of the plain-language summary is a figure of the run, rounded as shown; and spans agree with the metrics.
@Suite struct SummaryTests {
  @Test(arguments: ["days", "maker", "quiet", "ruined", "empty", "one-lane"])
  func everyNumberIsAFigure(name: String) throws {
    let run = try #require(ReportPageTests.runs[name])
    let context = try ReportPageTests.context(name)
    let figures = context.figures
    let html = Summary(context).content().html
    let values = try independentValues(run, figures)
    var rest = html
    var checked = 0
    while let open = rest.range(of: "<b data-metric=\""),
      let quote = rest.range(of: "\">", range: open.upperBound..<rest.endIndex),
      let close = rest.range(of: "</b>", range: quote.upperBound..<rest.endIndex)
    {
      let id = String(rest[open.upperBound..<quote.lowerBound])
      let text = String(rest[quote.upperBound..<close.lowerBound])
      let (number, unit) = try #require(Self.parsed(text), "\(text) is not a number")
      let value = try #require(values[id], "\(id) is not a figure of the run")
      #expect((number - value).magnitude <= unit / 2 + 1e-9 * value.magnitude, "\(id): \(text) against \(value)")
      #expect((number - value).magnitude <= max(0.0501 * value.magnitude, 1e-5), "\(id): \(text) hides \(value)")
      rest.removeSubrange(open.lowerBound..<close.upperBound)
      checked += 1
    }
    #expect(checked >= 1 || name == "empty")
    // Moments and names may hold digits; nothing else may.
    for tag in ["time", "cite"] {
      rest = rest.replacingOccurrences(of: "<\(tag)>[^<]*</\(tag)>", with: "", options: .regularExpression)
    }
    rest = rest.replacingOccurrences(of: "<[^>]*>", with: " ", options: .regularExpression)
    #expect(rest.rangeOfCharacter(from: .decimalDigits) == nil, "\(rest)")
  }

  /// The number and the unit of its last digit.
  static func parsed(_ text: String) -> (Double, Double)? {
    var digits = text.replacingOccurrences(of: ",", with: "").replacingOccurrences(of: "−", with: "-")
    let isPercent = digits.hasSuffix("%")
    if isPercent { digits.removeLast() }
    guard let value = Double(digits) else { return nil }
    let decimals = digits.split(separator: ".").dropFirst().first?.count ?? 0
    let scale = isPercent ? 0.01 : 1
    return (value * scale, scale * pow(10, -Double(decimals)))
  }

  /// The figures again, from the run and the catalogue's metrics rather than from the summary.
  private func independentValues(_ run: RunResult, _ figures: RunFigures) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for metric in figures.metrics { values[metric.id] = metric.number }
    for figure in figures.span.figures where values[figure.id] == nil || !figures.basis.isDaily {
      if figure.id == "trades" || figure.id == "fills" || figure.id == "fees" { continue }
      values[figure.id] = figure.value
    }
    let equity = figures.basis.equity
    values["profit_size"] = (equity[equity.count - 1] - equity[0]).magnitude
    values["starting_capital"] = run.identity.startingCapital
    values["deepest_recorded"] = -(figures.underwater.min() ?? 0)
    if let benchmark = figures.benchmark.value {
      values["benchmark_return"] = benchmark.returns.reduce(1) { $0 * (1 + $1) } - 1
    }
    values["pessimistic_profit"] = run.pessimistic?.outcome.profit
    values["lanes"] = Double(run.lanes.count)
    if run.lanes.indices.contains(run.shownLane) {
      values["rank"] = Double(1 + run.lanes.count { $0.profit > run.lanes[run.shownLane].profit })
      let profits = run.lanes.map(\.profit).sorted()
      values["median_lane"] = (profits[(profits.count - 1) / 2] + profits[profits.count / 2]) / 2
    }
    values["mc_paths"] = figures.simulation.value.map { Double($0.paths) }
    values["mc_probability_of_loss"] = figures.simulation.value?.probabilityOfLoss.value
    values["time_in_market"] = figures.exposure.value?.timeInMarket
    values["highest_gross_leverage"] = figures.exposure.value?.highestGrossLeverage
    values["fees"] = run.fills.reduce(0) { $0 + $1.fee }
    values["fills"] = Double(run.fills.count)
    let profit = equity[equity.count - 1] - equity[0]
    let carry = run.lanes.indices.contains(run.shownLane) ? run.lanes[run.shownLane].carry : LaneResult.Carry()
    values["carry_size"] = (carry.funding + carry.borrow + carry.dividends).magnitude
    values["fee_share"] = (values["fees"] ?? 0) / (profit + (values["fees"] ?? 0) + carry.total)
    if let simulation = figures.simulation.value {
      let (p, n, z) = (simulation.probabilityOfLoss.value, Double(simulation.paths), 1.959963984540054)
      let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
      values["mc_loss_lower"] = max(0, (p + z * z / (2 * n) - reach) / (1 + z * z / n))
      values["mc_loss_upper"] = min(1, (p + z * z / (2 * n) + reach) / (1 + z * z / n))
    }
    if let trades = figures.trades.value {
      values["trades"] = Double(trades.trips.count)
      values["win_rate"] = Double(trades.trips.count { $0.netProfit > 0 }) / Double(max(1, trades.trips.count))
      values["maker_share"] =
        Double(run.fills.filter(\.isMaker).reduce(0) { $0 + $1.lots }) / Double(run.fills.reduce(0) { $0 + $1.lots })
      values["best_five_trades"] = trades.statistics.bestFiveShare
      values["adverse_markout"] = trades.findings.markouts.first?.meanTicks.map { -$0 }
    }
    values["open_exposure"] = run.account.grossExposure.last
    values["fewest_sessions"] = Double(figures.analysis.settings.minimumSessions)
    values["sharpe_level"] = figures.metric("sharpe")?.interval?.level
    values["sharpe_lower"] = figures.metric("sharpe")?.interval?.lower
    values["sharpe_upper"] = figures.metric("sharpe")?.interval?.upper
    values["search_trials"] = Double(run.identity.priorTrials + max(1, run.lanes.count))
    values["dsr_bar"] = 0.95
    let ruin = figures.basis.returns.firstIndex { $0 <= -1 } ?? figures.basis.returns.count - 1
    let returns = figures.basis.returns.prefix(ruin + 1)
    values["idle_share"] = Double(returns.filter { $0 == 0 }.count) / Double(max(1, returns.count))
    values["risk_free_rate"] = figures.analysis.settings.riskFreeRate
    values["optimistic"] = Double(run.assumptions.count { $0.direction == .optimistic })
    return values
  }

  @Test(arguments: MetricConvention.allCases)
  func spanFiguresAreTheMetricsOfTheCatalogue(convention: MetricConvention) throws {
    let run = try #require(ReportPageTests.runs["days"])
    var settings = RunAnalysisSettings.bare
    settings.convention = convention
    settings.riskFreeRate = 0.03
    settings.minimumAcceptableReturn = 0.05
    let figures = RunFigures(run, RunAnalysis(run, settings: settings))
    var compared = 0
    let names = ["best_period": "best_day", "worst_period": "worst_day", "win_periods": "win_days"]
    for figure in figures.span.figures {
      let id = names[figure.id] ?? figure.id
      guard let metric = figures.metric(id), let expected = metric.number else { continue }
      let value = try #require(figure.value, "\(figure.id) exists")
      #expect(
        (value - expected).magnitude <= 1e-9 * max(1, expected.magnitude), "\(figure.id): \(value) against \(expected)")
      if MetricCatalogue.standard[id]?.differs(under: convention) == true {
        #expect(figure.formula.contains(convention.rawValue), "\(id) says whose definition it follows")
        #expect(metric.parameters.contains(MetricParameter("convention", convention.rawValue)))
      }
      compared += 1
    }
    #expect(compared >= 15)
    #expect(figures.span.figures.first { $0.id == "sharpe" }?.formula.contains("rf 3% a year") == true)
    #expect(figures.span.figures.first { $0.id == "sortino" }?.formula.contains("MAR 5% a year") == true)
    let context = ReportContext(run, figures)
    #expect(context.definitions.contains("“\(convention.rawValue)”; risk-free rate 3% and"))
    let told = Summary(context).page.map(\.plain).joined(separator: " ")
    #expect(told.contains("above a risk-free rate of 3.00%"))
    #expect(told.contains("by the convention") == (convention == .lean || convention == .backtestingPy))
  }

  @Test func thePlainSummaryIsRanked() throws {
    let summary = Summary(try ReportPageTests.context("maker"))
    #expect(summary.facts.map(\.weight) == summary.facts.map(\.weight).sorted(by: >))
    #expect(summary.tweet.map(\.plain).joined(separator: " ").count < 300)
    #expect(summary.page.count >= summary.paragraph.count)
    #expect(summary.warnings.contains { $0.sentence.plain.contains("does not survive the pessimistic re-run") })
  }
}
