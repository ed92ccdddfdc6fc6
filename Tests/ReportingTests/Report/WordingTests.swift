import Analytics
import Foundation
import MarketTypes
import ReportSupport
import Testing

@testable import Reporting

/// Words that a reader could take for something else: each is there because it once was wrong.
@Suite struct WordingTests {
  private static func row(_ page: String, _ id: String) -> String? {
    page.range(of: "<tr data-id=\"\(id)\">.*?</tr>", options: .regularExpression).map { String(page[$0]) }
  }

  @Test func onlyAnnualFiguresAreByTheYear() throws {
    for name in ["maker", "days"] {
      let context = try ReportPageTests.context(name)
      let page = KeyFigures.content(context).html
      var annual = 0
      for metric in context.figures.metrics where metric.number != nil {
        let row = try #require(Self.row(page, metric.id), "\(metric.id)")
        let head = row.prefix { $0 != "/" }
        let said = head.contains("nnual") || head.contains(" a year<")
        #expect(said == (MetricCatalogue.standard[metric.id]?.isAnnualised == true), "\(metric.id): \(row.prefix(90))")
        annual += said ? 1 : 0
      }
      #expect(annual > 8)
      // Not a ratio that is multiplied up, though it has P among its parameters.
      #expect(Self.row(page, "psr")?.contains("<th scope=\"row\">Probabilistic Sharpe ratio</th>") == true)
      #expect(Self.row(page, "mc_sharpe_p50")?.contains("of simulated paths, a year</th>") == true)
    }
    let ratio = try #require(MetricCatalogue.standard["information_ratio"])
    #expect(ratio.isAnnualised(under: .default) && !ratio.isAnnualised(under: .empyrical))
  }

  @Test func aRunOutsideTheLedgerSaysWhatThatMeans() throws {
    var run = ReportRuns.days(60, fills: 4)
    run.identity.ledgerHead = ""
    run.identity.priorTrials = 0
    let analysis = RunAnalysis(run, settings: .bare)
    let page = ReportPage(run, analysis).html()
    let words = "<dt>Trials before this run</dt><dd>not counted, so the deflated Sharpe ratio allows for this run"
    #expect(page.contains(words))
    #expect(page.contains("<dt>Ledger head</dt><dd>none: the run was entered in no ledger"))
    #expect(page.contains("The run was entered in no ledger, so that trials before it are not counted"))
    #expect(analysis.metrics.first { $0.id == "dsr" }?.caveat?.contains("earlier trials are not counted") == true)
    #expect(RunAnalysis(ReportRuns.days(60), settings: .bare).metrics.first { $0.id == "dsr" }?.caveat == nil)
  }

  @Test func tilesTellOfIntervalsThatTheyShow() throws {
    for name in ["maker", "days", "flat", "one-day", "quiet", "ruined"] {
      var rest = try ReportPageTests.context(name).tilesOfKeyFigures[...]
      var tiles = 0
      while let end = rest.range(of: "</dd></div>") {
        let tile = rest[..<end.lowerBound]
        #expect(!tile.contains("interval") || tile.contains("95%: "), "\(name): \(tile)")
        tiles += 1
        rest = rest[end.upperBound...]
      }
      #expect(tiles > 2)
    }
  }

  @Test func rollingRatiosThatDoNotExistSaySo() throws {
    let flat = try ReportPageTests.page("flat")
    #expect(flat.contains("<b>Rolling Sharpe ratio, volatility and beta</b> left out: the run never traded"))
    let quiet = try ReportPageTests.page("quiet")
    for part in ["Profit by hour", "Value at risk", "Backtest of value at risk"] {
      #expect(quiet.contains("<b>\(part)</b> left out: the run never traded."))
    }
    #expect(!quiet.contains("id=\"hours\"") && !quiet.contains("id=\"rolling-volatility\""))
  }

  @Test func whatTestsOfASearchLackIsSaidInWords() throws {
    let page = try ReportPageTests.page("one-lane")
    #expect(page.contains("Left out: the run has one lane, so nothing was picked."))
    #expect(!page.contains("has no such statistic"))
  }

  @Test func theSameNumberOfPeriodsIsNeededEverywhere() throws {
    let context = try ReportPageTests.context("days")
    let metric = try #require(context.figures.metric("min_track_record"))
    let number = try #require(metric.number)
    let text = Format.count(Int(number.rounded(.up)))
    #expect(number != number.rounded())
    #expect(Assumptions.content(context).html.contains("\(text) days"))
    let luck = Luck.content(context).html
    let place = try #require(luck.range(of: "Minimum track record, days</th>"))
    #expect(luck[place.upperBound...].prefix(80).contains(">\(text)<"))
    #expect(Self.row(KeyFigures.content(context).html, "min_track_record")?.contains("\">\(text)</td>") == true)
  }

  @Test func fewAndNoneAreDifferentWords() throws {
    var run = ReportRuns.makerDay(fills: 1, lanes: 1, samples: 60)
    run.pessimistic?.outcome.profit = run.lanes[0].profit + 500
    let context = ReportContext(run, RunFigures(run, RunAnalysis(run, settings: .bare)))
    let html = Summary(context).content().html + Assumptions.content(context).html
    #expect(!html.contains("Only 0") && !html.contains("Only <b data-metric=\"trades\">0"))
    #expect(html.contains("No round trip was closed"))
    // A worse case that did better is no lower bound, and the page says so.
    #expect(html.contains("The pessimistic re-run came to more than the base case") && html.contains("no lower bound"))
    // Five of five are no concentration.
    let day = RunAnalysis(ReportRuns.days(1, fills: 2), settings: .bare)
    for id in ["best_five_days", "best_five_trades"] { #expect(day.metrics.first { $0.id == id }?.number == nil) }
  }

  @Test func idleTimeIsACaveat() throws {
    var run = ReportRuns.makerDay(fills: 3, lanes: 1, samples: 60)
    for row in 11...60 { run.account.equity[row] = run.account.equity[10] }
    let context = ReportContext(run, RunFigures(run, RunAnalysis(run, settings: .bare)))
    #expect(
      Summary(context).warnings.contains { $0.sentence.plain.contains("In 83% of its steps the account did not move") })
    #expect(Assumptions.content(context).html.contains("In 83% of its steps the account did not move. Idle time"))
    // A run that never traded says that, which says enough.
    let quiet = Summary(try ReportPageTests.context("quiet"))
    #expect(!quiet.warnings.contains { $0.sentence.plain.contains("did not move") })
    #expect(
      !Summary(try ReportPageTests.context("days")).warnings.contains { $0.sentence.plain.contains("did not move") })
  }

  @Test func lengthsOfDrawdownsAreByTheClock() throws {
    let page = try ReportPageTests.page("days")
    #expect(page.contains("Length, calendar days") && page.contains("weekends among it, where metrics count sessions"))
  }

  @Test func mediansAreOneDefinition() throws {
    let context = try ReportPageTests.context("maker")
    var content = SectionContent()
    Trades.durations(context, [8e9, 1e9, 4e9, 2e9], id: "x", title: "Waits", unit: "wait", &content)
    #expect(content.html.contains("Median 3.00 s, longest 8.00 s."))
    let statistics = try #require(context.figures.trades.value?.statistics)
    let median = try #require(statistics.medianHoldingNanoseconds)
    #expect(try ReportPageTests.page("maker").contains("Median \(Format.duration(median)), longest"))
    let queue = try #require(context.figures.trades.value?.execution.medianQueueNanoseconds)
    #expect(try ReportPageTests.page("maker").contains("Median \(Format.duration(queue)), longest"))
  }

  @Test func chosenFillsAreExplained() throws {
    let run = try #require(ReportPageTests.runs["days"])
    let page = ReportPage(run, try #require(ReportPageTests.analyses["days"]), fills: [7, 40, 41]).html(sections: [
      .trades
    ])
    #expect(page.contains("The 3 fills asked for") && page.components(separatedBy: "class=\"story\"").count == 4)
    for fill in [7, 40, 41] { #expect(page.contains("id=\"fill-\(fill)\"")) }
    let maker = try #require(ReportPageTests.runs["maker"])
    let kept = try #require(maker.windows.first?.fill)
    let window = ReportPage(maker, try #require(ReportPageTests.analyses["maker"]), fills: [kept]).html(sections: [
      .trades
    ])
    #expect(window.contains("1 fill, marked “book”, has an order-book window: the run kept 4 of 90 fills"))
  }
}

extension ReportContext {
  /// The tiles alone, without the tables below them.
  fileprivate var tilesOfKeyFigures: String {
    let html = KeyFigures.content(self).html
    return html.range(of: "</dl>").map { String(html[..<$0.lowerBound]) } ?? html
  }
}
