import Accounting
import Execution
import MarketTypes

/// A scenario's terms in the engine's units.
extension FeeSettings {
  var schedule: FeeSchedule {
    var schedule = FeeSchedule(rates: rates.engineRates)
    schedule.tiers = tiers.map { FeeSchedule.Tier(volume: $0.volume, rates: $0.rates.engineRates) }
    schedule.volumeMeasure = volume == .value ? .value : .quantity
    schedule.startingVolume = startingVolume
    schedule.resetsMonthly = volumeWindow == .month
    schedule.perFill = Self.billionths(perFill)
    schedule.perOrder = Self.billionths(perOrder)
    schedule.fillBounds = FeeSchedule.Bounds(
      minimum: fillMinimum.map(Self.billionths), maximum: fillMaximum.map(Self.billionths))
    schedule.orderBounds = FeeSchedule.Bounds(
      minimum: orderMinimum.map(Self.billionths), maximum: orderMaximum.map(Self.billionths))
    schedule.maximumOrderRate = orderMaximumRate
    schedule.increment = Self.billionths(increment)
    schedule.buyDuty = FeeSchedule.Duty(rate: buyDutyRate, perUnit: Self.billionths(buyDutyPerUnit))
    schedule.sellDuty = FeeSchedule.Duty(rate: sellDutyRate, perUnit: Self.billionths(sellDutyPerUnit))
    return schedule
  }

  /// Amounts lie within a million of the currency, so they fit.
  static func billionths(_ amount: Double) -> Int64 { Int64((amount * 1e9).rounded()) }
}

extension FeeSettings.Rates {
  var engineRates: FeeSchedule.Rates {
    FeeSchedule.Rates(
      makerRate: makerRate, takerRate: takerRate, makerPerUnit: FeeSettings.billionths(makerPerUnit),
      takerPerUnit: FeeSettings.billionths(takerPerUnit))
  }
}

extension HoldingTerms {
  /// More payments than this in one run are a mistake.
  static let mostPayments = 1_000_000

  /// The payments that fall into the data's time; nil where holding costs nothing.
  func engineTerms(instruments: [Instrument], span: ClosedRange<Int64>?) throws(RunError) -> CarryTerms? {
    if isNone { return nil }
    var payments: [CarryTerms.Funding] = []
    for payment in funding {
      for number in try Self.numbers(of: payment.instrument, in: instruments, key: "carry.funding") {
        payments.append(
          CarryTerms.Funding(time: payment.time ?? 0, instrument: UInt16(number), rate: payment.rate))
      }
    }
    var paid: [CarryTerms.Dividend] = []
    for dividend in dividends {
      for number in try Self.numbers(of: dividend.instrument, in: instruments, key: "carry.dividend") {
        let contract = try? ContractValue(instruments[number])
        guard instruments[number].settlement == .linear,
          let perLot = contract?.dividendPerLot(
            perUnit: FeeSettings.billionths(dividend.perUnit), lot: instruments[number].lot)
        else {
          throw RunError(
            .badScenario, "carry.dividend: \(instruments[number].symbol) cannot pay \(dividend.perUnit) for each unit",
            advice: "dividends belong to shares, and lots of usual sizes")
        }
        paid.append(CarryTerms.Dividend(time: dividend.time ?? 0, instrument: UInt16(number), perLot: perLot))
      }
    }
    if fundingRate != 0, let span { try addRegular(in: span, instruments.count, to: &payments) }
    return CarryTerms(
      funding: payments,
      borrow: borrowRate == 0 ? nil : BorrowTerms(annualRate: borrowRate, daysPerYear: borrowDaysPerYear),
      dividends: paid)
  }

  /// The run's numbers of a symbol; all without one.
  static func numbers(
    of symbol: String, in instruments: [Instrument], key: String
  ) throws(RunError) -> [Int] {
    let numbers = instruments.indices.filter { symbol.isEmpty || instruments[$0].symbol == symbol }
    guard !numbers.isEmpty else {
      throw RunError(
        .badScenario, "\(key) names the instrument '\(symbol)', which is not traded here",
        advice: nearestKey(to: symbol, among: instruments.map(\.symbol)).map { "did you mean '\($0)'?" }
          ?? "traded are \(instruments.prefix(10).map(\.symbol).joined(separator: ", "))")
    }
    return numbers
  }

  /// Rounded down, for times before 1970 too.
  private static func quotient(_ value: Int128, _ divisor: Int128) -> Int128 {
    value / divisor - (value % divisor < 0 ? 1 : 0)
  }

  private func addRegular(
    in span: ClosedRange<Int64>, _ instrumentCount: Int, to payments: inout [CarryTerms.Funding]
  ) throws(RunError) {
    let interval = Int128(fundingIntervalSeconds) * 1_000_000_000
    let first = Self.quotient(Int128(span.lowerBound) - 1, interval) + 1
    let last = Self.quotient(Int128(span.upperBound), interval)
    guard last >= first else { return }
    guard (last - first + 1) * Int128(instrumentCount) <= Int128(Self.mostPayments) else {
      throw RunError(
        .badScenario,
        "carry.funding_interval_seconds asks for \((last - first + 1) * Int128(instrumentCount)) payments",
        advice: "a run has at most \(Self.mostPayments); use a longer interval")
    }
    for number in first...last {
      for instrument in 0..<instrumentCount {
        payments.append(
          CarryTerms.Funding(
            time: Int64(clamping: number * interval), instrument: UInt16(instrument), rate: fundingRate))
      }
    }
  }
}
