import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import Accounting

@Suite struct CorporateActionTests {
  @Test func splitOfFourForOneThenASale() throws {
    var desk = try ShareDesk()
    try desk.trade(100, at: 49_923)
    try desk.trade(10, at: 50_000)
    try desk.quote(49_922, 49_924)
    let before = try desk.account.equity()
    try desk.account.apply(.split(numerator: 4, denominator: 1), to: 0, time: ShareDesk.monday)
    #expect(desk.position.lots == 440)
    #expect(desk.position.splitLots == 330)
    #expect(try desk.account.equity() == before)
    #expect(desk.position.cost == cents(100 * 49_923 + 500_000))
    // 200 of the first lot's 400 cost half of it.
    try desk.trade(-200, at: 12_500)
    #expect(desk.position.realised == cents(200 * 12_500 - 50 * 49_923))
    #expect(desk.account.marketValue(instrument: 0) == cents(240 * 12_500))
    #expect(desk.position.book.openLots.map(\.lots) == [200, 40])
  }

  @Test func reverseSplitPaysTheFraction() throws {
    for (method, opened) in [(LotMethod.firstInFirstOut, Int64(0)), (.lastInFirstOut, 1)] {
      var desk = try ShareDesk(method: method)
      try desk.trade(101, at: 100)
      try desk.trade(54, at: 200, day: 1)
      try desk.quote(100, 100)
      let before = try desk.account.equity()
      // 155 shares at 1 for 10 are 15 and a half; half a share of 10 USD is paid.
      try desk.account.apply(.split(numerator: 1, denominator: 10), to: 0, time: ShareDesk.monday + 2 * ShareDesk.day)
      #expect(desk.position.lots == 15)
      let fraction = try #require(desk.account.closedLots.last)
      #expect(fraction.lots == 0)
      #expect(fraction.proceeds == cents(500))
      #expect(fraction.openedAt == ShareDesk.monday + opened * ShareDesk.day)
      #expect(fraction.cost == cents(opened == 0 ? 5 * 100 : 5 * 200))
      #expect(desk.position.cost + fraction.cost == cents(101 * 100 + 54 * 200))
      #expect(try desk.account.equity() == before)
      #expect(desk.position.book.openLots.reduce(0) { $0 + $1.lots } == 15)
    }
    // A short pays for the fraction, and a position below one share goes whole.
    var desk = try ShareDesk()
    try desk.trade(-4, at: 100)
    try desk.account.apply(.split(numerator: 1, denominator: 8), to: 0, time: ShareDesk.monday)
    #expect(desk.position.lots == 0)
    #expect(desk.position.realised == .zero)
    #expect(desk.cash.total == Money(units: 100_000))
  }

  @Test func shortsPayDividends() throws {
    var desk = try ShareDesk()
    try desk.trade(-100, at: 10_000)
    try desk.account.apply(.dividend(perUnit: 470_000_000), to: 0, time: ShareDesk.monday)
    #expect(desk.position.dividends == Money(units: -47))
    #expect(desk.cash.total == Money(units: 100_000 + 10_000 - 47))
    try desk.trade(300, at: 10_000)
    let today = BusinessCalendar.weekdays.day(of: ShareDesk.monday)
    try desk.account.apply(.dividend(perUnit: 470_000_000), to: 0, time: ShareDesk.monday, paymentDay: today + 3)
    #expect(desk.cash.unsettled == Money(units: 94))
    #expect(try desk.account.equity() == Money(units: 100_000 + 47))
  }

  @Test func factorsBecomeRatios() throws {
    #expect(DatedAction.simplified(250_000_000_000, 35_714_300_000) == (7, 1))
    #expect(DatedAction.simplified(17_857_100_000, 8_928_570_000) == (2, 1))
    #expect(DatedAction.simplified(1_000_000_000_000, 8_000_000_000_000) == (1, 8))
    #expect(DatedAction.simplified(3, 2) == (3, 2))
    // No fraction of small numbers: kept as it is.
    #expect(DatedAction.simplified(1_000_000_000_000, 997_307_000_000) == (1_000_000, 997_307))
    for (factor, next) in [(Int64.max, Int64(1)), (1, .max)] {
      _ = try? DatedAction.actions(from: [
        FactorRow(day: 1, priceFactor: factor, splitFactor: next, referencePrice: .max),
        FactorRow(day: 1, priceFactor: next, splitFactor: factor, referencePrice: 0),
      ])
    }
    #expect(throws: AccountingError.self) {
      try DatedAction.actions(from: [
        FactorRow(day: 20140606, priceFactor: 0, splitFactor: 1, referencePrice: 1)
      ])
    }
    #expect(throws: AccountingError.self) {
      try DatedAction.actions(from: [
        FactorRow(day: 20140606, priceFactor: 1, splitFactor: 1, referencePrice: 1),
        FactorRow(day: 20140605, priceFactor: 1, splitFactor: 1, referencePrice: 1),
      ])
    }
  }

  @Test func calendarKnowsDaysAndWeekends() {
    let calendar = BusinessCalendar(holidays: [BusinessCalendar.day(ofDate: 20140704)!])
    #expect(BusinessCalendar.day(ofDate: 19700101) == 0)
    #expect(BusinessCalendar.day(ofDate: 20000229) == 11_016)
    #expect(BusinessCalendar.day(ofDate: 20140229) == nil)
    let thursday = BusinessCalendar.day(ofDate: 20140703)!
    #expect(calendar.day(1, after: thursday) == BusinessCalendar.day(ofDate: 20140707)!)
    #expect(calendar.day(0, after: thursday + 2) == thursday + 2)
    #expect(calendar.day(of: -1) == -1)
    #expect(BusinessCalendar(offsetNanoseconds: -5 * 3_600_000_000_000).day(of: 3_600_000_000_000) == -1)
    #expect(calendar.day(of: .max) > 0 && calendar.day(of: .min) < 0)
  }

  static func rows(_ name: String) throws -> [FactorRow] {
    let text = try String(
      contentsOf: RealData.file("lean/equity/usa/factor_files/\(name).csv"), encoding: .utf8)
    func scaled(_ field: Substring, _ places: Int) -> Int64 {
      // "0" is no unit: the last row has no reference price.
      guard let unit = DecimalUnit(field) else { return 0 }
      var value = unit.mantissa
      for _ in Int(unit.exponent)..<places { value *= 10 }
      return value
    }
    return try text.split(whereSeparator: \.isNewline).map { line in
      let fields = line.split(separator: ",")
      return FactorRow(
        day: try #require(Int(fields[0])), priceFactor: scaled(fields[1], 12),
        splitFactor: scaled(fields[2], 12), referencePrice: scaled(fields[3], 6))
    }
  }

  @Test(.enabled(if: RealData.isPresent)) func appleAsLeanKeepsIt() throws {
    let actions = try DatedAction.actions(from: Self.rows("aapl"))
    let splits = actions.filter { if case .split = $0.action { true } else { false } }
    #expect(
      splits == [
        DatedAction(lastDayBefore: 20000620, action: .split(numerator: 2, denominator: 1)),
        DatedAction(lastDayBefore: 20050225, action: .split(numerator: 2, denominator: 1)),
        DatedAction(lastDayBefore: 20140606, action: .split(numerator: 7, denominator: 1)),
        DatedAction(lastDayBefore: 20200828, action: .split(numerator: 4, denominator: 1)),
      ])
    // The dividends Apple declared: 2.65, 3.29 before the split of seven for one, 0.47 and 0.82 after.
    #expect(actions.contains(DatedAction(lastDayBefore: 20120808, action: .dividend(perUnit: 2_650_000_000))))
    #expect(actions.contains(DatedAction(lastDayBefore: 20140507, action: .dividend(perUnit: 3_290_000_000))))
    #expect(actions.contains(DatedAction(lastDayBefore: 20140806, action: .dividend(perUnit: 470_000_000))))
    #expect(actions.contains(DatedAction(lastDayBefore: 20200806, action: .dividend(perUnit: 820_000_000))))
  }

  /// Held from 2000 on, equity at each reference close is the same before and after the action, but for the dividend.
  @Test(.enabled(if: RealData.isPresent), arguments: ["aapl", "ibm", "goog", "uso", "bac"])
  func equityThroughEveryActionIsContinuous(name: String) throws {
    let rows = try Self.rows(name)
    let actions = try DatedAction.actions(from: rows)
    let first = try #require(rows.first { $0.referencePrice > 10_000 })
    for lots in [Int64(1_000), -1_000] {
      var desk = try ShareDesk()
      try desk.trade(lots, at: Int32(first.referencePrice / 10_000), day: -10_000)
      for entry in actions where entry.lastDayBefore >= first.day {
        let row = try #require(rows.last { $0.day == entry.lastDayBefore })
        let close = Price(ticks: Int32(row.referencePrice / 10_000))
        if close.ticks > 0 { try desk.account.quote(instrument: 0, last: close) }
        let before = try desk.account.equity()
        let held = desk.position.lots
        let day = try #require(BusinessCalendar.day(ofDate: entry.lastDayBefore))
        try desk.account.apply(
          entry.action, to: 0, time: Int64(BusinessCalendar.weekdays.day(1, after: day)) * ShareDesk.day)
        switch entry.action {
        case .dividend(let perUnit):
          #expect(try desk.account.equity() - before == Money(atoms: Int128(held) * Int128(perUnit) * 1_000_000_000))
        case .split(let numerator, let denominator):
          #expect(desk.position.lots == held * numerator / denominator)
          // Where shares do not divide, the fraction is rounded to an atom.
          #expect((try desk.account.equity() - before).magnitude <= Money(atoms: 1))
        }
      }
      #expect(desk.account.invariantViolation() == nil)
    }
  }
}
