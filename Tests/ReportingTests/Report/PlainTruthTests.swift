import Analytics
import Foundation
import MarketTypes
import ReportSupport
import Testing

@testable import Reporting

/// A page says what happened and what it does not know, for runs on bars, short runs, ruined and untouched ones.
@Suite struct PlainTruthTests {
  /// Ten days of bars: a market order, a limit order and a stop order filled, and no quote anywhere.
  private static func bars() -> RunResult {
    var run = ReportRuns.days(10, fills: 3)
    let types: [OrderType] = [.market, .limit, .stop]
    for row in run.orders.indices {
      run.orders[row].type = types[row]
      run.orders[row].arrivalMidHalfTicks = .min
      run.fills[row].isMaker = row == 1
      run.fills[row].cause = "bar-range"
      run.fills[row].model = "bar-range"
      run.fills[row].arrivalMidHalfTicks = .min
      run.fills[row].fillMidHalfTicks = .min
      run.fills[row].markoutMidHalfTicks = [.min, .min, .min]
    }
    run.windows = [
      BookWindow(
        fill: 0, times: [1, 2], lowestTicks: 10_000, rowCount: 2, depth: [0, 0, 0, 0], ahead: [.min, .min])
    ]
    return run
  }

  private static func context(_ run: RunResult) -> ReportContext {
    ReportContext(run, RunFigures(run, RunAnalysis(run, settings: .bare)))
  }

  @Test func barsAreNoBook() throws {
    let run = Self.bars()
    let context = Self.context(run)
    let costs = Execution.content(context).html
    #expect(costs.contains("Slippage in money</th><td class=\"n\">–</td><td>no quotes in the data</td>"))
    #expect(costs.contains("– execution</th><td class=\"n\">–</td><td>no quotes in the data</td>"))
    let told = FillReason(context)
    #expect(told.reason(0).plain.contains("waited for the next bar and was filled at that bar's open"))
    #expect(told.reason(1).plain.contains("waited until the range of a bar went through its price"))
    #expect(told.reason(2).plain.contains("was triggered inside the range of a bar"))
    try ReportPageTests.keep(ReportPage(run, RunAnalysis(run, settings: .bare)).html(), "bars")
    let page = Trades.content(context).html
    #expect(!page.contains("took what the book offered") && !page.contains("<i>book</i>"))
    #expect(page.contains("The data shows no order book around these fills"))
  }

  @Test func aReRunThatReachesNothingProvesNothing() {
    var run = ReportRuns.makerDay(fills: 6, lanes: 1, samples: 60)
    #expect(PessimisticReach(run) == .fills)
    let (lane, equity) = (run.lanes[0], Array(run.equity(ofLane: 0)))
    run.pessimistic?.outcome = lane
    run.pessimistic?.equity = equity
    run.pessimistic?.changes = ["all latencies doubled", "maker rebate cut from 0.20 to 0.18 bp"]
    #expect(PessimisticReach(run) == .nothing)
    let context = Self.context(run)
    let html = Assumptions.content(context).html
    #expect(html.contains("These changes reach nothing in this run") && !html.contains("does not survive"))
    #expect(html.contains("<h3>The same run with worse latency and fees</h3>"))
    #expect(Summary(context).warnings.contains { $0.sentence.plain.contains("untested against its changes") })
    run.pessimistic?.outcome.fees += 3
    run.pessimistic?.outcome.profit -= 3
    #expect(PessimisticReach(run) == .feesAlone)
  }

  @Test func shortRunsHaveNoFiguresByTheYear() throws {
    let page = KeyFigures.content(try ReportPageTests.context("maker")).html
    let apart = try #require(page.range(of: "Multiplied up to a year all the same"))
    let sharpe = try #require(page.range(of: "data-id=\"sharpe\""))
    #expect(sharpe.lowerBound > apart.upperBound)
    #expect(page.contains("– too short to annualise (1 session; 20 needed)"))
    #expect(!KeyFigures.content(try ReportPageTests.context("days")).html.contains("too short to annualise"))
  }

  @Test func aRuinedAccountIsGone() throws {
    let run = try #require(ReportPageTests.runs["ruined"])
    let context = try ReportPageTests.context("ruined")
    let basis = context.basis
    let row = try #require(basis.equity.firstIndex { $0 <= 0 })
    let after = SpanFigures(basis, context.figures.activity, rows: row..<basis.returns.count, moneyDecimals: 2)
    #expect(
      after["total_return"] == nil && after["sharpe"] == nil && after["periods"] == Double(basis.returns.count - row))
    // Of the 81 days up to the ruin one had no move; the forty after it are no idle time.
    #expect(context.figures.idleShare == 1.0 / 81)
    let index = IndexPage(title: "Runs", [IndexPage.Entry(run, name: "ruined", link: "./ruined")]).html()
    #expect(index.contains(">−100.00%</td>"))
    #expect(Risk.content(context).html.contains("no money is at risk"))
  }

  @Test func fallsAreThoseOfTheDrawnCurve() throws {
    let context = try ReportPageTests.context("maker")
    let deepest = try #require(context.figures.underwater.min())
    let html = Returns.content(context).html
    #expect(html.contains("The deepest fall by every record of the account, \(Format.percent(deepest)), began"))
    #expect(html.contains("text-anchor=\"middle\">5</text>") && html.contains("shaded and numbered"))
  }

  @Test(arguments: [
    (39_014_829.5, "39 million"), (1_234.0, "1,200"), (3_950_000, "4.0 million"), (1.26e9, "1.3 billion"),
    (7.26, "7.0"),
    (151_110, "150,000"), (0.123, "0.12"), (99.7, "100"),
  ])
  func roughNumbersHaveTwoDigits(value: Double, text: String) { #expect(Format.rough(value) == text) }

  @Test func intervalsHaveTheDecimalsOfTheirEstimate() {
    #expect(NumberStyle.number(2).text(-0.507, to: -0.000_000_018, of: -0.25) == "−0.51 to 0.00")
    #expect(NumberStyle.percent(2).text(0.000_11, to: 0.000_14, of: 0.000_12) == "0.011% to 0.014%")
    #expect(NumberStyle.number(2).text(0.001_1, to: 0.001_2, of: 5) == "0.0011 to 0.0012")
    #expect(
      Format.significant(1.735_683_228_134_5, 4) == "1.736" && Format.significant(0.000_123_456, 4) == "0.0001235")
    #expect(Format.significant(12_345.678, 4) == "12346")
    #expect(Provenance.headWords("{\"root\":\"00ff\",\"size\":1}") == "root 00ff (size 1)")
    let constant = "returns: is constant, so a ratio over its spread does not exist"
    let said = "returns are all the same, so a ratio over their spread does not exist"
    #expect(
      Format.refusals([("a", constant), ("b", "x: has 0 values"), ("c", constant)]) == [
        "a, c: \(said)", "b: x: 0 values",
      ])
    #expect(Provenance.headWords("00ff") == "00ff")
  }

  @Test func moneyFollowsTheCurrency() {
    var run = ReportRuns.days(2)
    run.identity.startingCapital = 10
    #expect(RunFigures(run, RunAnalysis(run, settings: .bare)).moneyDecimals == 2)
    run.identity.currency = "BTC"
    #expect(RunFigures(run, RunAnalysis(run, settings: .bare)).moneyDecimals == 4)
  }
}
