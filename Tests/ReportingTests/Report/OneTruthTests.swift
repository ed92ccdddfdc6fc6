import Analytics
import Foundation
import ReportSupport
import Testing

@testable import Reporting

/// One run has one profit, whatever way it ends: inside a step, or before the others.
@Suite struct OneTruthTests {
  /// A maker's day whose last sample comes later than the last whole step.
  private static func run(longerBy rest: Int64) -> RunResult {
    var run = ReportRuns.makerDay(fills: 24, lanes: 3, samples: 120)
    run.sampleTimes[run.sampleTimes.count - 1] += rest
    run.account.times[run.account.times.count - 1] += rest
    run.identity.end += rest
    return run
  }

  @Test func theLastStepEndsWithTheData() {
    func lengths(_ end: Int64) -> [Int64] {
      let ends = RunAnalysis.stepEnds(in: [100..<100 + end], through: 100 + end, interval: 10)
      return zip(ends, [100] + ends).map { $0 - $1 }
    }
    #expect(lengths(30) == [10, 10, 10])
    #expect(lengths(34) == [10, 10, 14])
    #expect(lengths(35) == [10, 10, 10, 5])
    #expect(lengths(39) == [10, 10, 10, 9])
    #expect(lengths(7) == [7])
    for end: Int64 in 1...60 { #expect(lengths(end).reduce(0, +) == end) }
  }

  @Test(arguments: [130 * 1_000_000_000, 170 * 1_000_000_000] as [Int64])
  func everyPartAddsUpToTheProfit(rest: Int64) throws {
    let run = Self.run(longerBy: rest)
    let analysis = RunAnalysis(run, settings: .bare)
    let context = ReportContext(run, RunFigures(run, analysis))
    let basis = context.basis
    let profit = run.lanes[run.shownLane].profit
    #expect(basis.times.count == (rest > 150 * 1_000_000_000 ? 97 : 96) && basis.times.last == run.identity.end)
    #expect((context.figures.profit - profit).magnitude < 1e-6)
    let parts = zip(basis.equity.dropFirst(), basis.equity).map { $0 - $1 }
    #expect((parts.reduce(0, +) - profit).magnitude < 1e-6)
    let total = basis.returns.reduce(1) { $0 * (1 + $1) } - 1
    #expect((total - profit / run.identity.startingCapital).magnitude < 1e-12)
    #expect(context.figures.span["total_return"].map { ($0 - total).magnitude < 1e-12 } == true)
    let metric = try #require(analysis.sampledMetrics.first { $0.id == "total_return" }?.number)
    #expect((metric - total).magnitude < 1e-12)
    let page = ReportPage(run, analysis).html(sections: [.figures, .assumptions])
    #expect(page.contains("The last step is"))
    #expect(!page.contains("what came after is in the run's profit above only"))
    // Tile, table of the span, concentration of profit and comparison say the same.
    let text = NumberStyle.money(2).text(profit)
    #expect(page.contains("<dt>Profit</dt><dd>+\(text)"))
    let exact = basis.equity[basis.times.count] - basis.equity[0]
    #expect(page.contains("<th scope=\"row\">Profit</th><td class=\"n\" data-v=\"\(exact)\">\(text)"))
    let five = "Five best steps</th><td class=\"n\" data-v=\"[0-9.]+\">"
    let concentration = try #require(page.range(of: five, options: .regularExpression))
    #expect(page[concentration.upperBound...].hasPrefix(text))
    #expect(ComparePage([("a", run, analysis)]).html().contains(">\(text)</td>"))
  }

  @Test func monthsAddUpToTheYears() throws {
    let run = ReportRuns.days(70)
    let returns = try #require(RunFigures(run, RunAnalysis(run, settings: .bare)).returns.value)
    let months = try #require(returns.monthlyReturns).reduce(1) { $0 * (1 + $1.value) }
    let profit = run.lanes[0].profit / run.identity.startingCapital
    #expect((months - 1 - profit).magnitude < 1e-9)
  }

  /// The drawdown of the console and of lanes' tables is that at samples, and each place says which it is.
  @Test func drawdownsSayWhatTheyAreMeasuredAt() throws {
    var run = Self.run(longerBy: 0)
    run.lanes[run.shownLane].deepestDrawdown = -0.0123
    let page = ReportPage(run, RunAnalysis(run, settings: .bare)).html(sections: [.figures, .luck])
    for words in [
      "<dt>Deepest intraday drawdown</dt>", "<small>−1.23% at samples of equity</small>",
      "<th scope=\"row\">Deepest drawdown by steps</th>", ">Drawdown at samples</th>",
    ] {
      #expect(page.contains(words))
    }
  }

  // MARK: - Stopped lanes

  /// The shown lane is stopped at row 55 and flat from row 60 on.
  private static func stopped(holdsOn: Bool = false) -> RunResult {
    var run = ReportRuns.makerDay(fills: 24, lanes: 3, samples: 120)
    let (shown, samples, end) = (run.shownLane, run.sampleTimes.count, 60)
    let last = run.account.equity[end]
    for row in end..<samples where !holdsOn {
      run.account.equity[row] = last
      run.laneEquity[shown * samples + row] = last
      run.account.grossExposure[row] = 0
      run.account.netExposure[row] = 0
      for place in 0..<2 { run.account.lots[2 * row + place] = 0 }
    }
    run.account.lots[2 * end - 2] = 1
    run.account.grossExposure[end - 1] = 100
    if holdsOn { run.account.grossExposure[samples - 1] = 100 }
    run.lanes[shown].isStoppedByRisk = true
    run.identity.isStoppedByRisk = true
    run.lanes[shown].finalEquity = run.account.equity[samples - 1]
    run.lanes[shown].profit = run.account.equity[samples - 1] - 100_000
    run.riskEvents = [RiskEvent(time: run.sampleTimes[55], lane: shown, kind: "drawdown-stop", detail: "fell")]
    run.fills = RunRows(run.fills.filter { $0.time < run.sampleTimes[55] })
    run.windows = []
    return run
  }

  @Test func statisticsEndWhenAStoppedLaneHoldsNothing() throws {
    let run = Self.stopped()
    let analysis = RunAnalysis(run, settings: .bare)
    #expect(analysis.settled == run.sampleTimes[60])
    let basis = try #require(analysis.basis.value)
    #expect(basis.returns.count == 48 && basis.ends.last == run.sampleTimes[60])
    #expect(basis.returns.values.last != 0)
    #expect(analysis.equity.value?.times.last == run.sampleTimes[60])
    // Nothing earned or lost is left out.
    let total = basis.returns.values.reduce(1) { $0 * (1 + $1) } - 1
    #expect((total * 100_000 - run.lanes[run.shownLane].profit).magnitude < 1e-6)
    // The idle half would have halved the time in the market and flattered the volatility.
    var unstopped = run
    unstopped.lanes[run.shownLane].isStoppedByRisk = false
    unstopped.identity.isStoppedByRisk = false
    let whole = RunAnalysis(unstopped, settings: .bare)
    #expect(whole.settled == nil && whole.basis.value?.returns.count == 96)
    let (short, long) = (try #require(analysis.exposure.value), try #require(whole.exposure.value))
    #expect((short.timeInMarket - 2 * long.timeInMarket).magnitude < 1e-9)
    func metric(_ id: String, _ analysis: RunAnalysis) -> Double {
      analysis.sampledMetrics.first { $0.id == id }?.number ?? 0
    }
    #expect(metric("volatility", analysis) > 1.3 * metric("volatility", whole))
    #expect(metric("periods", analysis) == 48 && metric("periods", whole) == 96)
    #expect(analysis.capacity.value?.impact == whole.capacity.value?.impact, "the market's days are the whole run's")
    // Ratios of single lanes end where the lanes do; tests over lanes have the periods of all.
    let luck = try #require(analysis.luck.value)
    #expect((luck.laneSharpeRatios[run.shownLane] - (try basis.returns.periodSharpeRatio())).magnitude < 1e-12)
    #expect(luck.laneSharpeRatios[0] == whole.luck.value?.laneSharpeRatios[0])
    #expect(luck.overfitting.value == whole.luck.value?.overfitting.value)
    #expect(luck.notes.contains { $0.contains("1 of 3 lanes end where a risk control stopped them") })
    let page = ReportPage(run, analysis).html()
    #expect(page.contains("Figures of returns, drawdowns and exposure end at \(Format.moment(run.sampleTimes[60]))"))
    #expect(page.contains("<td>by risk, \(Format.moment(run.sampleTimes[55]))</td>"))
    #expect(page.contains("Shaded: the lane was stopped") && page.contains("1 lane was stopped by a risk control"))
    #expect(page.contains("; its figures end at <time>"))
  }

  @Test func aStoppedLaneThatHoldsOnGoesOn() {
    let run = Self.stopped(holdsOn: true)
    let analysis = RunAnalysis(run, settings: .bare)
    #expect(analysis.settled == nil && analysis.basis.value?.returns.count == 96)
    #expect(ReportPage(run, analysis).html(sections: [.figures]).contains("it held positions until the end of the run"))
  }
}
