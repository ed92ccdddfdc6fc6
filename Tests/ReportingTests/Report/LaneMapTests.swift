import Analytics
import ReportSupport
import Testing

@testable import Reporting

/// How lanes are told apart: in numbers, in words, and by what only some of them have.
@Suite struct LaneMapTests {
  private static func lane(_ name: String, _ settings: [LaneResult.Setting]) -> LaneResult {
    LaneResult(name: name, settings: settings, finalEquity: 100, profit: 0)
  }

  private static let lanes = [
    lane("base", [.init(name: "spread", value: 2), .init(name: "fills.queue", value: 0, word: "risk-averse")]),
    lane(
      "limited",
      [
        .init(name: "spread", value: 2), .init(name: "fills.queue", value: 0, word: "risk-averse"),
        .init(name: "risk.position", value: 200), .init(name: "risk.notional", value: 1e4),
      ]),
    lane("uniform", [.init(name: "spread", value: 2), .init(name: "fills.queue", value: 1, word: "uniform")]),
  ]

  @Test func wordsAndAbsentKeysDiffer() throws {
    let varying = LaneMap.varying(Self.lanes)
    #expect(varying.map(\.name) == ["fills.queue", "risk.position"])
    #expect(varying.map(\.isNumber) == [false, false])
    // What tells the same lanes apart stands in one column.
    #expect(varying[1].companions == ["risk.notional"])
    #expect(LaneMap.cell(Self.lanes[0], "risk.position").text == "none")
    #expect(LaneMap.cell(Self.lanes[1], "risk.position").text == "200")
    #expect(LaneMap.cell(Self.lanes[2], "fills.queue").text == "uniform")
    #expect(LaneMap.cell(Self.lanes[2], "spread").text == "2")
  }

  @Test func aPageSaysInWhatLanesDiffer() {
    var run = ReportRuns.makerDay(fills: 6, lanes: 3, samples: 40)
    for lane in run.lanes.indices { run.lanes[lane].settings = Self.lanes[lane].settings }
    let page = ReportPage(run, RunAnalysis(run, settings: .bare)).html(sections: [.luck])
    #expect(page.contains("<td>uniform</td>") && page.contains(">risk.position<") && page.contains("<td>none</td>"))
    #expect(page.contains("left out: lanes differ in words or absent keys only"))
    #expect(!page.contains("lanes have the same settings"))
    for lane in run.lanes.indices { run.lanes[lane].settings = Self.lanes[0].settings }
    let equal = ReportPage(run, RunAnalysis(run, settings: .bare)).html(sections: [.luck])
    #expect(equal.contains("left out: the lanes have the same settings"))
  }

  @Test func aRunOutsideTheLedgerClaimsNoCount() {
    var run = ReportRuns.days(60, fills: 4)
    #expect(
      ReportPage(run, RunAnalysis(run, settings: .bare)).html(sections: [.luck]).contains("11 before it by the ledger")
    )
    run.identity.ledgerHead = ""
    run.identity.priorTrials = 0
    let page = ReportPage(run, RunAnalysis(run, settings: .bare)).html(sections: [.luck])
    #expect(page.contains("The ledger was not consulted") && !page.contains("by the ledger"))
  }

  @Test func comparisonsLeaveOutWhatLanesInherit() {
    let scenario = """
      schema = 1
      [latency]
      feed_nanoseconds = 5
      [strategy.parameters]
      spread = 2
      [[lane]]
      name = "base"
      [lane.latency]
      feed_nanoseconds = 5
      [lane.parameters]
      spread = 2
      [[lane]]
      name = "slow"
      [lane.latency]
      feed_nanoseconds = 9
      [lane.parameters]
      spread = 2
      """
    let keys = ComparePage.ownKeys(scenario)
    #expect(
      keys.map(\.0) == [
        "schema", "latency.feed_nanoseconds", "strategy.parameters.spread", "lane base: name", "lane slow: name",
        "lane slow: latency.feed_nanoseconds",
      ])
    #expect(keys.last?.1 == "9")
  }
}
