import Accounting
import Foundation
import MarketTypes
import Reporting
import Testing

@testable import Lab

/// Credit, settlement, lots and currencies of scenarios.
@Suite("Accounts of scenarios")
struct AccountScenarioTests {
  static func run(_ account: String, threads: Int = 1) throws -> (RunResult, Scenario) {
    let scenario = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n[account]\n" + account)
    let result = try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry, threads: threads)
    RunInvariants.check(result, scenario)
    #expect(throws: Never.self) { try result.validate() }
    return (result, scenario)
  }

  @Test("An account with credit refuses what it cannot back, with a reason, and never holds more")
  func margin() throws {
    let (free, _) = try Self.run("capital = 20_000\n")
    let (result, _) = try Self.run("capital = 20_000\ncredit = \"margin\"\nmargin.leverage = 1\n")
    #expect(free.lanes[0].riskRejects == 0)
    #expect(free.account.grossExposure.max() ?? 0 > 25_000)
    #expect(result.lanes[0].riskRejects > 0)
    #expect(result.orders.contains { $0.reason == "risk control: buying power" })
    #expect(result.riskEvents.contains { $0.kind == "buying-power" })
    for (exposure, equity) in zip(result.account.grossExposure, result.account.equity) {
      // Orders were backed at their prices; the middle has moved since.
      #expect(exposure <= equity * 1.02)
    }
    #expect(result.assumptions.contains { $0.topic == "margin" && $0.text.contains("100 %") })
  }

  @Test("A cash account is never short and spends no more than it has")
  func cash() throws {
    let (result, _) = try Self.run("capital = 20_000\ncredit = \"cash\"\nsettlement_days = 1\n")
    #expect(result.lanes[0].fills > 0)
    #expect(result.account.lots.allSatisfy { $0 >= 0 })
    #expect(result.account.cash.allSatisfy { $0 >= -1 })
    // On one day nothing that was sold for comes back, so purchases add up to the capital at most.
    let unit = try ContractValue(result.instruments[0]).currencyAmount(1)
    let spent = result.fills.filter { $0.side == .buy }.reduce(0) {
      $0 + Double($1.lots) * Double($1.priceTicks) * unit
    }
    #expect(spent <= 20_001)
    let (settled, _) = try Self.run("capital = 20_000\ncredit = \"cash\"\n")
    #expect(settled.lanes[0].tradedLots > result.lanes[0].tradedLots)
    #expect(result.assumptions.contains { $0.topic == "settlement" && $0.text.contains("cannot be spent before") })
  }

  /// The obvious way, for the first lots in and the last lots in.
  static func gains(_ result: RunResult, lastFirst: Bool) throws -> [Double] {
    let unit = try ContractValue(result.instruments[0]).currencyAmount(1)
    var open: [(lots: Int64, price: Int32)] = []
    var gains: [Double] = []
    for fill in result.fills {
      var left = fill.side == .buy ? fill.lots : -fill.lots
      while left != 0, let next = lastFirst ? open.last : open.first, (next.lots < 0) != (left < 0) {
        let part = min(left.magnitude, next.lots.magnitude)
        let sign: Double = next.lots > 0 ? 1 : -1
        gains.append(sign * Double(part) * Double(fill.priceTicks - next.price) * unit)
        let rest = next.lots + (next.lots > 0 ? -Int64(part) : Int64(part))
        let place = lastFirst ? open.count - 1 : 0
        if rest == 0 { open.remove(at: place) } else { open[place].lots = rest }
        left += left > 0 ? -Int64(part) : Int64(part)
      }
      if left != 0 { open.append((left, fill.priceTicks)) }
    }
    return gains
  }

  @Test("Lots are closed by the method that the scenario chose", arguments: ["fifo", "lifo", "hifo", "average"])
  func lots(method: String) throws {
    let (result, scenario) = try Self.run("lots = \"\(method)\"\n")
    let closed = try #require(result.closedLots)
    #expect(closed.method == method && closed.entries.count > 10)
    let found = closed.entries.map(\.gain)
    if method == "fifo" || method == "lifo" {
      let expected = try Self.gains(result, lastFirst: method == "lifo")
      #expect(found.count == expected.count)
      for (left, right) in zip(found, expected) { #expect(abs(left - right) < 1e-6) }
    }
    #expect(closed.entries.allSatisfy { $0.holdingDays == 0 && !$0.isLongTerm && $0.openedTime <= $0.closedTime })
    // Gains of closed lots and the open position at the mark, less fees, are what the account earned.
    let unit = try ContractValue(result.instruments[0]).currencyAmount(1)
    var cash = 0.0
    for fill in result.fills {
      cash += (fill.side == .buy ? -1 : 1) * Double(fill.lots) * Double(fill.priceTicks) * unit
    }
    let value = Double(result.account.lots.last ?? 0) * Double(result.account.markHalfTicks.last ?? 0) / 2 * unit
    let profit = cash + value - (result.account.fees.last ?? 0)
    #expect(abs(scenario.account.capital + profit - (result.account.equity.last ?? 0)) < 1e-6)
    let path = NSTemporaryDirectory() + "lots-\(ProcessInfo.processInfo.globallyUniqueString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try RunResultFile.write(result, to: path)
    #expect(try RunResultFile.read(path) == result)
  }

  @Test("Instruments of another currency earn what their rate makes of it")
  func currencies() throws {
    let (dollars, _) = try Self.run("capital = 1_000_000\n")
    let (euros, _) = try Self.run(
      "capital = 1_000_000\ncurrency = \"EUR\"\n[[account.rate]]\ncurrency = \"USD\"\nrate = 0.5\n")
    #expect(euros.fills.map(\.priceTicks) == dollars.fills.map(\.priceTicks))
    #expect(euros.instruments[0].currency == "EUR")
    #expect(abs(euros.lanes[0].profit - dollars.lanes[0].profit / 2) < 1e-6)
    #expect(abs(euros.lanes[0].fees - dollars.lanes[0].fees / 2) < 1e-6)
    #expect(euros.lanes[0].profit != 0)
    #expect(euros.assumptions.contains { $0.topic == "currency" && $0.text.contains("One USD is worth 0.5 EUR") })
  }

  @Test("Dividends are paid on what is held at their time, by shorts too, and the books still balance")
  func dividends() throws {
    let (plain, _) = try Self.run("capital = 1_000_000\n")
    let time = try #require(plain.account.times.dropLast(20).last)
    let row = try #require(plain.account.times.lastIndex { $0 < time - 1_000 })
    let held = plain.account.lots[row]
    let text = UTCText.text(time - 1_000)
    let (paid, scenario) = try Self.run(
      "capital = 1_000_000\n[[carry.dividend]]\ntime = \(text)\ninstrument = \"ALFA\"\nper_unit = 0.25\n")
    #expect(paid.fills == plain.fills)
    let lot = plain.instruments[0].lot.doubleValue
    #expect(abs(paid.lanes[0].profit - plain.lanes[0].profit - 0.25 * lot * Double(held)) < 1e-6)
    #expect(paid.assumptions.contains { $0.topic == "dividends" })
    #expect(scenario.carry.dividends.count == 1)
    #expect(throws: RunError.self) {
      try Self.run("[[carry.dividend]]\ntime = \(text)\ninstrument = \"NONE\"\nper_unit = 1.0\n")
    }
  }

  @Test("Equity below the maintenance margin is noted once for each call")
  func marginCalls() throws {
    let contract = try ContractValue(Instrument(symbol: "A", tick: .one))
    var outcome = LaneOutcome(laneCount: 1, shown: 0)
    outcome.samples.times = [1, 2, 3, 4, 5]
    outcome.samples.marks = [200, 200, 200, 20, 200]
    // A quarter of 100 × 100 is 2,500, of 100 × 10 only 250.
    let equity: [Int128] = [2_500, 2_499, 2_000, 300, 1_000]
    var account = AccountSettings()
    account.credit = .margin
    account.capital = 10_000
    outcome.samples.ledgers = zip(equity, outcome.samples.marks).map { equity, mark in
      var ledger = PositionLedger()
      ledger.lots = 100
      ledger.cash = equity - 10_000 - 100 * Int128(mark) / 2
      return ledger
    }
    let events = MarginCalls.events(outcome, account: account, contracts: { _ in [contract] })
    #expect(events.map(\.time) == [2, 5] && events.map(\.count) == [2, 1])
    #expect(events[0].detail == "equity of 2499 USD was less than the 2500 that keeping the positions asks for")
    account.credit = .unlimited
    #expect(MarginCalls.events(outcome, account: account, contracts: { _ in [contract] }).isEmpty)
  }

  @Test(
    "What does not fit together is refused",
    arguments: [
      ("margin.maintenance_rate = 600_000_000", "account.margin.maintenance_rate: lies above initial_rate"),
      (
        "margin.maintenance_short_rate = 700_000_000",
        "account.margin.maintenance_short_rate: lies above what opening a short asks for"
      ),
      ("[[account.rate]]\nrate = 2", "account.rate[0].currency: is missing"),
      ("[[carry.dividend]]\ninstrument = \"A\"", "carry.dividend[0].time: is missing"),
      ("[[carry.dividend]]\ntime = 2024-03-01T00:00:00Z", "carry.dividend[0].instrument: is missing"),
      ("[[account.rate]]\ncurrency = \"USD\"", "account.rate[0].currency: is the account's own"),
      ("credit = \"much\"", "account.credit"), ("lots = \"some\"", "account.lots"),
    ])
  func refusals(text: String, message: String) {
    #expect(ScenarioTests.refusal(ScenarioTests.smallest + "\n[account]\n" + text).contains(message))
  }
}
