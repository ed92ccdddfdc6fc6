import Accounting
import MarketTypes

extension AccountSettings.Mark {
  var rule: MarkRule {
    switch self {
    case .mid: .middle
    case .last: .last
    case .touch: .touch
    }
  }
}

extension AccountSettings {
  var exactCapital: Money { Money(atoms: Int128((capital * 1e6).rounded()) * 1_000_000_000_000) }

  /// What lanes may buy with; nil where nothing limits them.
  func creditTerms(_ instruments: [Instrument]) throws(RunError) -> CreditTerms? {
    let capital = exactCapital
    switch credit {
    case .unlimited: return nil
    case .cash:
      if let other = instruments.first(where: { $0.settlement != .linear }) {
        throw RunError(
          .badScenario, "account.credit = \"cash\" pays for what it buys, and \(other.symbol) is a contract on margin",
          advice: "use \"margin\"")
      }
      return CreditTerms(credit: .none, capital: capital)
    case .margin:
      var terms = CreditTerms(credit: .margin, capital: capital, margin: marginRule)
      terms.closesOnCall = margin.onCall == .close
      return terms
    }
  }

  var marginRule: MarginRule {
    let least = margin.leverage.map { Int64((1e9 / $0).rounded(.up)) } ?? 0
    return MarginRule(
      initial: .init(rate: max(least, margin.initialRate)), maintenance: .init(rate: margin.maintenanceRate),
      initialShort: .init(rate: max(least, margin.initialShortRate ?? margin.initialRate)),
      maintenanceShort: .init(rate: margin.maintenanceShortRate ?? margin.maintenanceRate))
  }

  var lotMethod: LotMethod? {
    switch lots {
    case .none: nil
    case .fifo: .firstInFirstOut
    case .lifo: .lastInFirstOut
    case .hifo: .highestCostFirst
    case .average: .averageCost
    }
  }

  /// The instrument in the account's currency: at a rate, its contracts are worth as many units of it. Where rates change,
  /// the first one.
  func restated(_ instrument: Instrument) throws(RunError) -> Instrument {
    guard instrument.currency != currency, let rate = rates.first(where: { $0.currency == instrument.currency }) else {
      return instrument
    }
    var (mantissa, exponent) = (rate.firstBillionths, 9)
    while exponent > 0, mantissa % 10 == 0 { (mantissa, exponent) = (mantissa / 10, exponent - 1) }
    let (product, overflows) = instrument.multiplier.mantissa.multipliedReportingOverflow(by: mantissa)
    let scale = Int8(exactly: Int(instrument.multiplier.exponent) + exponent)
    guard !overflows, let scale, let multiplier = DecimalUnit(mantissa: product, exponent: scale) else {
      throw RunError(
        .badScenario, "the rate of \(rate.currency) has too many decimals for \(instrument.symbol)",
        advice: "state account.rate with fewer")
    }
    var restated = instrument
    restated.multiplier = multiplier
    restated.currency = currency
    return restated
  }
}

extension CurrencyRate {
  /// What instruments are restated by.
  var firstBillionths: Int64 { max(1, Int64((first * 1e9).rounded())) }

  /// A rate as a share of the first one, both exact decimals.
  func share(of rate: Double) -> ConversionRate? {
    // Up to a million: twelve decimals fit, and keep what the inverse of a rate has.
    ConversionRate(Int64((rate * 1e12).rounded()), over: firstBillionths * 1_000)
  }
}
