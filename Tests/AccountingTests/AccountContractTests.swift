import MarketTypes
import TestSupport
import Testing

@testable import Accounting

@Suite struct AccountContractTests {
  static let start = ShareDesk.monday

  static func account(_ instruments: [Instrument], _ currency: String, margin: MarginRule = .full) throws -> Account {
    Account(
      terms: AccountTerms(
        baseCurrency: currency, instruments: try instruments.map { try AccountInstrument($0, margin: margin) },
        calendar: .everyDay))
  }

  static func trade(
    _ account: inout Account, _ lots: Int64, at ticks: Int32, instrument: Int = 0, time: Int64 = start
  ) throws {
    try account.book(
      AccountFill(
        time: time, instrument: instrument, side: lots > 0 ? .buy : .sell, price: Price(ticks: ticks),
        quantity: Quantity(lots: abs(lots))))
  }

  /// P&L of an inverse contract is contracts × size × (1 ÷ entry − 1 ÷ exit).
  @Test func inverseGainsFollowTheFormula() throws {
    let margin = MarginRule(initial: .init(rate: 100_000_000), maintenance: .init(rate: 50_000_000))
    var account = try Self.account([ContractValueTests.inverse], "XBT", margin: margin)
    try account.deposit(Money(units: 1), currency: "XBT", time: Self.start)
    // 100 contracts of 100 USD at 40,000: 0.25 XBT; nothing is paid to open.
    try Self.trade(&account, 100, at: 80_000)
    #expect(account.cash[0].total == Money(units: 1))
    #expect(try account.initialMargin() == Money(billionths: 25_000_000))
    try account.quote(instrument: 0, bid: Price(ticks: 100_000), ask: Price(ticks: 100_000))
    // 10,000 × (1/40,000 − 1/50,000) = 0.05 XBT.
    #expect(account.unrealised(instrument: 0) == Money(billionths: 50_000_000))
    #expect(try account.equity() == Money(billionths: 1_050_000_000))
    try Self.trade(&account, -40, at: 100_000)
    #expect(account.positions[0].realised == Money(billionths: 20_000_000))
    #expect(account.cash[0].total == Money(billionths: 1_020_000_000))
    #expect(account.positions[0].averagePrice(account.terms.instruments[0]) == 40_000)
    // Through zero: 60 close at 32,000 (6,000 × (1/40,000 − 1/32,000) = −0.0375), 60 are short.
    try Self.trade(&account, -120, at: 64_000)
    #expect(account.positions[0].realised == Money(billionths: 20_000_000 - 37_500_000))
    // The short gains when the price falls to 30,000: 6,000 × (1/30,000 − 1/32,000) = 0.0125.
    try account.quote(instrument: 0, bid: Price(ticks: 60_000), ask: Price(ticks: 60_000))
    #expect(account.unrealised(instrument: 0) == Money(billionths: 12_500_000))
    // The short of 0.2 XBT at the mark receives positive funding of 0.01 %.
    #expect(try account.payFunding(instrument: 0, rate: 100_000, time: Self.start) == Money(billionths: -20_000))
    #expect(try account.equity() == Money(billionths: 1_000_000_000 - 17_500_000 + 12_500_000 + 20_000))
  }

  /// 1,000 contracts at 0.000001 XBT a dollar gain 100 USD × 1,000 × 0.000001 = 0.1 XBT, whatever XBT is worth.
  @Test func quantoGainsArePaidInTheThirdCurrency() throws {
    var account = try Self.account([ContractValueTests.quanto], "USD")
    try account.deposit(Money(units: 500), currency: "USD", time: Self.start)
    try Self.trade(&account, 1_000, at: 40_000)
    try Self.trade(&account, -1_000, at: 42_000)
    #expect(account.cash.map(\.currency) == ["USD", "XBT"])
    #expect(account.cash[1].total == Money(billionths: 100_000_000))
    #expect(throws: AccountingError.self) { try account.equity() }
    try account.setRate(#require(ConversionRate(50_000, over: 1)), of: "XBT", at: Self.start)
    #expect(try account.equity() == Money(units: 5_500))
  }

  @Test func futuresPayGainsWhenClosed() throws {
    let future = try AccountInstrument(
      ContractValueTests.future, payment: .gains,
      margin: MarginRule(initial: .init(perUnit: 12_000_000_000_000), maintenance: .init(perUnit: 10_000_000_000_000)))
    var account = Account(terms: AccountTerms(instruments: [future]))
    try account.deposit(Money(units: 50_000), currency: "USD", time: Self.start)
    #expect(try account.affordableLots(instrument: 0, side: .sell, price: Price(ticks: 19_000)) == 4)
    try Self.trade(&account, -2, at: 19_000)
    try account.quote(instrument: 0, bid: Price(ticks: 18_999), ask: Price(ticks: 19_003))
    // A tick and a contract are 12.50 USD; the middle is 1 tick against 2 contracts.
    #expect(try account.equity() == Money(units: 49_975))
    #expect(try account.initialMargin() == Money(units: 24_000))
    #expect(try account.maintenanceMargin() == Money(units: 20_000))
    #expect(account.cash[0].total == Money(units: 50_000))
    try Self.trade(&account, 2, at: 18_900)
    #expect(account.cash[0].total == Money(units: 52_500))
    #expect(throws: AccountingError.self) { try account.apply(.dividend(perUnit: 1), to: 0, time: Self.start) }
  }

  @Test func currenciesConvertAtTheRateOfTheMoment() throws {
    let euroShare = Instrument(symbol: "EU", tick: ContractValueTests.unit("0.01"), currency: "EUR")
    var account = try Self.account([ContractValueTests.share, euroShare], "USD")
    let later = Self.start + 3_600_000_000_000
    try account.setRate(#require(ConversionRate(12, over: 10)), of: "EUR", at: later)
    try account.setRate(#require(ConversionRate(11, over: 10)), of: "EUR", at: Self.start)
    try account.deposit(Money(units: 1_000), currency: "USD", time: Self.start)
    #expect(try account.convert(Money(units: 110), from: "USD", to: "EUR", time: Self.start) == Money(units: 100))
    #expect(try account.equity() == Money(units: 1_000))
    try Self.trade(&account, 5, at: 1_000, instrument: 1)
    #expect(try account.equity(currency: "EUR") == Money(units: 100))
    #expect(account.cash[1].total == Money(units: 50))
    account.advance(to: later)
    // 890 USD + 100 EUR × 1.2.
    #expect(try account.equity() == Money(units: 1_010))
    // 1 USD ÷ 1.2 is 0.8333… EUR, rounded to an atom.
    let received = try account.convert(Money(units: 1), from: "USD", to: "EUR", time: later, settlementDays: 2)
    #expect(received == Money(atoms: 833_333_333_333_333_333))
    #expect(account.cash[1].unsettled == received)
    #expect(ConversionRate(150, over: 1)?.inverted.convert(Money(units: 300)) == Money(units: 2))
    #expect(throws: AccountingError.self) {
      try account.convert(Money(units: 1), from: "USD", to: "EUR", time: later, settlementDays: 99)
    }
    #expect(account.invariantViolation() == nil)
  }

  /// What the target currency cannot take leaves nothing reserved in the source.
  @Test func aConversionThatFailsChangesNothing() throws {
    let euroShare = Instrument(symbol: "EU", tick: ContractValueTests.unit("0.01"), currency: "EUR")
    var account = try Self.account([ContractValueTests.share, euroShare], "USD")
    try account.setRate(#require(ConversionRate(1, over: 1_000_000)), of: "EUR", at: Self.start)
    try account.deposit(Money(units: 1_000), currency: "USD", time: Self.start)
    // 6 × 10^12 USD are 6 × 10^18 EUR: twice that is more than may ever be booked.
    let amount = Money(units: 6_000_000_000_000)
    _ = try account.convert(amount, from: "USD", to: "EUR", time: Self.start)
    let before = account.cash
    #expect(throws: AccountingError.self) {
      try account.convert(amount, from: "USD", to: "EUR", time: Self.start)
    }
    #expect(account.cash == before)
  }

  @Test func shortsPayBorrowBeforeFillsAndOnCall() throws {
    // 3.6 % a year of 10,000 USD for a day of 360 is 1 USD.
    var desk = try ShareDesk(borrow: BorrowTerms(annualRate: 36_000_000))
    try desk.trade(-100, at: 10_000)
    try desk.account.accrueBorrow(instrument: 0, time: ShareDesk.monday + ShareDesk.day)
    #expect(desk.position.borrow == Money(units: 1))
    try desk.quote(20_000, 20_000)
    try desk.trade(100, at: 20_000, day: 2)
    #expect(desk.position.borrow == Money(units: 3))
    try desk.account.accrueBorrow(instrument: 0, time: ShareDesk.monday + 9 * ShareDesk.day)
    #expect(desk.position.borrow == Money(units: 3))
    #expect(desk.cash.total == Money(units: 100_000 - 10_000 - 3))
    #expect(desk.account.profit(instrument: 0) == Money(units: -10_003))
  }

  /// The hot ledger and the account agree on cash, and on fees when these are whole atoms.
  @Test func agreesWithTheHotLedger() throws {
    for instrument in [ContractValueTests.share, ContractValueTests.quanto, ContractValueTests.inverse] {
      var random = SeededGenerator(seed: 8)
      let entry = try AccountInstrument(instrument, payment: .value)
      var account = Account(terms: AccountTerms(baseCurrency: instrument.currency, instruments: [entry]))
      var ledger = PositionLedger()
      for step in 0..<200 {
        let lots = Int64.random(in: 1...50, using: &random) * (Bool.random(using: &random) ? 1 : -1)
        let price = Int32.random(in: 90_001...99_999, using: &random)
        let fee = Int128.random(in: -5...50, using: &random) * 1_000_000_000
        ledger.book(sign: lots.signum(), price: price, quantity: abs(lots), fee: fee, contract: entry.contract)
        try account.book(
          AccountFill(
            time: Int64(step), side: lots > 0 ? .buy : .sell, price: Price(ticks: price),
            quantity: Quantity(lots: abs(lots)), fee: fee))
      }
      #expect(account.positions[0].lots == ledger.lots)
      #expect(account.positions[0].tradeCash.atoms == ledger.cash * entry.contract.moneyPerCount)
      #expect(account.positions[0].fees.atoms == ledger.fees / 1_000_000_000 * entry.contract.moneyPerCount)
    }
  }

  /// Everything at once, in three currencies and with splits that leave fractions: the figures always add up.
  @Test(arguments: LotMethod.allCases, 0..<8) func invariantsHold(method: LotMethod, seed: UInt64) throws {
    var random = SeededGenerator(seed: 100 + seed)
    let euroShare = Instrument(
      symbol: "EU", tick: ContractValueTests.unit("0.03"), lot: ContractValueTests.unit("0.7"), currency: "EUR")
    let instruments = try [ContractValueTests.share, euroShare, ContractValueTests.inverse, ContractValueTests.quanto]
      .map { try AccountInstrument($0, settlementDays: 2, borrow: BorrowTerms(annualRate: 31_234_567)) }
    var account = Account(
      terms: AccountTerms(
        instruments: instruments, lotMethod: method,
        markRule: MarkRule.allCases.randomElement(using: &random)!))
    try account.setRate(#require(ConversionRate(1_137, over: 1_000)), of: "EUR", at: .min)
    try account.setRate(#require(ConversionRate(123_456_789, over: 2_000)), of: "XBT", at: .min)
    var time = Self.start
    for _ in 0..<150 {
      time += .random(in: 0...(2 * ShareDesk.day), using: &random)
      let instrument = Int.random(in: 0..<4, using: &random)
      let price = Price(ticks: .random(in: 900...1_100, using: &random))
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        try account.apply(
          .split(
            numerator: .random(in: 1...7, using: &random), denominator: .random(in: 1...7, using: &random)),
          to: instrument % 2, time: time)
      case 1:
        try account.apply(.dividend(perUnit: .random(in: 1...999, using: &random)), to: instrument % 2, time: time)
      case 2:
        try account.payFunding(
          instrument: instrument, rate: .random(in: -99_999...99_999, using: &random), mark: MarkPrice(price),
          time: time)
      case 3: try account.accrueBorrow(instrument: instrument, time: time)
      case 4:
        try account.convert(
          Money(billionths: .random(in: 1...(.max), using: &random)),
          from: ["USD", "EUR", "XBT"].randomElement(using: &random)!,
          to: "EUR", time: time, settlementDays: 1)
      case 5: try account.quote(instrument: instrument, bid: price, ask: Price(ticks: price.ticks + 3))
      default:
        try account.book(
          AccountFill(
            time: time, instrument: instrument, side: Bool.random(using: &random) ? .buy : .sell, price: price,
            quantity: Quantity(lots: .random(in: 1...300, using: &random)),
            fee: .random(in: -1_234_567_890_123...9_876_543_210_987, using: &random)))
      }
      #expect(account.invariantViolation() == nil, "seed \(seed)")
      _ = try account.equity()
      _ = try account.buyingPower()
    }
  }

  /// Extreme numbers of every kind are booked or refused; nothing traps and the figures still add up.
  @Test(arguments: 0..<20) func hostileEntriesNeverTrap(seed: UInt64) throws {
    var random = SeededGenerator(seed: 500 + seed)
    func number(_ range: ClosedRange<Int64>) -> Int64 {
      switch Int.random(in: 0..<6, using: &random) {
      case 0: range.lowerBound
      case 1: range.upperBound
      case 2: max(range.lowerBound, 1)
      default: .random(in: range, using: &random) >> Int64.random(in: 0...62, using: &random)
      }
    }
    let coarse = Instrument(
      symbol: "COARSE", tick: DecimalUnit(mantissa: 1_000_000, exponent: 0)!,
      multiplier: DecimalUnit(mantissa: 1_000_000, exponent: 0)!, currency: "JPY")
    let fine = Instrument(
      symbol: "FINE", tick: ContractValueTests.unit("0.000000001"), lot: ContractValueTests.unit("0.000000001"))
    let instruments = try [
      ContractValueTests.share, coarse, fine, ContractValueTests.inverse, ContractValueTests.quanto,
    ].map { try AccountInstrument($0, settlementDays: 1, borrow: BorrowTerms(annualRate: number(0...(.max)))) }
    var account = Account(
      terms: AccountTerms(instruments: instruments, lotMethod: LotMethod.allCases.randomElement(using: &random)!))
    for _ in 0..<200 {
      let instrument = Int.random(in: -1...5, using: &random)
      let price = Price(ticks: Int32(truncatingIfNeeded: number(-2_147_483_648...2_147_483_647)))
      let time = number(.min...(.max))
      let amount = Money(atoms: Int128(number(.min...(.max))) << Int128.random(in: 0...64, using: &random))
      let currency = ["USD", "JPY", "XBT"].randomElement(using: &random)!
      let kind = Int.random(in: 0..<10, using: &random)
      try? {
        switch kind {
        case 0:
          try account.apply(
            .split(numerator: number(0...(.max)), denominator: number(0...(.max))), to: instrument, time: time)
        case 1: try account.apply(.dividend(perUnit: number(.min...(.max))), to: instrument, time: time)
        case 2:
          try account.payFunding(
            instrument: instrument, rate: number(.min...(.max)), mark: MarkPrice(halfTicks: number(.min...(.max))),
            time: time)
        case 3: try account.accrueBorrow(instrument: instrument, time: time)
        case 4: try account.quote(instrument: instrument, bid: price, ask: price, last: price)
        case 5: try account.deposit(amount, currency: currency, time: time)
        case 6:
          guard let rate = ConversionRate(number(1...(.max)), over: number(1...(.max))) else { return }
          try account.setRate(rate, of: currency, at: time)
          try account.convert(amount, from: currency, to: "USD", time: time)
        default:
          try account.book(
            AccountFill(
              time: time, instrument: instrument, side: Bool.random(using: &random) ? .buy : .sell, price: price,
              quantity: Quantity(lots: number(.min...(.max))),
              fee: Int128(number(.min...(.max))) << Int128.random(in: 0...64, using: &random)))
        }
      }()
      #expect(account.invariantViolation() == nil, "seed \(seed)")
      _ = try? account.equity()
      _ = try? account.buyingPower()
      _ = try? account.isMarginCalled()
      _ = try? account.affordableLots(instrument: instrument, side: .buy, price: price)
      _ = try? account.affordableLots(instrument: instrument, side: .sell, price: price)
    }
  }
}
