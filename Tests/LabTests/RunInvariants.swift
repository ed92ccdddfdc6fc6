import Accounting
import MarketTypes
import Reporting
import Testing

@testable import Lab

/// What must be true of the money of every finished run, seen from its result alone, beside the exact checks that debug
/// builds make while they run (`LaneOutcome.accountingFault`).
enum RunInvariants {
  static func check(_ result: RunResult, _ scenario: Scenario, location: SourceLocation = #_sourceLocation) {
    let account = result.account
    let count = result.instruments.count
    for row in account.times.indices {
      // Cash has its fees taken off: with the positions it makes the equity.
      var value = 0.0
      for instrument in 0..<count {
        let mark = account.markHalfTicks[row * count + instrument]
        guard mark != .min, let contract = try? ContractValue(result.instruments[instrument]) else { continue }
        let lots = account.lots[row * count + instrument]
        value += contract.currencyAmount(contract.doubledValue(lots: lots, mark: MarkPrice(halfTicks: mark))) / 2
      }
      if abs(account.cash[row] + value - account.equity[row]) > 1e-6 * max(1, account.equity[row].magnitude) {
        Issue.record("row \(row): cash and positions are not the equity", sourceLocation: location)
        return
      }
    }
    checkGains(result, scenario, location)
    for instrument in 0..<count {
      let bought = result.fills.filter { $0.instrument == instrument }
        .reduce(Int64(0)) { $0 + ($1.side == .buy ? $1.lots : -$1.lots) }
      let held = account.lots.isEmpty ? 0 : account.lots[account.lots.count - count + instrument]
      #expect(bought == held, "fills are not the position", sourceLocation: location)
    }
    checkOrders(result, location)
    do { try checkLots(result, scenario, location) } catch {
      Issue.record("\(error)", sourceLocation: location)
    }
  }

  /// At every row: start, plus realised and unrealised gains, less fees and carrying costs, is the equity; what is open cost
  /// its average price.
  private static func checkGains(_ result: RunResult, _ scenario: Scenario, _ location: SourceLocation) {
    let account = result.account
    let count = result.instruments.count
    #expect(account.realised.count == account.lots.count, sourceLocation: location)
    guard account.realised.count == account.lots.count else { return }
    for row in account.times.indices {
      let cells = (row * count)..<((row + 1) * count)
      let gains = cells.reduce(0) { $0 + account.realised[$1] + account.unrealised[$1] }
      let expected = scenario.account.capital + gains - account.fees[row] - account.carry[row]
      let isHeld = cells.allSatisfy { (account.averageTicks[$0] != 0) == (account.lots[$0] != 0) }
      if abs(expected - account.equity[row]) > 1e-6 * max(1, expected.magnitude) || !isHeld {
        Issue.record(
          "row \(row): start, gains and costs make \(expected), and the equity is \(account.equity[row])",
          sourceLocation: location)
        return
      }
    }
  }

  /// Every fill names its order by one number, and the fills of an order are what it says.
  private static func checkOrders(_ result: RunResult, _ location: SourceLocation) {
    var filled = Array(repeating: Int64(0), count: result.orders.count)
    for (row, fill) in result.fills.enumerated() {
      guard result.orders.indices.contains(fill.orderRow) else {
        Issue.record("fill \(row) has no order", sourceLocation: location)
        return
      }
      let order = result.orders[fill.orderRow]
      filled[fill.orderRow] += fill.lots
      if (order.identifier, order.instrument, order.side, order.decisionTime)
        != (fill.order, fill.instrument, fill.side, fill.decisionTime)
      {
        Issue.record("fill \(row) is not of order \(fill.orderRow)", sourceLocation: location)
        return
      }
    }
    #expect(filled == result.orders.map(\.filledLots), "fills of orders", sourceLocation: location)
  }

  /// Start, plus realised and unrealised gains of lots, less fees and carrying costs, is the equity: an account of its own
  /// books every fill and checks itself at each.
  private static func checkLots(_ result: RunResult, _ scenario: Scenario, _ location: SourceLocation) throws {
    guard let last = result.account.times.indices.last else { return }
    let count = result.instruments.count
    var account = Account(
      terms: AccountTerms(
        baseCurrency: scenario.account.currency,
        instruments: try result.instruments.map {
          try AccountInstrument($0, settlementDays: scenario.account.settlementDays)
        }))
    let contracts = try result.instruments.map { try ContractValue($0) }
    for fill in result.fills {
      let unit = contracts[fill.instrument].currencyAmount(1) / 1e9
      try account.book(
        AccountFill(
          time: fill.time, instrument: fill.instrument, side: fill.side, price: Price(ticks: fill.priceTicks),
          quantity: Quantity(lots: fill.lots), fee: Int128((fill.fee / unit).rounded())))
    }
    var profit = 0.0
    for instrument in 0..<count {
      let mark = result.account.markHalfTicks[last * count + instrument]
      if mark != .min {
        let bid = Int32(mark >> 1)
        try account.quote(instrument: instrument, bid: Price(ticks: bid), ask: Price(ticks: Int32(mark - Int64(bid))))
      }
      profit += account.profit(instrument: instrument).doubleValue
    }
    #expect(account.invariantViolation() == nil, sourceLocation: location)
    let fees = result.fills.reduce(0) { $0 + $1.fee }
    #expect(abs(result.account.fees[last] - fees) < 1e-6, "fees are those of fills", sourceLocation: location)
    if let lane = result.lanes.indices.contains(result.shownLane) ? result.lanes[result.shownLane] : nil {
      #expect(abs(lane.fees - fees) < 1e-6, "a lane's fees are those of its fills", sourceLocation: location)
    }
    let expected = scenario.account.capital + profit - result.account.carry[last]
    #expect(
      abs(expected - result.account.equity[last]) < 1e-6 * max(1, expected.magnitude),
      "start, gains and costs make \(expected), and the equity is \(result.account.equity[last])",
      sourceLocation: location)
  }
}
