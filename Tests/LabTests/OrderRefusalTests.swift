import Ledger
import MarketTypes
import Reporting
import RiskControls
import Testing

@testable import Execution
@testable import Lab

/// Refused orders are told, counted exactly, and fill no disk.
@Suite("Refused orders")
struct OrderRefusalTests {
  private static func refusal(_ number: Int, _ reason: RiskReason) -> [OrderTransition] {
    [OrderStep.received, .rejected].map { step in
      OrderTransition(
        time: Int64(number), identifier: UInt64(number), quantity: 1, bidPlusAsk: .min, lane: 0, order: -1, price: 5,
        instrument: 0, step: step, side: .buy, type: .limit, timeInForce: .goodTillCancelled, rejectReason: .none,
        cancelReason: .none, riskReason: reason.rawValue)
    }
  }

  @Test("A million refusals for changing reasons keep a bounded number of rows, and every count")
  func bounded() throws {
    var history = OrderHistory(RowStorage(), keepsSteps: true)
    let count = 25_000
    for number in 0..<count {
      try history.take(Self.refusal(number, number % 2 == 0 ? .positionLimit : .orderRate), lane: 0)
    }
    try history.finish()
    #expect(history.orders.count == 2 * OrderHistory.mostRefusedOrders)
    #expect(history.steps?.count == 2 * history.orders.count)
    #expect(history.refusals.count == 2 * OrderHistory.mostEvents)
    for reason in [RiskReason.positionLimit, .orderRate] {
      let events = history.refusals.filter { $0.kind == reason.name }
      #expect(events.reduce(0) { $0 + $1.count } == count / 2)
      #expect(events[0].time == (reason == .positionLimit ? 0 : 1))
    }
    // In a row they are one event.
    var row = OrderHistory(RowStorage())
    for number in 0..<500 { try row.take(Self.refusal(number, .priceCollar), lane: 0) }
    #expect(row.refusals.map(\.count) == [500] && row.orders.count == 500)
  }

  @Test("A summary says how many orders were refused, why, and when first")
  func summary() throws {
    let scenario = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n[risk]\nposition = 0\n")
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry)
    let refusals = OrderRefusal.list(of: result)
    #expect(refusals.map(\.reason) == ["position limit"] && !refusals[0].byVenue)
    #expect(refusals[0].count == result.lanes[0].riskRejects && refusals[0].count > 0)
    #expect(refusals[0].firstTime == result.orders.map(\.decisionTime).min())
    #expect(refusals[0].advice.contains("risk.position"))
    let text = try RunSummary.json(result).canonicalText()
    #expect(text.contains("\"refusals\":[{\"by\":\"risk control\",\"count\":\(refusals[0].count)"))
    let plain = try ScenarioRun.compute(
      try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n"), strategies: ScenarioRunTests.registry)
    #expect(plain.lanes[0].riskRejects == 0 || !OrderRefusal.list(of: plain).isEmpty)
  }

  @Test("Contracts that data does not define are told")
  func contracts() throws {
    var future = Instrument(symbol: "ESH4", tick: try #require(DecimalUnit("0.25")), currency: "USD")
    #expect(ContractWarning.text([future]) == nil)
    future.venue = "GLBX.MDP3"
    #expect(ContractWarning.text([future])?.contains("data.contract.multiplier") == true)
    #expect(ContractWarning.text([future]) { _ in true } == nil)
    future.multiplier = try #require(DecimalUnit("50"))
    #expect(ContractWarning.text([future]) == nil)
  }
}
