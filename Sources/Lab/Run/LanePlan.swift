import Accounting
import Execution
import MarketTypes
import RiskControls
import Strategies

/// The lanes of one pass: the scenario's variants first, then what the run adds to learn how uncertain they are.
struct LanePlan: Sendable {
  var variants: [LaneVariant]
  /// Index of the lane that is kept in full.
  var shown: Int
  var parameters: [ParameterValues]
  var terms: [LaneTerms]

  init(_ scenario: Scenario, entry: StrategyEntry, instruments: [Instrument]) throws {
    variants = scenario.variants
    shown = variants.firstIndex { $0.name == scenario.report.shownLane } ?? 0
    parameters = try variants.map { try entry.values($0.parameters) }
    terms = variants.enumerated().map { index, lane in
      Self.terms(of: lane, instruments: instruments)
    }
  }

  private static func terms(of lane: LaneVariant, instruments: [Instrument]) -> LaneTerms {
    LaneTerms(
      latency: latency(lane.latency),
      fees: FeeSchedule(makerRate: lane.fees.makerRate, takerRate: lane.fees.takerRate),
      limits: limits(lane.risk, instruments: instruments))
  }

  private static func latency(_ terms: LatencyTerms) -> LatencyModel {
    LatencyModel(
      feed: terms.feed == .recorded ? .recorded : .constant(nanoseconds: terms.feedNanoseconds),
      newOrderNanoseconds: terms.newOrder.nanoseconds, cancelNanoseconds: terms.cancel?.nanoseconds,
      amendNanoseconds: terms.amend?.nanoseconds, acknowledgementNanoseconds: terms.acknowledgement.nanoseconds)
  }

  private static func limits(_ terms: RiskTerms, instruments: [Instrument]) -> RiskLimits {
    var limits = RiskLimits()
    limits.orderQuantity = terms.orderQuantity
    limits.position = terms.position
    limits.priceCollarTicks = terms.priceCollarTicks
    limits.orderRate = terms.orderRate
    limits.orderRateWindowNanoseconds = terms.orderRateWindowNanoseconds
    let value = instruments.first?.tickLotValue ?? 1
    limits.notional = terms.notional.map { Int64(clamping: Int128(($0 / value).rounded())) }
    limits.drawdown = terms.drawdown.map { Int64(clamping: Int128(($0 / value).rounded())) }
    return limits
  }
}

extension Instrument {
  /// What one tick on one lot is worth, in the instrument's currency.
  var tickLotValue: Double { tick.doubleValue * lot.doubleValue * multiplier.doubleValue }
}
