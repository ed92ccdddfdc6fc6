import MarketTypes
import ReportSupport
import Testing

@testable import Reporting

/// A result file is read from anywhere; whatever valid numbers it holds, its analysis and report are made.
@Suite struct HostileNumbersTests {
  private struct Draws {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }

    mutating func below(_ count: Int) -> Int { Int(next() >> 11) % max(1, count) }

    mutating func real() -> Double {
      let choices = [
        0, -1, 1e-308, 1e308, -1e308, Double.infinity, -Double.infinity, .nan, Double.leastNonzeroMagnitude, 9.3e18,
        -9.3e18, 1e15, 0.5,
      ]
      return choices[below(choices.count)]
    }

    mutating func integer() -> Int64 {
      let choices: [Int64] = [0, 1, -1, .max, .min, .max - 1, .min + 1, 1 << 53, -(1 << 53), 1 << 31, 1_000_000_000]
      return choices[below(choices.count)]
    }

    mutating func narrow() -> Int32 { [0, 1, -1, .max, .min, .max - 1][below(6)] }
  }

  /// Changes one number somewhere.
  private func change(_ run: inout RunResult, _ draws: inout Draws) {
    func place(_ count: Int) -> Int? { count == 0 ? nil : draws.below(count) }
    switch draws.below(34) {
    case 0: if let row = place(run.laneEquity.count) { run.laneEquity[row] = draws.real() }
    case 1: if let row = place(run.account.equity.count) { run.account.equity[row] = draws.real() }
    case 2: if let row = place(run.account.cash.count) { run.account.cash[row] = draws.real() }
    case 3: if let row = place(run.account.lots.count) { run.account.lots[row] = draws.integer() }
    case 4: if let row = place(run.account.markHalfTicks.count) { run.account.markHalfTicks[row] = draws.integer() }
    case 5: if let row = place(run.account.grossExposure.count) { run.account.grossExposure[row] = draws.real() }
    case 6: if let row = place(run.fills.count) { run.fills[row].time = draws.integer() }
    case 7: if let row = place(run.fills.count) { run.fills[row].lots = draws.integer() }
    case 8: if let row = place(run.fills.count) { run.fills[row].priceTicks = draws.narrow() }
    case 9: if let row = place(run.fills.count) { run.fills[row].fee = draws.real() }
    case 10: if let row = place(run.fills.count) { run.fills[row].fillMidHalfTicks = draws.integer() }
    case 11:
      if let row = place(run.fills.count) { run.fills[row].markoutMidHalfTicks[draws.below(3)] = draws.integer() }
    case 12: if let row = place(run.fills.count) { run.fills[row].joinedTime = draws.integer() }
    case 13: if let row = place(run.fills.count) { run.fills[row].frontTime = draws.integer() }
    case 14: if let row = place(run.fills.count) { run.fills[row].decisionTime = draws.integer() }
    case 15: if let row = place(run.fills.count) { run.fills[row].aheadWhenJoined = draws.integer() }
    case 16: if let row = place(run.fills.count) { run.fills[row].causePriceTicks = draws.narrow() }
    case 17: if let row = place(run.orders.count) { run.orders[row].lots = draws.integer() }
    case 18: if let row = place(run.orders.count) { run.orders[row].filledLots = draws.integer() }
    case 19: if let row = place(run.orders.count) { run.orders[row].decisionTime = draws.integer() }
    case 20: if let row = place(run.orders.count) { run.orders[row].venueTime = draws.integer() }
    case 21: if let row = place(run.orders.count) { run.orders[row].endTime = draws.integer() }
    case 22: if let row = place(run.orders.count) { run.orders[row].arrivalMidHalfTicks = draws.integer() }
    case 23: if let row = place(run.lanes.count) { run.lanes[row].finalEquity = draws.real() }
    case 24: if let row = place(run.lanes.count) { run.lanes[row].tradedLots = draws.integer() }
    case 25: if let row = place(run.lanes.count) { run.lanes[row].profit = draws.real() }
    case 26: if let row = place(run.marketLots.count) { run.marketLots[row] = draws.integer() }
    case 27: run.identity.startingCapital = draws.real()
    case 28: run.identity.start = draws.integer()
    case 29: run.identity.end = draws.integer()
    case 30: run.identity.priorTrials = Int(draws.integer())
    case 31, 32:
      guard let row = place(run.instruments.count) else { return }
      let mantissa = max(1, draws.integer() == .min ? 1 : abs(draws.integer() / 2))
      let unit = DecimalUnit(mantissa: mantissa, exponent: Int8(draws.below(19))) ?? .one
      switch draws.below(3) {
      case 0: run.instruments[row].tick = unit
      case 1: run.instruments[row].lot = unit
      default: run.instruments[row].multiplier = unit
      }
    default:
      if let row = place(run.lanes.count) {
        run.lanes[row].fills = Int(draws.integer())
        run.lanes[row].ordersSent = Int(draws.integer())
        run.lanes[row].deepestDrawdown = draws.real()
      }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>) func anyNumbersGiveAnAnalysisAndAPage(seed: UInt64) {
    var draws = Draws(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    let base = seed % 2 == 0 ? ReportRuns.makerDay(fills: 24, lanes: 3, samples: 120) : ReportRuns.days(40, fills: 20)
    var settings = RunAnalysisSettings()
    settings.resamples = 20
    settings.simulatedPaths = 20
    settings.workLimit = 1_000
    settings.backtestLimit = 2
    for _ in 0..<3 {
      var run = base
      for _ in 0...draws.below(4) { change(&run, &draws) }
      // What contradicts itself is refused by the reader.
      guard (try? run.validate()) != nil else { continue }
      #expect(run.contentHash().utf8.count == 64)
      let page = ReportPage(run, RunAnalysis(run, settings: settings)).html()
      #expect(page.hasSuffix("</html>\n") || page.contains("</html>"))
    }
  }
}
